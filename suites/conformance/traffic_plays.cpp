#include "suites/conformance/traffic_plays.hpp"

#include <cstring>
#include <nlohmann/json.hpp>

#include "harness/os/clock.hpp"
#include "suites/conformance/board_memory.hpp"
#include "suites/conformance/storm.hpp"

namespace ipcmark::traffic {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t signals_of_a_storm = 10;

void say_deeds(Stage& stage, Deeds& deeds) {
  end_storm();
  deeds.signals = signals_seen();
  stage.say(text_of(deeds));
}

bool goes_on(const Order& order, const Board& board, std::uint64_t number) {
  if (order.messages == 0) return board.enough.load(std::memory_order_relaxed) == 0;
  if (order.storm && signals_seen() < signals_of_a_storm) return true;
  return number < order.messages && board.enough.load(std::memory_order_relaxed) == 0;
}

// What a consumer looks at.
class Watcher {
 public:
  explicit Watcher(const Order& order) : order_(order), next_(order.producers) {
    deeds.last = "ok";
    deeds.lanes.resize(order.producers);
    deeds.ended.resize(order.producers);
  }

  void see(std::span<const std::byte> message, std::uint64_t begun, std::uint64_t ended) {
    if (!order_.payload) return see_wake_up(begun, ended);
    std::uint64_t head = 0;
    if (message.size() < sizeof head) {
      ++deeds.torn;
      return;
    }
    std::memcpy(&head, message.data(), sizeof head);
    const std::uint64_t producer = head >> number_bits & 0xFF, k = head & ((1ULL << number_bits) - 1);
    if (head >> 48 != order_.tag || producer >= order_.producers) {
      ++deeds.foreign;
      return;
    }
    if (message.size() != order_.size_of(k) || !is_filled(message, head)) {
      ++deeds.torn;
      return;
    }
    note(static_cast<unsigned>(producer), k, begun, ended);
  }
  bool all_ended() const {
    return std::count(deeds.ended.begin(), deeds.ended.end(), true) == order_.producers;
  }

  Deeds deeds;

 private:
  void see_wake_up(std::uint64_t begun, std::uint64_t ended) { note(0, deeds.count, begun, ended); }

  void note(unsigned producer, std::uint64_t k, std::uint64_t begun, std::uint64_t ended) {
    if ((k & last_mark) != 0) {
      deeds.ended[producer] = true;
      return;
    }
    if (order_.recorded)
      deeds.calls.push_back({.producer = producer, .number = k, .begun = begun, .ended = ended});
    if (deeds.count++ == 0) deeds.first = k;
    LaneCount& lane = deeds.lanes[producer];
    lane.add(k);
    std::uint64_t& next = next_[producer];
    if (k < next) ++(k + 1 == next ? lane.repeated : lane.reordered);
    if (k > next) deeds.gaps += k - next;
    next = std::max(next, k + 1);
  }

  const Order& order_;
  std::vector<std::uint64_t> next_;
};

}  // namespace

Order::Order(const std::string& text) {
  const Json json = Json::parse(text);
  number = json.at("number");
  producers = json.at("producers");
  messages = json.at("messages");
  tag = json.at("tag");
  sizes = json.at("sizes").get<std::vector<std::size_t>>();
  board = json.at("board");
  recorded = json.at("recorded");
  storm = json.at("storm");
  payload = json.at("payload");
  with_last = json.at("with_last");
}
std::string Order::text() const {
  return Json{{"number", number},   {"producers", producers}, {"messages", messages}, {"tag", tag},
              {"sizes", sizes},     {"board", board},         {"recorded", recorded}, {"storm", storm},
              {"payload", payload}, {"with_last", with_last}}
      .dump();
}

