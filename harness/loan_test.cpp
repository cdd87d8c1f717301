#include "harness/loan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ipcmark {
namespace {

Ticket ticket_of(bool in_place) {
  Ticket ticket;
  ticket.in_place = in_place;
  return ticket;
}

// One message that is always there.
class Standing final : public LoanEndpoint {
 public:
  Standing(bool in_place, std::size_t size) : LoanEndpoint(ticket_of(in_place)), message_(size) {
    for (std::size_t at = 0; at < size; ++at) message_[at] = static_cast<std::byte>(at + 1);
  }
  Slot<std::byte> loan(std::size_t size) noexcept override {
    return {.bytes = std::span(message_).first(size)};
  }
  void publish(std::size_t) noexcept override {}
  Slot<const std::byte> borrow() noexcept override { return {.bytes = message_}; }
  void release() noexcept override { ++released; }
  Io send(std::span<const std::byte> message) noexcept override { return send_by_loan(*this, message); }
  Io recv(std::span<std::byte> buffer) noexcept override { return recv_by_borrow(*this, buffer); }

  const std::vector<std::byte>& message() const { return message_; }
  int released = 0;

 private:
  std::vector<std::byte> message_;
};

TEST(Borrow, CopiesAMessageOutAndGivesItBack) {
  Standing standing(false, 100);
  std::vector<std::byte> buffer(100);
  const Io io = standing.recv(buffer);
  EXPECT_EQ(io.status, Status::ok);
  EXPECT_EQ(io.size, 100U);
  EXPECT_EQ(buffer, standing.message());
  EXPECT_EQ(standing.released, 1);
}

TEST(Borrow, InPlaceLeavesAllButTheStampWhereItIs) {
  for (const std::size_t size : {8U, 16U, 23U, 24U, 25U, 100U}) {
    Standing standing(true, size);
    std::vector<std::byte> buffer(size, std::byte{0});
    EXPECT_EQ(standing.recv(buffer).size, size);
    EXPECT_EQ(standing.released, 1);
    for (std::size_t at = 0; at < size; ++at) {
      const bool stamp = at < 24 || at + 8 >= size;
      EXPECT_EQ(buffer[at], stamp ? standing.message()[at] : std::byte{0}) << at << " of " << size;
    }
  }
}

TEST(Borrow, SaysWhenAMessageIsLargerThanTheBuffer) {
  for (const bool in_place : {false, true}) {
    Standing standing(in_place, 100);
    std::vector<std::byte> buffer(10);
    const Io io = standing.recv(buffer);
    EXPECT_EQ(io.status, Status::truncated);
    EXPECT_EQ(io.size, 10U);
    EXPECT_EQ(standing.released, 1);
  }
}

}  // namespace
}  // namespace ipcmark
