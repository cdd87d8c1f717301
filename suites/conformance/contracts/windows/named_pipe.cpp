// WNP: CreateNamedPipe. Here are the clauses about names and instances, and the table of all.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <deque>

#include "suites/conformance/contracts/sections.hpp"
#include "suites/conformance/contracts/windows/named_pipes.hpp"

namespace ipcmark {
namespace {

using namespace windows;

void no_more_instances_than_were_agreed() {
  NamedPipe pipe;
  Puppet second_server, second_client;
  EXPECT_EQ(ask(second_server, create_pipe("s", pipe.path)), "ERROR_PIPE_BUSY");
  EXPECT_EQ(ask(second_client, open_file("c", pipe.path)), "ERROR_PIPE_BUSY");
}

void the_first_instance_can_be_asked_for() {
  const std::string path = fresh_pipe();
  Puppet first, second;
  const PipeShape shape{.access = PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE, .instances = 2};
  EXPECT_EQ(ask(first, create_pipe("s", path, shape)), "ok");
  EXPECT_EQ(ask(second, create_pipe("s", path, shape)), "ERROR_ACCESS_DENIED");
}

void instances_may_differ() {
  const std::string path = fresh_pipe();
  Puppet first, second;
  require_done(first, create_pipe("s", path, {.instances = 3}));
  EXPECT_EQ(ask(second, create_pipe("of_bytes", path, {.mode = bytes_mode, .instances = 3})), "ok");
  EXPECT_EQ(ask(second, create_pipe("of_another_count", path, {.instances = 4})), "ok");
}

void names_ignore_case_and_go_with_the_last_handle() {
  const std::string path = fresh_pipe();
  std::string upper = path;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char letter) { return static_cast<char>(std::toupper(letter)); });
  Puppet server, client;
  require_done(server, create_pipe("s", path));
  EXPECT_EQ(ask(client, open_file("c", upper)), "ok");
  require_done(client, "close c");
  server.kill();
  EXPECT_EQ(ask(client, open_file("c", path)), "ERROR_FILE_NOT_FOUND");
}

void a_name_may_have_backslashes() {
  const std::string path = fresh_pipe() + "\\inner";
  Puppet server, client;
  EXPECT_EQ(ask(server, create_pipe("s", path + "\\")), "ok");
  EXPECT_EQ(ask(client, open_file("c", path)), "ERROR_FILE_NOT_FOUND");
  EXPECT_EQ(ask(client, open_file("c", path + "\\")), "ok");
}

// "n": how the server of instance n greets.
std::string greeting_of(Puppet& client, const std::string& handle) {
  return ask(client, "read " + handle + " 10");
}

void clients_meet_instances_in_listening_order() {
  constexpr std::size_t count = 3;
  const std::string path = fresh_pipe();
  std::deque<Puppet> servers(count), clients(count);
  for (Puppet& server : servers) require_done(server, create_pipe("s", path, {.instances = count}));
  for (Puppet& client : clients) require_done(client, open_file("c", path));
  for (std::size_t k = 0; k < count; ++k) require_done(servers[k], "write s s" + std::to_string(k));
  for (std::size_t k = 0; k < count; ++k)
    EXPECT_EQ(greeting_of(clients[k], "c"), "got s" + std::to_string(k));
  // They listen again in another order.
  for (Puppet& client : clients) require_done(client, "close c");
  for (const std::size_t k : {2U, 0U, 1U}) {
    require_done(servers[k], "disconnect s");
    servers[k].say("connect s");
    servers[k].await_blocked();
  }
  for (Puppet& client : clients) require_done(client, open_file("c", path));
  for (Puppet& server : servers) EXPECT_EQ(server.hear(), "ok");
  for (std::size_t k = 0; k < count; ++k) require_done(servers[k], "write s s" + std::to_string(k));
  for (std::size_t k = 0; k < count; ++k)
    EXPECT_EQ(greeting_of(clients[k], "c"), "got s" + std::to_string((k + 2) % count));
}

void waiting_for_an_instance_reserves_none() {
  const std::string path = fresh_pipe();
  Puppet server, waiting, quick;
  EXPECT_EQ(ask(waiting, "await_pipe " + path + " 10000"), "ERROR_FILE_NOT_FOUND");
  require_done(server, create_pipe("s", path));
  EXPECT_EQ(ask(waiting, "await_pipe " + path + " 10000"), "ok");
  EXPECT_EQ(ask(quick, open_file("c", path)), "ok");
  EXPECT_EQ(ask(waiting, open_file("c", path)), "ERROR_PIPE_BUSY");
  EXPECT_EQ(ask(waiting, "await_pipe " + path + " 50"), "ERROR_SEM_TIMEOUT");
}

