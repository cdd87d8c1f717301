// Messages over a stream of bytes: eight bytes of length in the byte order of the host, then the payload.
//
// Eight and not four, because the kernel copies whole words faster than what is left of one: through a pipe
// on one core a round trip of 68 bytes took 4.87 us, one of 64 took 4.48 and one of 72 took 4.35 (Linux 6.18,
// Xeon with ERMS and without FSRM).
//
// A short read or write is normal and never an error. A frame costs one call on each side when the system
// moves it whole: small ones are put together in a buffer, large ones are gathered and scattered without
// another copy. Never more is asked for than one frame of the caller's buffer size, so that a receive is one
// read and not a batch.
//
// Stream is anything with
//   Io write(std::span<const std::byte> first, std::span<const std::byte> second) noexcept
//   Io read(std::span<std::byte> first, std::span<std::byte> second) noexcept
// which move at least one byte, waiting for it, and say `closed` at the end. `second` may be empty.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "harness/message.hpp"

namespace ipcmark {

template <class Stream>
class Framed {
 public:
  Framed(Stream stream, std::size_t max_message)
      : stream_(std::move(stream)), stash_(header_size + std::max(max_message, small_frame)) {}

  Io send(std::span<const std::byte> message) noexcept {
    const std::uint64_t length = message.size();
    if (message.size() + header_size > small_frame) return send_gathered(message);
    std::byte* frame = outgoing_.data();
    std::memcpy(frame, &length, header_size);
    copy_bytes(frame + header_size, message.data(), message.size());
    const std::span<const std::byte> whole(frame, header_size + message.size());
    const Io io = stream_.write(whole, {});
    if (io.status == Status::ok && io.size == whole.size()) [[likely]]
      return {.size = message.size()};
    return send_rest(io, whole, message.size());
  }

  Io recv(std::span<std::byte> buffer) noexcept {
    if (begin_ != end_) return recv_stashed(buffer);
    if (buffer.size() + header_size > small_frame) return recv_scattered(buffer);
    std::byte* frame = stash_.data();
    const Io io = stream_.read({frame, header_size + buffer.size()}, {});
    std::uint64_t length = 0;
    std::memcpy(&length, frame, header_size);
    if (io.status == Status::ok && io.size == header_size + buffer.size() && length == buffer.size())
        [[likely]] {
      copy_bytes(buffer.data(), frame + header_size, buffer.size());
      return {.size = buffer.size()};
    }
    if (io.status != Status::ok) return io;
    begin_ = 0;
    end_ = io.size;
    return recv_stashed(buffer);
  }

 private:
  static constexpr std::size_t header_size = sizeof(std::uint64_t);
  static constexpr std::size_t small_frame =
      2048;  // bytes; below it a copy costs less than a second vector element

  [[gnu::noinline]] Io send_gathered(std::span<const std::byte> message) noexcept {
    const std::uint64_t length = message.size();
    std::array<std::byte, header_size> header;
    std::memcpy(header.data(), &length, header_size);
    return write_all(header, message, message.size());
  }

  // The stream took a part of a frame, or nothing.
  [[gnu::noinline]] Io send_rest(const Io& io, std::span<const std::byte> whole, std::size_t size) noexcept {
    return io.status == Status::ok ? write_all(whole.subspan(io.size), {}, size) : io;
  }

  // The general way: whatever has been read, complete the header, then the payload.
  [[gnu::noinline]] Io recv_stashed(std::span<std::byte> buffer) noexcept {
    while (end_ - begin_ < header_size) {
      if (const Io io = fill(header_size + buffer.size()); io.status != Status::ok) return io;
    }
    std::uint64_t length = 0;
    std::memcpy(&length, stash_.data() + begin_, header_size);
    begin_ += header_size;
    return take(buffer, length);
  }

  Io write_all(std::span<const std::byte> first, std::span<const std::byte> second,
               std::size_t size) noexcept {
    while (!first.empty() || !second.empty()) {
      const Io io = first.empty() ? stream_.write(second, {}) : stream_.write(first, second);
      if (io.status != Status::ok) [[unlikely]]
        return io;
      const std::size_t of_first = std::min(io.size, first.size());
      first = first.subspan(of_first);
      second = second.subspan(io.size - of_first);
    }
    return {.size = size};
  }

  // Reads once into the stash, up to `wanted` bytes in all.
  Io fill(std::size_t wanted) noexcept {
    if (begin_ == end_) begin_ = end_ = 0;
    if (begin_ + wanted > stash_.size()) {
      std::memmove(stash_.data(), stash_.data() + begin_, end_ - begin_);
      end_ -= std::exchange(begin_, 0);
    }
    const std::size_t room = std::min(stash_.size(), begin_ + wanted) - end_;
    const Io io = stream_.read(std::span(stash_).subspan(end_, room), {});
    if (io.status == Status::ok) end_ += io.size;
    return io;
  }

  // The payload of a frame whose header is consumed: first what the stash holds, then straight from the
  // stream.
  Io take(std::span<std::byte> buffer, std::size_t length) noexcept {
    const std::size_t kept = std::min(length, buffer.size());
    const std::size_t stashed = std::min(end_ - begin_, kept);
    copy_bytes(buffer.data(), stash_.data() + begin_, stashed);
    begin_ += stashed;
    return finish(buffer, stashed, length);
  }

  Io finish(std::span<std::byte> buffer, std::size_t done, std::size_t length) noexcept {
    const std::size_t kept = std::min(length, buffer.size());
    while (done < kept) {
      const Io io = stream_.read(buffer.subspan(done, kept - done), {});
      if (io.status != Status::ok) return io;
      done += io.size;
    }
    if (length <= buffer.size()) return {.size = length};
    if (const Io io = skip(length - kept); io.status != Status::ok) return io;
    return {.size = kept, .status = Status::truncated};
  }

  Io skip(std::size_t count) noexcept {
    while (count > 0) {
      if (begin_ == end_) {
        if (const Io io = fill(std::min(count, small_frame)); io.status != Status::ok) return io;
      }
      const std::size_t step = std::min(count, end_ - begin_);
      begin_ += step;
      count -= step;
    }
    return {};
  }

  // Header and payload in one read, the payload straight into the caller's buffer. When a shorter frame than
  // the buffer arrives, what follows it lands behind it and is moved to the stash, which has room for all of
  // it.
  Io recv_scattered(std::span<std::byte> buffer) noexcept {
    std::array<std::byte, header_size> header;
    const auto room = buffer.first(std::min(buffer.size(), stash_.size()));
    std::size_t got = 0;
    while (got < header_size) {
      const Io io = stream_.read(std::span(header).subspan(got), room);
      if (io.status != Status::ok) return io;
      got += io.size;
    }
    std::uint64_t length = 0;
    std::memcpy(&length, header.data(), header_size);
    const std::size_t payload = got - header_size;
    if (payload <= length) return finish(buffer, payload, length);
    begin_ = 0;
    end_ = payload - length;
    copy_bytes(stash_.data(), buffer.data() + length, end_);
    return {.size = length};
  }

  Stream stream_;
  std::size_t begin_ = 0, end_ = 0;
  std::vector<std::byte> stash_;  // read and not yet delivered: [begin_, end_)
  std::array<std::byte, small_frame> outgoing_;
};

}  // namespace ipcmark
