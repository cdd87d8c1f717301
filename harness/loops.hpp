// The timed loops. They are templates over the concrete, final endpoint type, so that no call in them is
// indirect and a ring's few instructions are inlined. A workload says which process runs which loop.
//
//   ping     send, receive, note the time of the round trip
//   echo     receive, send the same bytes back
//   produce  send as fast as the channel takes it; every sample_stride-th message carries its time of sending
//   trickle  send one message in every idle_interval, asleep between them; each carries its time of sending
//   offer    send by a fixed schedule, whatever becomes of it; a message carries the time at which it was due
//   consume  receive until the last message; one-way latency of those that carry a time. Where the last may
//            be missing, until told to stop, and the round has ended with the last that came
//   share    receive what comes, as one of several consumers, until told to stop; one-way latency
//   urge     send as fast as the channel takes it, one in 64 with a higher priority, which carries its time
//   attend   receive the urgent first, until told to stop; one-way latency of the urgent ones
//
// The last three are in harness/lane_loops.hpp, the last two for endpoints with priorities only.
//
// The way from a loop to its system call is in line, always: the kernel fills the return stack buffer anew
// when it switches processes (Linux, admin-guide/hw-vuln/spectre), so that each return from a function that
// was entered before the call is mispredicted. Through a pipe on one core that was 3 % of a round trip.
//
// Every message is stamped and checked (harness/message.hpp). A loop ends after its messages, at the first
// call that fails, or when it is told to stop.
#pragma once

#include <thread>

#include "harness/lane_loops.hpp"
#include "harness/loop_state.hpp"
#include "harness/os/clock.hpp"
#include "harness/os/wait.hpp"

