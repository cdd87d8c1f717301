// WMS: what a mailslot does with messages.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "suites/conformance/contracts/windows/mailslots.hpp"

namespace ipcmark::windows {

void one_read_is_one_message() {
  Slot slot;
  EXPECT_EQ(ask(slot.client, "write c abc"), "3");
  EXPECT_EQ(ask(slot.client, "write c defgh"), "5");
  EXPECT_EQ(ask(slot.server, "read s 100"), "got abc");
  EXPECT_EQ(ask(slot.server, "read s 100"), "got defgh");
}

void messages_come_in_their_order() {
  Slot slot;
  for (int k = 0; k < 50; ++k) require_done(slot.client, "write c m" + std::to_string(k));
  for (int k = 0; k < 50; ++k) EXPECT_EQ(ask(slot.server, "read s 100"), "got m" + std::to_string(k));
}

void a_message_of_no_bytes_arrives() {
  Slot slot;
  EXPECT_EQ(ask(slot.client, "write c -"), "0");
  EXPECT_EQ(ask(slot.server, "read s 100"), "got ");
}

void all_waiting_messages_are_counted() {
  Slot slot;
  EXPECT_EQ(ask(slot.server, "slot_info s"), "0 -");
  for (const char* text : {"abc", "de", "fghi"}) require_done(slot.client, std::string("write c ") + text);
  EXPECT_EQ(ask(slot.server, "slot_info s"), "3 3");
  EXPECT_EQ(ask(slot.server, "read s 100"), "got abc");
  EXPECT_EQ(ask(slot.server, "slot_info s"), "2 2");
}

void a_small_buffer_leaves_the_message() {
  Slot slot(0, 0);
  EXPECT_EQ(ask(slot.client, "write c abcdef"), "6");
  EXPECT_EQ(ask(slot.server, "read s 3"), "ERROR_INSUFFICIENT_BUFFER");
  EXPECT_EQ(ask(slot.server, "read s 100"), "got abcdef");
}

void a_large_message_is_refused() {
  Slot slot(10, 0);
  EXPECT_EQ(ask(slot.client, "fill c 10"), "10");
  const std::string answer = ask(slot.client, "fill c 11");
  observe("11 of at most 10 bytes: " + answer);
  EXPECT_NE(answer, "11");
  EXPECT_EQ(ask(slot.server, "count s 100"), "10");
}

void local_messages_may_be_large() {
  for (const int size : {425, 65536, 200'000}) {
    Slot slot;
    const std::string bytes = std::to_string(size);
    slot.client.say("fill c " + bytes);
    EXPECT_EQ(ask(slot.server, "count s " + std::to_string(size + 1)), bytes);
    EXPECT_EQ(slot.client.hear(), bytes);
  }
}

void a_writer_never_waits() {
  constexpr int messages = 2000;
  Slot slot;
  for (int k = 0; k < messages; ++k) {
    slot.client.say("fill c 100");
    const auto answer = slot.client.hear_unless_stuck(Look::brief);
    ASSERT_TRUE(answer.has_value()) << "the writer waits once " << k << " messages of 100 bytes are there";
    ASSERT_EQ(*answer, "100");
  }
}

void many_clients_write_to_one_slot() {
  constexpr int clients = 5, messages = 20;
  const std::string path = fresh_mailslot();
  Puppet server;
  require_done(server, create_slot(path));
  std::deque<Puppet> all(clients);
  for (Puppet& client : all) require_done(client, open_slot(path));
  for (int k = 0; k < messages; ++k) {
    for (int client = 0; client < clients; ++client)
      all[static_cast<std::size_t>(client)].say("write c c" + std::to_string(client) + "-" +
                                                std::to_string(k));
  }
  std::vector<int> following(clients);
  for (int k = 0; k < clients * messages; ++k) {
    const std::string came = ask(server, "read s 100");
    ASSERT_TRUE(came.starts_with("got c")) << came;
    const auto client = static_cast<std::size_t>(came[5] - '0');
    ASSERT_LT(client, following.size()) << came;
    EXPECT_EQ(came.substr(7), std::to_string(following[client]++)) << "of client " << client;
  }
  EXPECT_EQ(std::count(following.begin(), following.end(), messages), clients);
}

// The test makes the slot, so that both readers can be given it.
void several_readers_share_the_messages() {
  constexpr int messages = 40;
  const std::string path = fresh_mailslot();
  os::Handle slot = os::require(::CreateMailslotW(os::wide(path).c_str(), 0, 0, nullptr), "CreateMailslot");
  Puppet one({slot.raw()}), other({slot.raw()}), client;
  slot.reset();
  require_done(client, open_slot(path));
  for (int k = 0; k < messages; ++k) require_done(client, "write c m" + std::to_string(k));
  std::vector<std::string> came;
  for (int k = 0; k < messages / 2; ++k) {
    one.say("read h0 100");
    other.say("read h0 100");
    came.push_back(one.hear());
    came.push_back(other.hear());
  }
  std::vector<std::string> sent;
  for (int k = 0; k < messages; ++k) sent.push_back("got m" + std::to_string(k));
  std::sort(came.begin(), came.end());
  std::sort(sent.begin(), sent.end());
  EXPECT_EQ(came, sent);
  EXPECT_EQ(ask(one, "read h0 100"), "ERROR_SEM_TIMEOUT");
}

}  // namespace ipcmark::windows
