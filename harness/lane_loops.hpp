// The timed loops over several lanes (harness/lanes.hpp): several producers and consumers on one link, and
// messages of two priorities. Part of harness/loops.hpp, which says what each does.
//
// Loops that receive until they are told to stop are told when all others have come to their end. A call
// leaves only when it would have to wait (harness/mechanism.hpp), so what was sent is taken first. Their
// round has ended with the last message of which they took the time: one that carries its own, the last of a
// lane, and whatever comes after being told. None of that costs the others anything. What is missed is a
// message that was in the hands of a consumer pushed off its processor while the rest was taken, and that was
// back before it was told, which is some tens of microseconds.
#pragma once

#include "harness/loop_state.hpp"
#include "harness/os/wait.hpp"

namespace ipcmark {

// Which messages of `urge` are urgent, and how each class is numbered: the ordinary ones are lane 0, the
// urgent ones lane 1. The second message is the first urgent one, so that two already tell whether it
// overtakes.
struct Urgency {
  static constexpr std::uint64_t every = 64;
  static constexpr std::size_t ordinary = 0, urgent = 1;
  static constexpr bool is_urgent(std::uint64_t message) noexcept { return message % every == 1; }
  // How many urgent ones are among the first so many messages.
  static constexpr std::uint64_t urgent_among(std::uint64_t messages) noexcept {
    return (messages + every - 2) / every;
  }
  static constexpr LaneRange range(const LoopPlan& plan, std::size_t lane) noexcept {
    const std::uint64_t first = urgent_among(plan.first), end = urgent_among(plan.end);
    return lane == urgent ? LaneRange{first, end} : LaneRange{plan.first - first, plan.end - end};
  }
  // How many ordinary messages were sent before an urgent one.
  static constexpr std::uint64_t ordinary_before(std::uint64_t urgent_number) noexcept {
    return (every - 1) * urgent_number + 1;
  }
};

namespace loops {

// Receives into the lanes until told to stop, which is the good end of such a loop. `record` is told of every
// message that carries a time, with what has passed since.
template <class Receive, class Record>
[[gnu::always_inline]] inline void receive_lanes(LoopState& state, Receive receive, Record record) noexcept {
  const std::span buffer = state.incoming.bytes();
  state.ended = 0;
  for (;;) {
    const Io io = receive(buffer);
    if (io.status != Status::ok) [[unlikely]] {
      if (io.status != Status::stopped) state.failed = io;
      return;
    }
    ++state.received;
    const LaneChecker::Seen seen = state.lanes.see(buffer.first(io.size));
    if (seen.time != 0 || seen.last || os::stop_requested()) {
      state.ended = os::ticks();
      if (seen.time != 0) record(seen, state.ended - seen.time);
    }
  }
}

template <class Base, class E>
void share(Base&, Base& in_base, const LoopPlan& plan, LoopState& state) {
  auto& in = static_cast<E&>(in_base);
  begin(state);
  state.lanes.begin();
  for (std::size_t lane = 0; lane < state.lanes.lanes(); ++lane) state.lanes.expect_end(lane, plan.end);
  receive_lanes(
      state, [&](std::span<std::byte> buffer) { return in.recv(buffer); },
      [&](const LaneChecker::Seen&, std::uint64_t passed) { state.latency.record(passed); });
}

template <class Base, class E>
void urge(Base& out_base, Base&, const LoopPlan& plan, LoopState& state) {
  auto& out = static_cast<E&>(out_base);
  const std::span message = state.outgoing.bytes();
  const StampLayout layouts[]{state.layout.of_lane(Urgency::ordinary), state.layout.of_lane(Urgency::urgent)};
  std::uint64_t next[]{Urgency::range(plan, Urgency::ordinary).first,
                       Urgency::range(plan, Urgency::urgent).first};
  begin(state);
  for (std::uint64_t sequence = plan.first; sequence < plan.end; ++sequence) {
    const std::size_t lane = Urgency::is_urgent(sequence) ? Urgency::urgent : Urgency::ordinary;
    stamp(layouts[lane], message.data(), next[lane]++, lane == Urgency::urgent ? os::ticks() : 0);
    const Io io = out.send_with(message, static_cast<unsigned>(lane));
    if (io.status != Status::ok) [[unlikely]] {
      state.failed = io;
      break;
    }
    ++state.sent;
  }
  state.ended = os::ticks();
}

template <class Base, class E>
void attend(Base&, Base& in_base, const LoopPlan& plan, LoopState& state) {
  auto& in = static_cast<E&>(in_base);
  begin(state);
  state.lanes.begin();
  for (const std::size_t lane : {Urgency::ordinary, Urgency::urgent})
    state.lanes.expect_end(lane, Urgency::range(plan, lane).end);
  receive_lanes(
      state, [&](std::span<std::byte> buffer) { return in.recv_first(buffer); },
      [&](const LaneChecker::Seen& seen, std::uint64_t passed) {
        state.latency.record(passed);
        const std::uint64_t before = Urgency::ordinary_before(seen.sequence);
        const std::uint64_t here = state.lanes.next(Urgency::ordinary);
        if (before > here) state.overtaken += before - here;
      });
}

}  // namespace loops
}  // namespace ipcmark
