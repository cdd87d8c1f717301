// A named pipe between two puppets, and the bodies of clauses of WNP in several files.
#pragma once

#include <string>

#include "suites/conformance/contracts/windows/puppet.hpp"

namespace ipcmark::windows {

// The server's end is s, the client's c, both of them open.
struct NamedPipe {
  explicit NamedPipe(const PipeShape& shape = {}, DWORD client_flags = 0) {
    require_done(server, create_pipe("s", path, shape));
    require_done(client, open_file("c", path, {.flags = client_flags}));
  }
  // The client reads whole messages.
  void read_messages() { require_done(client, "mode c " + std::to_string(PIPE_READMODE_MESSAGE)); }
  std::string path = fresh_pipe();
  Puppet server, client;
};

inline constexpr DWORD bytes_mode = PIPE_TYPE_BYTE | PIPE_READMODE_BYTE;

// named_pipe_messages.cpp
void a_write_is_one_message();
void a_client_begins_in_byte_mode();
void a_message_of_nothing_is_delivered();
void bytes_are_not_read_as_messages();
void an_empty_read_without_waiting();
void a_message_that_does_not_fit_without_waiting();
void a_message_that_does_not_fit_while_one_reads();
void a_write_waits_for_room();
void a_request_waits_for_no_other_data();
void a_cancelled_write_takes_its_rest_along();

// named_pipe_peers.cpp
void messages_are_read_before_the_end();
void disconnecting_discards_what_is_unread();
void a_flush_waits_until_all_is_read();
void a_terminated_clients_write_vanishes();
void a_read_ends_with_its_process();
void the_client_can_be_named();
void impersonation_honours_the_clients_level();

}  // namespace ipcmark::windows
