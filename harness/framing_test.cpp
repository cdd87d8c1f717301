#include "harness/framing.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <deque>
#include <random>

#include "harness/fd_stream.hpp"

namespace ipcmark {
namespace {

using Bytes = std::vector<std::byte>;

// A pipe in memory that moves as few or as many bytes at a time as its seed says, across both pieces of a
// call; all at once when its longest step is 0.
struct Wire {
  explicit Wire(std::uint64_t seed, std::size_t longest_step) : random(seed), longest(longest_step) {}
  std::size_t step(std::size_t most) {
    if (longest == 0) return most;
    return std::uniform_int_distribution<std::size_t>(1, std::min(most, longest))(random);
  }
  std::deque<std::byte> bytes;
  std::mt19937_64 random;
  std::size_t longest;
  std::size_t calls = 0;
};

class MemoryStream {
 public:
  explicit MemoryStream(Wire& wire) : wire_(&wire) {}

  Io write(std::span<const std::byte> first, std::span<const std::byte> second) noexcept {
    ++wire_->calls;
    const std::size_t size = wire_->step(first.size() + second.size());
    for (std::size_t k = 0; k < size; ++k)
      wire_->bytes.push_back(k < first.size() ? first[k] : second[k - first.size()]);
    return {.size = size};
  }
  Io read(std::span<std::byte> first, std::span<std::byte> second) noexcept {
    ++wire_->calls;
    if (wire_->bytes.empty()) return {.status = Status::closed};
    const std::size_t size = wire_->step(std::min(first.size() + second.size(), wire_->bytes.size()));
    for (std::size_t k = 0; k < size; ++k) {
      (k < first.size() ? first[k] : second[k - first.size()]) = wire_->bytes.front();
      wire_->bytes.pop_front();
    }
    return {.size = size};
  }