std::string text_of(const Deeds& deeds) {
  Json calls = Json::array(), lanes = Json::array();
  for (const Call& call : deeds.calls) calls.push_back({call.producer, call.number, call.begun, call.ended});
  for (const LaneCount& lane : deeds.lanes)
    lanes.push_back({lane.count, lane.sum, lane.mixed, lane.repeated, lane.reordered});
  return Json{{"last", deeds.last},       {"count", deeds.count}, {"signals", deeds.signals},
              {"calls", calls},           {"lanes", lanes},       {"torn", deeds.torn},
              {"foreign", deeds.foreign}, {"gaps", deeds.gaps},   {"ended", deeds.ended},
              {"first", deeds.first}}
      .dump();
}

Deeds deeds_in(const std::string& line) {
  Deeds deeds;
  if (!line.starts_with("{")) {
    deeds.last = line;
    return deeds;
  }
  const Json json = Json::parse(line);
  deeds.last = json.at("last");
  deeds.count = json.at("count");
  deeds.signals = json.at("signals");
  for (const Json& call : json.at("calls"))
    deeds.calls.push_back({.producer = call[0], .number = call[1], .begun = call[2], .ended = call[3]});
  for (const Json& lane : json.at("lanes")) {
    deeds.lanes.push_back(
        {.count = lane[0], .sum = lane[1], .mixed = lane[2], .repeated = lane[3], .reordered = lane[4]});
  }
  deeds.torn = json.at("torn");
  deeds.foreign = json.at("foreign");
  deeds.gaps = json.at("gaps");
  deeds.first = json.at("first");
  deeds.ended = json.at("ended").get<std::vector<bool>>();
  return deeds;
}

void produce(Stage& stage, Endpoint& end) {
  const Order order(stage.text());
  const os::Mapping mapping = BoardMemory::open(order.board, sizeof(Board));
  Board& board = board_in(mapping);
  std::vector<std::byte> room(order.largest());
  Deeds deeds;
  deeds.last = "ok";
  watch_signals();
  stage.hear();
  if (order.storm) begin_storm();
  for (std::uint64_t k = 0; deeds.last == "ok" && goes_on(order, board, k); ++k) {
    const std::span message(room.data(), order.size_of(k));
    if (order.payload) fill_message(message, order.head(order.number, k));
    const std::uint64_t begun = os::read_monotonic();
    const Io io = end.send(message);
    if (order.recorded)
      deeds.calls.push_back(
          {.producer = order.number, .number = k, .begun = begun, .ended = os::read_monotonic()});
    if (io.status == Status::ok) {
      board.sent[order.number].store(++deeds.count, std::memory_order_relaxed);
    } else {
      deeds.last = result_of(io);
    }
  }
  if (deeds.last == "ok" && order.with_last) {
    const std::span message(room.data(), order.size_of(last_mark));
    fill_message(message, order.head(order.number, last_mark | deeds.count));
    deeds.last = result_of(end.send(message));
  }
  board.ended[order.number].store(1, std::memory_order_relaxed);
  say_deeds(stage, deeds);
  stage.hear();
}

void consume(Stage& stage, Endpoint& end) {
  const Order order(stage.text());
  const os::Mapping mapping = BoardMemory::open(order.board, sizeof(Board));
  Board& board = board_in(mapping);
  std::vector<std::byte> buffer(order.largest());
  Watcher watcher(order);
  watch_signals();
  stage.hear();
  if (order.storm) begin_storm();
  for (bool told = !order.with_last, twice = false; watcher.deeds.last == "ok";) {
    const std::uint64_t begun = os::read_monotonic();
    const Io io = end.recv(buffer);
    if (io.status == Status::ok) {
      watcher.see({buffer.data(), io.size}, begun, os::read_monotonic());
      board.taken[order.number].store(watcher.deeds.count, std::memory_order_relaxed);
    } else if (io.status == Status::stopped && !twice) {
      twice = true;  // what is there, also an end, need not be waited for: so once more
    } else {
      watcher.deeds.last = result_of(io);
    }
    if (!told && watcher.all_ended()) {
      told = true;
      stage.say("all");
    }
  }
  say_deeds(stage, watcher.deeds);
  stage.hear();
}

}  // namespace ipcmark::traffic
