#include "suites/conformance/traffic.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <sstream>
#include <thread>

#include "harness/os/host.hpp"
#include "suites/conformance/traffic_plays.hpp"

namespace ipcmark {
namespace {

using traffic::Board;
using traffic::board_in;
using traffic::deeds_in;

}  // namespace

bool waits_asleep(const Actor& actor) {
  constexpr unsigned looks = 6;
  const auto used = [&] { return std::chrono::nanoseconds(actor.processor_time()); };
  const auto before = used();
  for (unsigned asleep = 0; asleep < looks;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const Doing now = actor.look();
    if (now.state == Doing::State::ended) throw std::runtime_error("an actor ended instead of waiting");
    asleep = now.state == Doing::State::asleep ? asleep + 1 : 0;
    if (used() >= before + sleep_signs.in_vain) return false;
  }
  constexpr std::chrono::milliseconds some_ticks{20};
  const auto begun = used();
  std::this_thread::sleep_for(sleep_signs.rest);
  return used() < begun + some_ticks;
}

void fill_message(std::span<std::byte> message, std::uint64_t head) noexcept {
  for (std::size_t at = 0; at < message.size(); at += sizeof head) {
    const std::uint64_t word = head ^ at * 0x9E37'79B9'7F4A'7C15ULL;
    std::memcpy(message.data() + at, &word, std::min(sizeof word, message.size() - at));
  }
}
bool is_filled(std::span<const std::byte> message, std::uint64_t head) noexcept {
  for (std::size_t at = 0; at < message.size(); at += sizeof head) {
    const std::uint64_t word = head ^ at * 0x9E37'79B9'7F4A'7C15ULL;
    if (std::memcmp(message.data() + at, &word, std::min(sizeof word, message.size() - at)) != 0)
      return false;
  }
  return true;
}

Options modest(std::size_t max_message, std::size_t depth) {
  Options options;
  options.max_message = std::max<std::size_t>(max_message, 16);
  options.depth = depth;
  return options;
}

Crowd::Crowd(const Mechanism& mechanism, const Traffic& traffic, Options options)
    : mechanism_(mechanism),
      traffic_(traffic),
      ends_(mechanism,
            [&] {
              const std::size_t largest = *std::max_element(traffic.sizes.begin(), traffic.sizes.end());
              options.max_message = std::max<std::size_t>(largest, 16);
              return options;
            }()),
      board_(os::object_name(ends_.session().id(), ends_.session().next_link()), sizeof(Board)),
      producers_(traffic.producers),
      consumers_(traffic.consumers) {
  ::new (board_.mapping().data()) Board();
  for (unsigned k = 0; k < traffic.consumers; ++k)
    consumers_[k].actor = &ends_.start(Role::consumer, traffic::consume, order_for(k).text());
  for (unsigned k = 0; k < traffic.producers; ++k)
    producers_[k].actor = &ends_.start(Role::producer, traffic::produce, order_for(k).text());
  if (traffic.kept) {
    ends_.await_open();
  } else {
    ends_.hand_over();
  }
}

traffic::Order Crowd::order_for(unsigned number) {
  const Traits& traits = mechanism_.traits;
  const bool kept = traits.delivery == Delivery::every || traits.delivery == Delivery::latest;
  const bool each_sees_all = traffic_.consumers == 1 || traits.broadcasts;
  traffic::Order order;
  order.number = number;
  order.producers = traffic_.producers;
  order.messages = traffic_.messages;
  order.tag = ends_.session().tag();
  order.sizes = traffic_.sizes;
  order.board = board_.name();
  order.recorded = traffic_.recorded;
  order.storm = traffic_.storm;
  order.payload = has_payload(traits);
  order.with_last = has_payload(traits) && kept && each_sees_all;
  return order;
}

void Crowd::begin() {
  begin_consumers();
  begin_producers();
}
void Crowd::begin_producers() {
  for (Part& part : producers_) part.actor->say("go");
}
void Crowd::begin_consumers() {
  for (Part& part : consumers_) part.actor->say("go");
}
void Crowd::enough() { board_in(board_.mapping()).enough.store(1, std::memory_order_relaxed); }

void Crowd::finish() {
  for (Part& part : producers_) {
    if (!part.gone) part.deeds = deeds_in(part.actor->hear());
  }
  for (Part& part : consumers_) {
    if (!part.gone) hear_consumer(part);
  }
}

void Crowd::hear_consumer(Part& part) {
  const bool whole =
      std::none_of(producers_.begin(), producers_.end(), [](const Part& one) { return one.gone; });
  const bool awaits_last = order_for(0).with_last && whole;
  std::string line = awaits_last ? hear_that_all_came(part) : "";
  if (line.empty() || line == "all") {
    // Without producers that all say their last, an end is what there is to hear of, where it is noticed.
    const bool sees_end =
        !whole && !traffic_.kept && mechanism_.traits.sees_peer_death &&
        std::all_of(producers_.begin(), producers_.end(), [](const Part& one) { return one.gone; });
    do {
      line = sees_end ? part.actor->hear() : part.actor->stop_and_hear();
    } while (line == "all");
  }
  part.deeds = deeds_in(line);
}

std::string Crowd::hear_that_all_came(Part& part) {
  for (std::uint64_t taken = 0, before = 0;; before = taken) {
    if (const auto line = part.actor->hear_unless_stuck(Look::thorough)) return *line;
    taken = all_taken();  // who takes is not stuck, however much processor time it takes
    if (taken == before) throw Failed("a consumer waits for a last message that was sent");
  }
}

// Some ends do not open before the other one does.
Deeds Crowd::reopen() {
  Actor& consumer = ends_.start(Role::consumer, traffic::consume, order_for(traffic_.consumers).text());
  ends_.start(Role::producer, traffic::produce, order_for(traffic_.producers).text());
  try {
    ends_.await_open();
  } catch (const std::runtime_error& error) {
    Deeds none;
    none.last = error.what();
    return none;
  }
  consumer.say("go");
  std::string line = consumer.stop_and_hear();
  if (line == "all") line = consumer.stop_and_hear();
  return deeds_in(line);
}

std::uint64_t Crowd::sent(unsigned producer) const noexcept {
  return board_in(board_.mapping()).sent[producer].load(std::memory_order_relaxed);
}
std::uint64_t Crowd::taken(unsigned consumer) const noexcept {
  return board_in(board_.mapping()).taken[consumer].load(std::memory_order_relaxed);
}
std::uint64_t Crowd::all_sent() const noexcept {
  std::uint64_t all = 0;
  for (unsigned k = 0; k < traffic_.producers; ++k) all += sent(k);
  return all;
}
std::uint64_t Crowd::all_taken() const noexcept {
  std::uint64_t all = 0;
  for (unsigned k = 0; k < traffic_.consumers; ++k) all += taken(k);
  return all;
}
bool Crowd::has_ended(unsigned producer) const noexcept {
  return board_in(board_.mapping()).ended[producer].load(std::memory_order_relaxed) != 0;
}
void Crowd::await_taken(std::uint64_t count) const {
  while (all_taken() < count) std::this_thread::sleep_for(std::chrono::microseconds(50));
}

bool Crowd::await_stuck(unsigned producer) {
  constexpr std::uint64_t in_vain_ns = 30'000'000;
  const Actor& actor = this->producer(producer);
  std::uint64_t last = sent(producer), used = actor.processor_time();
  for (unsigned asleep = 0; asleep < sleep_signs.looks_at_stuck;) {
    if (has_ended(producer)) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const Doing doing = actor.look();
    if (doing.state == Doing::State::ended)
      throw std::runtime_error("a producer ended before it could go no further");
    if (const std::uint64_t now = sent(producer); now != last) {
      last = now;
      used = actor.processor_time();
      asleep = 0;
    }
    asleep = doing.state == Doing::State::asleep ? asleep + 1 : 0;
    if (actor.processor_time() >= used + in_vain_ns) return true;
  }
  return true;
}

LaneCount Crowd::seen_of(unsigned producer) const noexcept {
  LaneCount seen;
  for (const Part& part : consumers_) {
    if (producer < part.deeds.lanes.size()) seen += part.deeds.lanes[producer];
  }
  return seen;
}
Tally Crowd::tally(unsigned producer) const noexcept {
  return compare_lane(count_of({.first = 0, .end = sent(producer)}), seen_of(producer));
}

void expect_sound(const Crowd& crowd) {
  for (unsigned k = 0; k < crowd.producers(); ++k) {
    if (crowd.by_producer(k).last != "gone") {
      EXPECT_EQ(crowd.by_producer(k).last, "ok") << "of producer " << k;
    }
  }
  for (unsigned k = 0; k < crowd.consumers(); ++k) {
    const Deeds& deeds = crowd.by_consumer(k);
    if (deeds.last == "gone") continue;
    EXPECT_TRUE(deeds.last == "stopped" || deeds.last == "closed") << "consumer " << k << ": " << deeds.last;
    EXPECT_EQ(deeds.torn, 0U) << "messages of which bytes or the length were wrong, at consumer " << k;
    EXPECT_EQ(deeds.foreign, 0U) << "messages that nobody sent, at consumer " << k;
  }
}

void expect_delivered(const Crowd& crowd) {
  const Traits& traits = crowd.mechanism().traits;
  const bool every = traits.delivery == Delivery::every;
  if (!has_payload(traits)) {
    if (every) {
      EXPECT_EQ(crowd.all_taken(), crowd.all_sent()) << "wake-ups";
    }
    EXPECT_LE(crowd.all_taken(), crowd.all_sent()) << "wake-ups";
    EXPECT_GE(crowd.all_taken(), std::min<std::uint64_t>(1, crowd.all_sent())) << "wake-ups";
    return;
  }
  for (unsigned k = 0; k < crowd.producers(); ++k) {
    const Tally tally = crowd.tally(k);
    if (every) {
      EXPECT_EQ(tally.lost, 0U) << "of producer " << k << ", which sent " << crowd.sent(k);
    }
    EXPECT_EQ(tally.repeated, 0U) << "of producer " << k << ", which sent " << crowd.sent(k);
  }
}

std::size_t largest_created(const Mechanism& mechanism, std::size_t most, std::string* why) {
  std::string limit;
  if (why == nullptr) why = &limit;
  Session session;
  const auto fits = [&](std::size_t size) {
    Options options = modest(size, 1);
    options.run = session.id();
    options.link = session.next_link();
    try {
      mechanism.create(options);
      return true;
    } catch (const Unsupported& refused) {
      *why = refused.what();
      return false;
    }
  };
  if (fits(most)) return most;
  std::size_t low = 16, high = low * 2;
  if (!fits(low)) throw Unsupported(*why);
  while (high < most && fits(high)) {
    low = high;
    high *= 2;
  }
  high = std::min(high, most);
  // To the byte where that is cheap, and to 4 KiB of each MiB.
  while (high - low > std::max<std::size_t>(1, (low >> 20) * 4096)) {
    const std::size_t middle = low + (high - low) / 2;
    (fits(middle) ? low : high) = middle;
  }
  return low;
}

}  // namespace ipcmark