namespace ipcmark {
namespace loops {

template <class E>
[[gnu::always_inline]] inline bool send_one(E& out, LoopState& state,
                                            std::span<const std::byte> message) noexcept {
  const Io io = out.send(message);
  if (io.status != Status::ok) [[unlikely]] {
    state.failed = io;
    return false;
  }
  ++state.sent;
  return true;
}

template <class E>
[[gnu::always_inline]] inline bool receive_one(E& in, LoopState& state, std::span<std::byte> buffer,
                                               std::size_t& size) noexcept {
  const Io io = in.recv(buffer);
  if (io.status != Status::ok) [[unlikely]] {
    state.failed = io;
    return false;
  }
  ++state.received;
  size = io.size;
  return true;
}

// Checks a received message; returns when it was sent, or 0.
[[gnu::always_inline]] inline std::uint64_t see(LoopState& state,
                                                std::span<const std::byte> message) noexcept {
  if (state.payload) return state.checker.see(message);
  state.checker.count_one();
  return 0;
}

// What needs no answer is done while the message is under way: the check of the answer before, its time, and
// the next stamp.
template <class Base, class E>
void ping(Base& out_base, Base& in_base, const LoopPlan& plan, LoopState& state) {
  auto& out = static_cast<E&>(out_base);
  auto& in = static_cast<E&>(in_base);
  const std::span message = state.outgoing.bytes();
  const std::span buffer = state.incoming.bytes();
  const auto prepare = [&](std::uint64_t sequence) {
    if (state.payload) stamp(state.layout, message.data(), sequence, 0);
  };
  begin(state);
  std::uint64_t last = state.begun, trip = 0;
  std::size_t size = 0;
  bool due = false;
  const auto settle = [&] {
    due = false;
    state.latency.record(trip);
    see(state, buffer.first(size));
  };
  prepare(plan.first);
  for (std::uint64_t sequence = plan.first; sequence < plan.end; ++sequence) {
    if (!send_one(out, state, message)) break;
    if (due) settle();
    prepare(sequence + 1);
    if (!receive_one(in, state, buffer, size)) break;
    const std::uint64_t now = os::ticks();
    trip = now - last;
    last = now;
    due = true;
  }
  if (due) settle();
  state.ended = last;
}

// An answer leaves before its message is checked.
template <class Base, class E>
void echo(Base& out_base, Base& in_base, const LoopPlan& plan, LoopState& state) {
  auto& out = static_cast<E&>(out_base);
  auto& in = static_cast<E&>(in_base);
  const std::span buffer = state.incoming.bytes();
  std::size_t size = 0;
  bool sent = true;
  begin(state);
  while (sent && state.checker.next() < plan.end && receive_one(in, state, buffer, size)) {
    sent = send_one(out, state, buffer);
    see(state, buffer.first(size));
  }
  state.ended = os::ticks();
}

// Sends [first, end); `prepare(sequence, time)` is called before each, with a time for those that carry one.
template <class E, class Prepare>
[[gnu::always_inline]] inline void send_all(E& out, LoopState& state, const LoopPlan& plan, Prepare prepare) {
  const std::span message = state.outgoing.bytes();
  const std::uint64_t end = plan.end, between = plan.sample_stride - 1;
  for (std::uint64_t sequence = plan.first; sequence < end; ++sequence) {
    const bool sampled = (sequence & between) == 0;
    prepare(message.data(), sequence, sampled ? os::ticks() : 0);
    if (!send_one(out, state, message)) break;
  }
}

template <class Base, class E>
void produce(Base& out_base, Base&, const LoopPlan& plan, LoopState& state) {
  auto& out = static_cast<E&>(out_base);
  begin(state);
  if (!state.payload) {
    send_all(out, state, plan, [](std::byte*, std::uint64_t, std::uint64_t) {});
  } else if (state.layout.compact) {
    send_all(out, state, plan, [&](std::byte* message, std::uint64_t sequence, std::uint64_t time) {
      stamp(state.layout, message, sequence, time);
    });
  } else {
    Stamper stamper(state.layout, plan.first);
    send_all(out, state, plan,
             [&](std::byte* message, std::uint64_t, std::uint64_t time) { stamper.stamp(message, time); });
  }
  state.ended = os::ticks();
}

template <class Base, class E>
void trickle(Base& out_base, Base&, const LoopPlan& plan, LoopState& state) {
  auto& out = static_cast<E&>(out_base);
  const std::span message = state.outgoing.bytes();
  begin(state);
  auto due = std::chrono::steady_clock::now();
  for (std::uint64_t sequence = plan.first; sequence < plan.end; ++sequence) {
    due += idle_interval;
    std::this_thread::sleep_until(due);
    if (os::stop_requested()) {
      state.failed = {.status = Status::stopped};
      break;
    }
    if (state.payload) stamp(state.layout, message.data(), sequence, os::ticks());
    if (!send_one(out, state, message)) break;
  }
  state.ended = os::ticks();
}

// Waits for a moment of the schedule; false when told to stop. Asleep, but for the last 200 us: timers come
// late, by 50 us and more.
inline bool await_due(std::uint64_t due) noexcept {
  constexpr double awake_ns = 200'000;
  for (std::uint64_t now = os::ticks(); now < due; now = os::ticks()) {
    if (os::stop_requested()) return false;
    const double left_ns = os::to_ns(static_cast<double>(due - now));
    if (left_ns > awake_ns)
      std::this_thread::sleep_for(std::chrono::nanoseconds(static_cast<std::int64_t>(left_ns - awake_ns)));
    else
      std::this_thread::yield();  // a consumer on the same core has its turn
  }
  return !os::stop_requested();
}

// A send that comes late because the channel was full makes those after it late, and their times say so: a
// pause of the consumer is seen by every message that was due meanwhile.
template <class Base, class E>
void offer(Base& out_base, Base&, const LoopPlan& plan, LoopState& state) {
  auto& out = static_cast<E&>(out_base);
  const std::span message = state.outgoing.bytes();
  const std::uint64_t between = plan.sample_stride - 1;
  begin(state);
  for (std::uint64_t sequence = plan.first; sequence < plan.end; ++sequence) {
    const auto place = static_cast<double>(sequence - plan.first);
    const std::uint64_t due = state.begun + static_cast<std::uint64_t>(place * state.interval);
    if (!await_due(due)) {
      state.failed = {.status = Status::stopped};
      break;
    }
    const bool sampled = (sequence & between) == 0;
    if (state.payload) stamp(state.layout, message.data(), sequence, sampled ? due : 0);
    if (!send_one(out, state, message)) break;
  }
  state.ended = os::ticks();
}

// A one-way time from the bits of it that a message carried.
inline std::uint64_t since(std::uint64_t sent, bool compact) noexcept {
  const std::uint64_t passed = os::ticks() - sent;
  return compact ? passed & StampLayout::time_mask : passed;
}

// Receives until the checking has seen what comes before `end`. `look(message)` returns when it was sent, or
// 0.
template <class E, class Next, class Look>
[[gnu::always_inline]] inline void receive_until(E& in, LoopState& state, std::uint64_t end, Next next,
                                                 Look look) {
  const std::span buffer = state.incoming.bytes();
  const bool compact = state.layout.compact;
  std::uint64_t received = 0;
  while (next() < end) {
    const Io io = in.recv(buffer);
    if (io.status != Status::ok) [[unlikely]] {
      state.failed = io;
      break;
    }
    ++received;
    const std::uint64_t sent = look(buffer.first(io.size));
    if (sent != 0) [[unlikely]]
      state.latency.record(since(sent, compact));
  }
  state.received = received;
}

template <class Base, class E>
void consume(Base&, Base& in_base, const LoopPlan& plan, LoopState& state) {
  auto& in = static_cast<E&>(in_base);
  Checker& checker = state.checker;
  begin(state);
  if (state.may_miss) {
    receive_until(
        in, state, plan.end, [&] { return checker.next(); },
        [&](auto message) {
          const std::uint64_t sent = see(state, message);
          state.ended = os::ticks();
          return sent;
        });
    if (state.received == 0) state.ended = os::ticks();
    checker.close_at(plan.end);
    return;
  }
  if (state.payload && !state.layout.compact) {
    Follower following(checker);
    receive_until(
        in, state, plan.end, [&] { return following.next(); },
        [&](auto message) { return following.see(message); });
  } else {
    receive_until(
        in, state, plan.end, [&] { return checker.next(); },
        [&](auto message) { return see(state, message); });
  }
  state.ended = os::ticks();
}

}  // namespace loops

template <class Base, class E>
constexpr Loops<Base> make_loops() {
  Loops<Base> all{.ping = loops::ping<Base, E>,
                  .echo = loops::echo<Base, E>,
                  .produce = loops::produce<Base, E>,
                  .trickle = loops::trickle<Base, E>,
                  .offer = loops::offer<Base, E>,
                  .consume = loops::consume<Base, E>,
                  .share = loops::share<Base, E>};
  if constexpr (requires { &E::send_with; }) {
    all.urge = loops::urge<Base, E>;
    all.attend = loops::attend<Base, E>;
  }
  return all;
}

}  // namespace ipcmark
