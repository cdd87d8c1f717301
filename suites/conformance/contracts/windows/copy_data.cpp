// WCD: WM_COPYDATA and the messages of windows.
#include <gtest/gtest.h>

#include "suites/conformance/contracts/sections.hpp"
#include "suites/conformance/contracts/windows/puppet.hpp"

namespace ipcmark {
namespace {

using namespace windows;

// A receiver with a window, and a sender.
struct Correspondence {
  Puppet sender, receiver;
  std::string name = fresh_name(), window = ask(receiver, "window " + name);
  std::string to(const std::string& call, const std::string& rest = "") const {
    return call + " " + window + " " + rest;
  }
};

void number_and_bytes_arrive() {
  Correspondence here;
  EXPECT_EQ(ask(here.sender, here.to("send", "4711 abc")), "4");
  EXPECT_EQ(ask(here.receiver, "last"), "4711 3 " + std::to_string('a' + 'b' + 'c'));
  EXPECT_EQ(ask(here.sender, here.to("send_bytes", "100000")), "100001");
  EXPECT_EQ(ask(here.receiver, "last"), "1 100000 100000");
}

void no_bytes_are_delivered() {
  Correspondence here;
  EXPECT_EQ(ask(here.sender, here.to("send", "4711 -")), "1");
  EXPECT_EQ(ask(here.receiver, "last"), "4711 0 0");
}

void a_send_returns_behind_its_handling() {
  Correspondence here;
  require_done(here.receiver, "behave waits");
  here.sender.say(here.to("send", "1 a"));
  here.sender.await_blocked();
  EXPECT_EQ(ask(here.receiver, "last"), "nothing");
  EXPECT_EQ(ask(here.receiver, "free"), "ok");
  EXPECT_EQ(here.sender.hear(), "2");
  for (int k = 0; k < 50; ++k) {
    EXPECT_EQ(ask(here.sender, here.to("send", std::to_string(k) + " a")), "2");
    EXPECT_EQ(ask(here.receiver, "last"), std::to_string(k) + " 1 " + std::to_string('a'));
  }
}

void it_cannot_be_posted() {
  Correspondence here;
  EXPECT_EQ(ask(here.sender, here.to("post_copy")), "ERROR_MESSAGE_SYNC_ONLY");
  EXPECT_EQ(ask(here.sender, here.to("notify_copy")), "ERROR_MESSAGE_SYNC_ONLY");
  EXPECT_EQ(ask(here.receiver, "last"), "nothing");
}

void a_send_ends_with_its_time() {
  Correspondence here;
  require_done(here.receiver, "behave waits");
  Words answer(ask(here.sender, here.to("send_for", "300")));
  const int passed = next<int>(answer);
  EXPECT_GE(passed, 300 - 32);
  EXPECT_EQ(next<std::string>(answer), "ERROR_TIMEOUT");
  observe(std::to_string(passed) + " of 300 ms");
}

void a_dead_receiver_lets_go() {
  Correspondence here;
  require_done(here.receiver, "behave exits");
  const std::string answer = ask(here.sender, here.to("send", "1 a"));
  observe(answer);
  EXPECT_TRUE(answer == "0" || answer.starts_with("ERROR") || answer.starts_with("error")) << answer;
  EXPECT_EQ(here.receiver.wait().code, 3);
}

void many_mebibytes_arrive() {
  for (const unsigned mebibytes : {1U, 16U, 64U}) {
    Correspondence here;
    const std::string bytes = std::to_string(mebibytes << 20U);
    EXPECT_EQ(ask(here.sender, here.to("send_bytes", bytes)), std::to_string((mebibytes << 20U) + 1));
    EXPECT_EQ(ask(here.receiver, "last"), "1 " + bytes + " " + bytes);
  }
}

void a_message_window_is_found_by_name() {
  Correspondence here;
  EXPECT_EQ(ask(here.sender, "find " + here.name), here.window);
  here.receiver.kill();
  EXPECT_EQ(ask(here.sender, "find " + here.name), "nothing");
}

void a_full_queue_refuses() {
  Correspondence here;
  require_done(here.receiver, "behave waits");
  Puppet occupying;
  occupying.say(here.to("send", "1 a"));
  occupying.await_blocked();
  const std::string answer = ask(here.sender, here.to("flood", "20000"));
  observe(answer);
  EXPECT_TRUE(answer.ends_with(" ERROR_NOT_ENOUGH_QUOTA")) << answer;
}

void two_that_send_to_each_other_go_on() {
  constexpr int count = 50;
  Puppet one, other;
  const std::string of_one = ask(one, "window " + fresh_name()),
                    of_other = ask(other, "window " + fresh_name());
  one.say("send_nested " + of_other + " " + std::to_string(count));
  other.say("send_nested " + of_one + " " + std::to_string(count));
  EXPECT_EQ(one.hear(), std::to_string(count));
  EXPECT_EQ(other.hear(), std::to_string(count));
}

constexpr Clause table[]{
    {.id = "WCD-01",
     .title = "TheReceiverSeesTheNumberAndTheBytes",
     .source = "Microsoft, WM_COPYDATA",
     .body = number_and_bytes_arrive},
    {.id = "WCD-02",
     .title = "AMessageOfNoBytesIsDelivered",
     .source = "Microsoft, WM_COPYDATA",
     .body = no_bytes_are_delivered},
    {.id = "WCD-03",
     .title = "ASendReturnsOnceItIsHandled",
     .source = "Microsoft, SendMessage",
     .body = a_send_returns_behind_its_handling},
    {.id = "WCD-04",
     .title = "ItCanNeitherBePostedNorNotified",
     .source = "Microsoft, PostMessage, Remarks",
     .body = it_cannot_be_posted},
    {.id = "WCD-05",
     .title = "ASendToABusyReceiverEndsWithItsTime",
     .source = "Microsoft, SendMessageTimeout",
     .body = a_send_ends_with_its_time},
    {.id = "WCD-06",
     .title = "ASendToAReceiverThatDiesReturns",
     .source = "Microsoft, SendMessageTimeout, SMTO_ERRORONEXIT",
     .body = a_dead_receiver_lets_go},
    {.id = "WCD-07",
     .title = "ManyMebibytesArrive",
     .source = "Microsoft, WM_COPYDATA: no limit is documented",
     .body = many_mebibytes_arrive,
     .documented = "nothing of a limit",
     .observed = "Wine 8.0: as much as the receiver's stack can hold; more kills it",
     .deviation =
         "Wine 8.0 copies the payload to the receiver's stack, 2 MiB by MinGW, and kills it beyond that",
     .deviates = under_wine},
    {.id = "WCD-08",
     .title = "AMessageOnlyWindowOfAnotherProcessIsFoundByItsName",
     .source = "Microsoft, Window Features, Message-Only Windows",
     .body = a_message_window_is_found_by_name},
    {.id = "WCD-09",
     .title = "AFullQueueRefusesAMessage",
     .source = "Microsoft, PostMessage, Remarks: 10 000 messages",
     .body = a_full_queue_refuses,
     .documented = "ERROR_NOT_ENOUGH_QUOTA behind 10 000 messages",
     .observed = "Wine 8.0: 20 000 are taken",
     .deviation = "Wine 8.0 has no limit of messages in a queue",
     .deviates = under_wine},
    {.id = "WCD-11",
     .title = "TwoThatSendToEachOtherAtOnceGoOn",
     .source = "Microsoft, SendMessage, Remarks",
     .body = two_that_send_to_each_other_go_on},
};

constexpr LeftOut left_out[]{
    {.id = "WCD-10",
     .reason =
         "a sender of lower integrity needs a token that this program would have to make out of its own and "
         "the user's consent, and Wine has no integrity levels"},
};

}  // namespace

const Section win_copy_data_section{.name = "WCD", .count = 11, .clauses = table, .left_out = left_out};

}  // namespace ipcmark