 private:
  Wire* wire_;
};

Bytes payload(std::size_t size, std::size_t number) {
  Bytes bytes(size);
  std::mt19937 random(static_cast<unsigned>(number * 7919 + size));
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

// Receives into a buffer with a margin behind it that must stay as it was.
template <class Stream>
void expect_next(Framed<Stream>& frames, const Bytes& sent, std::size_t buffer_size) {
  constexpr std::size_t margin = 32;
  Bytes memory(buffer_size + margin, std::byte{0xEE});
  const Io io = frames.recv(std::span(memory).first(buffer_size));
  const std::size_t kept = std::min(sent.size(), buffer_size);
  ASSERT_EQ(io.status, sent.size() > buffer_size ? Status::truncated : Status::ok);
  ASSERT_EQ(io.size, kept);
  ASSERT_TRUE(std::equal(sent.begin(), sent.begin() + static_cast<std::ptrdiff_t>(kept), memory.begin()));
  for (std::size_t k = buffer_size; k < memory.size(); ++k) ASSERT_EQ(memory[k], std::byte{0xEE});
}

const std::vector<std::size_t> border_sizes{0,    1,    3,    7,    8,    2035, 2038, 2039, 2040,
                                            2041, 2042, 2044, 2047, 2048, 2049, 2056, 2057, 4096};

// Longest step: single bytes, some, more than a frame, as much as there is.
class FramingInPieces : public testing::TestWithParam<std::size_t> {
 protected:
  Wire wire_{GetParam(), GetParam()};
};
INSTANTIATE_TEST_SUITE_P(LongestStep, FramingInPieces, testing::Values(1, 3, 5, 700, 2050, 100'000),
                         testing::PrintToStringParamName());

TEST_P(FramingInPieces, EverySizeAroundTheLimitOfASmallFrameArrivesWholeInABufferOfItsOwnSize) {
  Framed frames(MemoryStream(wire_), 4096);
  for (const std::size_t size : border_sizes) {
    const Bytes sent = payload(size, 1);
    ASSERT_EQ(frames.send(sent).status, Status::ok);
    expect_next(frames, sent, size);
  }
}

TEST_P(FramingInPieces, AnyMixtureOfSizesArrivesWholeAndInOrder) {
  Framed frames(MemoryStream(wire_), 4096);
  std::vector<Bytes> sent;
  for (std::size_t number = 0; number < 200; ++number) {
    sent.push_back(payload(border_sizes[wire_.random() % border_sizes.size()], number));
    ASSERT_EQ(frames.send(sent.back()).size, sent.back().size());
  }
  for (const Bytes& bytes : sent) expect_next(frames, bytes, 4096);
  EXPECT_TRUE(wire_.bytes.empty());
}

TEST_P(FramingInPieces, SmallFramesThatCameAlongWithALargeReceiveAreKeptForLater) {
  Framed frames(MemoryStream(wire_), 4096);
  std::vector<Bytes> sent;
  for (std::size_t number = 0; number < 50; ++number) sent.push_back(payload(10 + number, number));
  for (const Bytes& bytes : sent) ASSERT_EQ(frames.send(bytes).status, Status::ok);
  bool large = true;
  for (const Bytes& bytes : sent) {
    expect_next(frames, bytes, large ? 4096 : 64);
    large = !large;
  }
}

TEST_P(FramingInPieces, ABufferThatIsLargerThanTheLargestMessageTakesNoMoreThanTheStashCanKeep) {
  Framed frames(MemoryStream(wire_), 64);
  std::vector<Bytes> sent;
  for (std::size_t number = 0; number < 2000; ++number) sent.push_back(payload(60, number));
  for (const Bytes& bytes : sent) ASSERT_EQ(frames.send(bytes).status, Status::ok);
  for (const Bytes& bytes : sent) expect_next(frames, bytes, 100'000);
}

TEST_P(FramingInPieces, ATooLongFrameIsCutAndTheNextOneIsIntact) {
  Framed frames(MemoryStream(wire_), 70'000);
  for (const std::size_t buffer : {8U, 2039U, 2040U, 2041U, 4096U}) {
    for (const std::size_t beyond : {1U, 4U, 3000U, 60'000U}) {
      const Bytes too_long = payload(buffer + beyond, beyond), next = payload(buffer, 2);
      ASSERT_EQ(frames.send(too_long).status, Status::ok);
      ASSERT_EQ(frames.send(next).status, Status::ok);
      expect_next(frames, too_long, buffer);
      expect_next(frames, next, buffer);
    }
  }
}

TEST_P(FramingInPieces, AStreamThatEndsWithinAHeaderOrAPayloadIsClosedAndDeliversNothing) {
  for (const std::size_t buffer_size : {64U, 4096U}) {
    for (const std::size_t size : {1U, 64U, 3000U}) {
      for (const std::size_t left :
           {std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{8}, size + 7}) {
        Wire wire(GetParam(), GetParam());
        Framed frames(MemoryStream(wire), 4096);
        ASSERT_EQ(frames.send(payload(size, 1)).status, Status::ok);
        wire.bytes.resize(left);
        Bytes buffer(buffer_size);
        EXPECT_EQ(frames.recv(buffer).status, Status::closed)
            << left << " of " << size + 8 << " bytes, buffer of " << buffer_size;
      }
    }
  }
}

TEST(FramingCalls, AFrameThatTheSystemMovesWholeCostsOneCallOnEachSide) {
  for (const std::size_t size : {8U, 2040U, 2041U, 60'000U}) {
    Wire wire(1, 0);
    Framed frames(MemoryStream(wire), 60'000);
    const Bytes sent = payload(size, 1);
    ASSERT_EQ(frames.send(sent).status, Status::ok);
    EXPECT_EQ(wire.calls, 1U) << size;
    expect_next(frames, sent, size);
    EXPECT_EQ(wire.calls, 2U) << size;
  }
}

// Both ends of a pipe(7) or a socketpair(2), large enough for every frame below to be sent before one is
// received.
std::pair<FdStream, FdStream> real_ends(bool sockets) {
  int ends[2];
  if (sockets) {
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
    return {FdStream(os::Handle(ends[0])), FdStream(os::Handle(ends[1]))};
  }
  check(::pipe2(ends, O_CLOEXEC), "pipe2");
  return {FdStream(os::Handle(ends[0])), FdStream(os::Handle(ends[1]))};
}

class RealFraming : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Streams, RealFraming, testing::Bool(),
                         [](const auto& which) { return which.param ? "socketpair" : "pipe"; });

TEST_P(RealFraming, EverySizeArrivesWholeAndTheEndIsSeen) {
  auto [reading, writing] = real_ends(GetParam());
  Framed receiver(std::move(reading), 4096);
  {
    Framed sender(std::move(writing), 4096);
    for (const std::size_t size : border_sizes) {
      const Bytes sent = payload(size, 3);
      ASSERT_EQ(sender.send(sent).size, size);
      expect_next(receiver, sent, 4096);
    }
    for (std::size_t number = 0; number < 5; ++number)
      ASSERT_EQ(sender.send(payload(2000 + 50 * number, number)).status, Status::ok);
  }
  for (std::size_t number = 0; number < 5; ++number)
    expect_next(receiver, payload(2000 + 50 * number, number), 4096);
  Bytes buffer(4096);
  EXPECT_EQ(receiver.recv(buffer).status, Status::closed);
}

TEST_P(RealFraming, ATooLongFrameIsCutAndTheNextOneIsIntact) {
  auto [reading, writing] = real_ends(GetParam());
  Framed receiver(std::move(reading), 4096), sender(std::move(writing), 4096);
  const Bytes too_long = payload(4000, 1), next = payload(100, 2);
  ASSERT_EQ(sender.send(too_long).status, Status::ok);
  ASSERT_EQ(sender.send(next).status, Status::ok);
  expect_next(receiver, too_long, 2500);
  expect_next(receiver, next, 2500);
}

}  // namespace
}  // namespace ipcmark
