// WMS: mailslots. Here are the clauses about names, ends and time, and the table of all.
#include <gtest/gtest.h>

#include "suites/conformance/contracts/sections.hpp"
#include "suites/conformance/contracts/windows/mailslots.hpp"

namespace ipcmark {
namespace {

using namespace windows;

void a_time_limit_of_none_is_an_error() {
  Slot slot(0, 0);
  EXPECT_EQ(ask(slot.server, "read s 100"), "ERROR_SEM_TIMEOUT");
  EXPECT_EQ(ask(slot.client, "write c abc"), "3");
  EXPECT_EQ(ask(slot.server, "read s 100"), "got abc");
}

// GetTickCount64 goes in steps of up to 16 ms, and a time limit may be short by one.
void expect_time_limit(Actor& server, int milliseconds) {
  Words answer(ask(server, "timed_read s 100"));
  const int passed = next<int>(answer);
  EXPECT_GE(passed, milliseconds - 32);
  EXPECT_EQ(next<std::string>(answer), "ERROR_SEM_TIMEOUT");
  observe(std::to_string(passed) + " of " + std::to_string(milliseconds) + " ms");
}

void a_read_waits_as_long_as_the_slot_says() {
  Slot slot(0, 300);
  expect_time_limit(slot.server, 300);
  Slot patient;
  patient.server.say("read s 100");
  patient.server.await_blocked();
  require_done(patient.client, "write c abc");
  EXPECT_EQ(patient.server.hear(), "got abc");
}

void a_read_of_no_bytes_times_out() {
  Slot slot(0, 0);
  EXPECT_EQ(ask(slot.server, "read s 0"), "ERROR_SEM_TIMEOUT");
}

void a_name_has_one_creator() {
  Slot slot;
  Puppet second;
  EXPECT_EQ(ask(second, create_slot(slot.path)), "ERROR_ALREADY_EXISTS");
}

void names_ignore_case_and_have_components() {
  const std::string name = fresh_name(), path = "\\\\.\\mailslot\\" + name + "\\inner\\slot";
  std::string other = "\\\\.\\MAILSLOT\\" + name + "\\INNER\\Slot";
  Puppet server, client;
  EXPECT_EQ(ask(server, create_slot(path)), "ok");
  EXPECT_EQ(ask(client, open_slot(other)), "ok");
  EXPECT_EQ(ask(client, "write c abc"), "3");
  EXPECT_EQ(ask(server, "read s 100"), "got abc");
}

void without_a_server_there_is_no_name() {
  Puppet client;
  EXPECT_EQ(ask(client, open_slot(fresh_mailslot())), "ERROR_FILE_NOT_FOUND");
}

void writes_fail_once_the_server_is_gone() {
  Slot slot;
  EXPECT_EQ(ask(slot.client, "write c abc"), "3");
  EXPECT_EQ(ask(slot.server, "close s"), "ok");
  const std::string answer = ask(slot.client, "write c def");
  observe(answer);
  EXPECT_TRUE(answer.starts_with("ERROR")) << answer;
}

void a_name_is_free_once_the_server_is_gone() {
  Slot slot;
  EXPECT_EQ(ask(slot.server, "close s"), "ok");
  Puppet next_server;
  EXPECT_EQ(ask(next_server, create_slot(slot.path)), "ok");
}

void messages_go_with_a_terminated_server() {
  const std::string path = fresh_mailslot();
  Puppet first, second, client;
  require_done(first, create_slot(path));
  require_done(client, open_slot(path));
  require_done(client, "write c abc");
  require_done(client, "close c");
  first.kill();
  EXPECT_EQ(ask(client, open_slot(path)), "ERROR_FILE_NOT_FOUND");
  EXPECT_EQ(ask(second, create_slot(path, 0, 0)), "ok");
  EXPECT_EQ(ask(second, "read s 100"), "ERROR_SEM_TIMEOUT");
}

void each_side_has_one_direction() {
  Slot slot(0, 0);
  const std::string written = ask(slot.server, "write s abc"), read = ask(slot.client, "read c 10");
  observe("write of the server: " + written + ", read of the client: " + read);
  for (const std::string& answer : {written, read})
    EXPECT_TRUE(answer == "ERROR_ACCESS_DENIED" || answer == "ERROR_INVALID_PARAMETER") << answer;
}

void a_client_need_not_share_reading() {
  const std::string path = fresh_mailslot();
  Puppet server, client;
  require_done(server, create_slot(path));
  EXPECT_EQ(ask(client, open_file("c", path, {.access = GENERIC_WRITE, .share = FILE_SHARE_WRITE})), "ok");
}

void a_new_time_limit_counts_for_later_reads() {
  Slot slot;
  EXPECT_EQ(ask(slot.server, "slot_timeout s 0"), "ok");
  EXPECT_EQ(ask(slot.server, "read s 100"), "ERROR_SEM_TIMEOUT");
  EXPECT_EQ(ask(slot.server, "slot_timeout s 200"), "ok");
  expect_time_limit(slot.server, 200);
}

constexpr Clause table[]{
    {.id = "WMS-01",
     .title = "OneReadReturnsOneMessage",
     .source = "Microsoft, About Mailslots",
     .body = one_read_is_one_message},
    {.id = "WMS-02",
     .title = "MessagesFollowThoseThatAreThere",
     .source = "Microsoft, About Mailslots",
     .body = messages_come_in_their_order},
    {.id = "WMS-03",
     .title = "AMessageOfNoBytesIsDelivered",
     .source = "Wine 8.0, kernel32/tests/mailslot.c, which Windows passes",
     .body = a_message_of_no_bytes_arrives,
     .documented = "TRUE and 0 bytes",
     .observed = "Wine 8.0: ERROR_BROKEN_PIPE",
     .deviation = "Wine 8.0 reads a message of no bytes as ERROR_BROKEN_PIPE (todo_wine in its mailslot.c)",
     .deviates = under_wine},
    {.id = "WMS-04",
     .title = "EveryMessageThatWaitsIsCounted",
     .source = "Microsoft, GetMailslotInfo",
     .body = all_waiting_messages_are_counted,
     .documented = "all messages that wait, and the size of the next",
     .observed = "Wine 8.0: one at most",
     .deviation = "Wine 8.0 counts one message at most (todo_wine in its mailslot.c)",
     .deviates = under_wine},
    {.id = "WMS-05",
     .title = "ABufferThatIsTooSmallLeavesTheMessageWhereItIs",
     .source = "Microsoft, ReadFile, Remarks on mailslots",
     .body = a_small_buffer_leaves_the_message,
     .documented = "ERROR_INSUFFICIENT_BUFFER, and the message stays",
     .observed = "Wine 8.0: TRUE with the head of the message, and the rest is lost",
     .deviation = "Wine 8.0 cuts the message off and says nothing",
     .deviates = under_wine},
    {.id = "WMS-06",
     .title = "AMessageLargerThanTheSlotAllowsIsRefused",
     .source = "Microsoft, CreateMailslot, nMaxMessageSize",
     .body = a_large_message_is_refused,
     .documented = "at most nMaxMessageSize bytes",
     .observed = "Wine 8.0: accepted",
     .deviation = "Wine 8.0 accepts messages of any size",
     .deviates = under_wine},
    {.id = "WMS-07",
     .title = "MessagesWithinAComputerMayBeLargerThan424Bytes",
     .source = "Microsoft, About Mailslots",
     .body = local_messages_may_be_large},
    {.id = "WMS-08",
     .title = "AWriterNeverWaitsForASlowReader",
     .source = "Microsoft, About Mailslots: no limit is documented",
     .body = a_writer_never_waits,
     .documented = "nothing of a limit",
     .observed = "Wine 8.0: a writer waits from some 278 messages of 100 bytes on",
     .deviation = "Wine 8.0 keeps messages in a socket whose buffer fills up",
     .deviates = under_wine},
    {.id = "WMS-09",
     .title = "AReadOfAnEmptySlotWithoutTimeFailsAsTimedOut",
     .source = "Microsoft, CreateMailslot, lReadTimeout",
     .body = a_time_limit_of_none_is_an_error,
     .documented = "returns at once if no message is there, which is not treated as an error",
     .observed = "FALSE and ERROR_SEM_TIMEOUT"},
    {.id = "WMS-10",
     .title = "AReadWaitsAsLongAsTheSlotSays",
     .source = "Microsoft, CreateMailslot, lReadTimeout",
     .body = a_read_waits_as_long_as_the_slot_says},
    {.id = "WMS-11",
     .title = "AReadOfNoBytesOfAnEmptySlotTimesOut",
     .source = "Wine 8.0, kernel32/tests/mailslot.c, which Windows passes",
     .body = a_read_of_no_bytes_times_out,
     .documented = "ERROR_SEM_TIMEOUT",
     .observed = "Wine 8.0: another error",
     .deviation = "Wine 8.0 answers a read of no bytes in another way (todo_wine in its mailslot.c)",
     .deviates = under_wine},
    {.id = "WMS-12",
     .title = "ANameHasOneCreator",
     .source = "Microsoft, CreateMailslot",
     .body = a_name_has_one_creator},
    {.id = "WMS-13",
     .title = "NamesIgnoreCaseAndMayHaveComponents",
     .source = "Microsoft, Mailslot Names",
     .body = names_ignore_case_and_have_components},
    {.id = "WMS-14",
     .title = "WithoutAServerThereIsNoName",
     .source = "Microsoft, CreateMailslot",
     .body = without_a_server_there_is_no_name},
    {.id = "WMS-15",
     .title = "WritesFailOnceTheLastServerHandleIsClosed",
     .source = "Microsoft, Reading from a Mailslot",
     .body = writes_fail_once_the_server_is_gone,
     .documented = "an error",
     .observed = "Wine 8.0: the write succeeds, and nobody reads it",
     .deviation = "Wine 8.0 keeps the slot while a client has it open",
     .deviates = under_wine},
    {.id = "WMS-16",
     .title = "ANameIsFreeOnceItsServerIsGoneThoughAClientIsThere",
     .source = "Microsoft, Reading from a Mailslot",
     .body = a_name_is_free_once_the_server_is_gone,
     .documented = "a new server can be created",
     .observed = "Wine 8.0: ERROR_ALREADY_EXISTS",
     .deviation = "Wine 8.0 keeps the slot while a client has it open",
     .deviates = under_wine},
    {.id = "WMS-17",
     .title = "UnreadMessagesGoWithATerminatedServer",
     .source = "Microsoft, CreateMailslot",
     .body = messages_go_with_a_terminated_server},
    {.id = "WMS-18",
     .title = "AServerOnlyReadsAndAClientOnlyWrites",
     .source = "Microsoft, Mailslot Operations",
     .body = each_side_has_one_direction},
    {.id = "WMS-19",
     .title = "AClientNeedNotShareReading",
     .source = "Microsoft, CreateMailslot; Wine 8.0, kernel32/tests/mailslot.c, which Windows passes",
     .body = a_client_need_not_share_reading,
     .documented = "a client must specify FILE_SHARE_READ",
     .observed = "since Windows Vista it need not; Wine 8.0: ERROR_SHARING_VIOLATION",
     .deviation = "Wine 8.0 asks for FILE_SHARE_READ, as is documented",
     .deviates = under_wine},
    {.id = "WMS-20",
     .title = "MessagesOfManyClientsArriveEachInItsOrder",
     .source = "Microsoft, About Mailslots",
     .body = many_clients_write_to_one_slot},
    {.id = "WMS-21",
     .title = "SeveralReadersOfOneSlotShareTheMessages",
     .source = "Microsoft, Mailslot Operations",
     .body = several_readers_share_the_messages},
    {.id = "WMS-22",
     .title = "ANewTimeLimitCountsForLaterReads",
     .source = "Microsoft, SetMailslotInfo",
     .body = a_new_time_limit_counts_for_later_reads},
};

}  // namespace

const Section win_mailslot_section{.name = "WMS", .count = 22, .clauses = table};

}  // namespace ipcmark
