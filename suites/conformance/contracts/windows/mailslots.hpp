// A mailslot between two puppets, and the clauses of WMS about its messages.
#pragma once

#include <string>

#include "suites/conformance/contracts/windows/puppet.hpp"

namespace ipcmark::windows {

inline constexpr DWORD for_ever = MAILSLOT_WAIT_FOREVER;

inline std::string create_slot(const std::string& path, DWORD largest = 0, DWORD timeout_ms = for_ever) {
  return line_of({"mailslot", "s", path, std::to_string(largest), std::to_string(timeout_ms)});
}
inline std::string open_slot(const std::string& path) {
  return open_file("c", path, {.access = GENERIC_WRITE, .share = FILE_SHARE_READ | FILE_SHARE_WRITE});
}

// A server and a client, each in its process.
struct Slot {
  explicit Slot(DWORD largest = 0, DWORD timeout_ms = for_ever) {
    require_done(server, create_slot(path, largest, timeout_ms));
    require_done(client, open_slot(path));
  }
  std::string path = fresh_mailslot();
  Puppet server, client;
};

// mailslot_messages.cpp
void one_read_is_one_message();
void messages_come_in_their_order();
void a_message_of_no_bytes_arrives();
void all_waiting_messages_are_counted();
void a_small_buffer_leaves_the_message();
void a_large_message_is_refused();
void local_messages_may_be_large();
void a_writer_never_waits();
void many_clients_write_to_one_slot();
void several_readers_share_the_messages();

}  // namespace ipcmark::windows