void many_instances_serve_many_clients() {
  constexpr unsigned processes = 8, each = 25;
  const std::string path = fresh_pipe();
  Puppet server;
  const PipeShape shape{.instances = PIPE_UNLIMITED_INSTANCES, .quota = 64};
  for (unsigned k = 0; k < processes * each; ++k)
    require_done(server, create_pipe("s" + std::to_string(k), path, shape));
  std::deque<Puppet> clients(processes);
  for (unsigned k = 0; k < each; ++k) {
    for (Puppet& client : clients) client.say(open_file("c" + std::to_string(k), path));
    for (Puppet& client : clients) ASSERT_EQ(client.hear(), "ok") << "client " << k << " of a process";
  }
  for (unsigned k = 0; k < processes * each; ++k)
    require_done(server, "write s" + std::to_string(k) + " s" + std::to_string(k));
  std::vector<std::string> greetings, expected;
  for (unsigned k = 0; k < each; ++k) {
    for (Puppet& client : clients) greetings.push_back(greeting_of(client, "c" + std::to_string(k)));
  }
  for (unsigned k = 0; k < processes * each; ++k) expected.push_back("got s" + std::to_string(k));
  std::sort(greetings.begin(), greetings.end());
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(greetings, expected);
}

void connecting_behind_the_client() {
  NamedPipe pipe;
  EXPECT_EQ(ask(pipe.server, "connect s"), "ERROR_PIPE_CONNECTED");
  require_done(pipe.client, "close c");
  EXPECT_EQ(ask(pipe.server, "connect s"), "ERROR_NO_DATA");
}

constexpr const char* tests = "Wine 8.0, kernel32/tests/pipe.c, which Windows passes";

constexpr Clause table[]{
    {.id = "WNP-01",
     .title = "AWriteIsOneMessageAndASmallBufferGetsItsHead",
     .source = "Microsoft, Named Pipe Type, Read, and Wait Modes",
     .body = a_write_is_one_message},
    {.id = "WNP-02",
     .title = "AClientReadsBytesUntilItAsksForMessages",
     .source = "Microsoft, Named Pipe Type, Read, and Wait Modes",
     .body = a_client_begins_in_byte_mode},
    {.id = "WNP-03",
     .title = "AMessageOfNoBytesIsDelivered",
     .source = "Microsoft, ReadFile, Pipes",
     .body = a_message_of_nothing_is_delivered},
    {.id = "WNP-04",
     .title = "APipeOfBytesCannotBeReadAsMessages",
     .source = "Microsoft, CreateNamedPipe, dwPipeMode",
     .body = bytes_are_not_read_as_messages},
    {.id = "WNP-05",
     .title = "AReadThatMustNotWaitSaysThatThereIsNothing",
     .source = "Microsoft, Named Pipe Type, Read, and Wait Modes",
     .body = an_empty_read_without_waiting},
    {.id = "WNP-06",
     .title = "AMessageThatDoesNotFitIsNotWrittenWhereOneMustNotWait",
     .source = "Microsoft, Named Pipe Type, Read, and Wait Modes",
     .body = a_message_that_does_not_fit_without_waiting},
    {.id = "WNP-07",
     .title = "AMessageThatDoesNotFitIsNotWrittenThoughSomebodyReads",
     .source = tests,
     .body = a_message_that_does_not_fit_while_one_reads,
     .documented = "TRUE and 0 bytes",
     .observed = "Wine 8.0: all of it is written",
     .deviation = "Wine 8.0 lets a message through to a read that waits (todo_wine in its pipe.c)",
     .deviates = under_wine},
    {.id = "WNP-08",
     .title = "AWriteWaitsOnceTheBufferIsUsedUp",
     .source = "Microsoft, CreateNamedPipe, Remarks",
     .body = a_write_waits_for_room},
    {.id = "WNP-09",
     .title = "MessagesAreReadBeforeTheEndOfAClosedServerIsSeen",
     .source = tests,
     .body = messages_are_read_before_the_end},
    {.id = "WNP-10",
     .title = "DisconnectingDiscardsWhatIsUnread",
     .source = "Microsoft, DisconnectNamedPipe",
     .body = disconnecting_discards_what_is_unread},
    {.id = "WNP-11",
     .title = "AFlushReturnsOnlyOnceTheClientHasReadEverything",
     .source = "Microsoft, FlushFileBuffers",
     .body = a_flush_waits_until_all_is_read},
    {.id = "WNP-12",
     .title = "ThereAreNoMoreInstancesThanWereAgreed",
     .source = "Microsoft, CreateNamedPipe, nMaxInstances",
     .body = no_more_instances_than_were_agreed},
    {.id = "WNP-13",
     .title = "OnlyOneCanBeTheFirstInstance",
     .source = "Microsoft, CreateNamedPipe, FILE_FLAG_FIRST_PIPE_INSTANCE",
     .body = the_first_instance_can_be_asked_for,
     .documented = "ERROR_ACCESS_DENIED for the second",
     .observed = "Wine 8.0: the second is created as well",
     .deviation = "Wine 8.0 does not know the flag",
     .deviates = under_wine},
    {.id = "WNP-14",
     .title = "InstancesOfAnotherTypeAndCountAreAccepted",
     .source = "Microsoft, CreateNamedPipe; Wine 8.0, kernel32/tests/pipe.c, which Windows passes",
     .body = instances_may_differ,
     .documented = "all instances must have the same type and number of instances",
     .observed = "others are accepted"},
    {.id = "WNP-15",
     .title = "NamesIgnoreCaseAndGoWithTheLastHandle",
     .source = "Microsoft, Pipe Names",
     .body = names_ignore_case_and_go_with_the_last_handle},
    {.id = "WNP-16",
     .title = "ANameMayHaveBackslashesAndALastOneCounts",
     .source = "Microsoft, CreateNamedPipe, lpName; Wine 8.0, kernel32/tests/pipe.c, which Windows passes",
     .body = a_name_may_have_backslashes,
     .documented = "a name cannot include a backslash",
     .observed = "it can"},
    {.id = "WNP-17",
     .title = "ClientsMeetInstancesInTheOrderInWhichTheseBeganToListen",
     .source = tests,
     .body = clients_meet_instances_in_listening_order},
    {.id = "WNP-18",
     .title = "TheUnfinishedMessageOfATerminatedClientVanishes",
     .source = tests,
     .body = a_terminated_clients_write_vanishes},
    {.id = "WNP-19",
     .title = "WaitingForAnInstanceReservesNone",
     .source = "Microsoft, WaitNamedPipe",
     .body = waiting_for_an_instance_reserves_none},
    {.id = "WNP-20",
     .title = "ATransactionFailsWhereDataWaitAndACancelledOneHasWrittenItsRequest",
     .source = tests,
     .body = a_request_waits_for_no_other_data},
    {.id = "WNP-21",
     .title = "ACancelledWriteTakesItsUnreadRestAlong",
     .source = tests,
     .body = a_cancelled_write_takes_its_rest_along},
    {.id = "WNP-22",
     .title = "APendingReadEndsWithItsProcessAndTakesNothing",
     .source = tests,
     .body = a_read_ends_with_its_process},
    {.id = "WNP-23",
     .title = "AServerCanNameTheProcessOfItsClient",
     .source = "Microsoft, GetNamedPipeClientProcessId",
     .body = the_client_can_be_named},
    {.id = "WNP-24",
     .title = "ImpersonationHonoursTheLevelOfTheClient",
     .source = "Microsoft, Impersonating a Named Pipe Client",
     .body = impersonation_honours_the_clients_level,
     .documented = "the level that the client gave to CreateFile",
     .observed = "Wine 8.0: SecurityImpersonation, whatever was given",
     .deviation = "Wine 8.0 does not look at a client's SECURITY_SQOS_PRESENT (its own tests of named pipes, "
                  "test_impersonation, say so)",
     .deviates = under_wine},
    {.id = "WNP-25",
     .title = "TwoHundredClientsAreServedAtOnce",
     .source = "Microsoft, Named Pipe Instances",
     .body = many_instances_serve_many_clients},
    {.id = "WNP-26",
     .title = "ConnectingBehindTheClientSaysThatItIsThereOrHasLeft",
     .source = "Microsoft, ConnectNamedPipe",
     .body = connecting_behind_the_client},
};

}  // namespace

const Section win_named_pipe_section{.name = "WNP", .count = 26, .clauses = table};

}  // namespace ipcmark
