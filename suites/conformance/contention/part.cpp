#include "suites/conformance/contention/part.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/os/clock.hpp"

namespace ipcmark::contention {
namespace {

using Json = nlohmann::json;

HistoryFile history_of(const Part& part) {
  return HistoryFile(part.folder + "/" + history_name(part.side, part.number));
}
// Every process draws numbers of its own.
std::uint64_t seed_of(const Part& part) {
  return Random(part.round.seed + 0x100 * part.number + (part.side == Side::producer ? 1 : 2)).next();
}
// Producer k and consumer k share a processor, so that each has to be pushed off for the other.
void take_place(const Part& part) {
  if (part.round.pinned) pin_in_turn(part.number);
}

void send_all(Stage& stage, Endpoint& end, const Part& part) {
  const Round& round = part.round;
  HistoryFile history = history_of(part);
  const Sizes sizes(round.seed, round.largest);
  std::vector<std::byte> buffer(round.largest);
  take_place(part);
  stage.hear();
  {
    Perturber perturber(round.perturbations, seed_of(part));
    for (std::uint32_t sequence = 0; sequence < round.messages; ++sequence) {
      const Identity self{
          .run = round.run, .producer = static_cast<std::uint8_t>(part.number), .sequence = sequence};
      const std::span message(buffer.data(), sizes.of(self.producer, sequence));
      fill(message, self);
      perturber.here();
      Record* const record = history.begin();
      if (record == nullptr) break;
      record->note({.verdict = Verdict::whole, .of = self, .other = {}});
      record->size = static_cast<std::uint32_t>(message.size());
      record->began = os::ticks();
      const Io io = end.send(message);
      record->ended = os::ticks();
      record->status = io.status;
      HistoryFile::finish(*record);
      if (io.status != Status::ok) {
        stage.say(result_of(io));
        break;
      }
      perturber.here();
    }
  }
  history.end();
  // Some mechanisms read a message out of its producer's memory.
  stage.hear();
}

void receive_all_of_it(Stage& stage, Endpoint& end, const Part& part) {
  const Round& round = part.round;
  HistoryFile history = history_of(part);
  const Plan plan = round.plan();
  // Room for two, so that a merged message is seen whole.
  std::vector<std::byte> buffer(2 * round.largest);
  take_place(part);
  stage.hear();
  {
    Perturber perturber(round.perturbations, seed_of(part));
    for (;;) {
      Record* const record = history.begin();
      if (record == nullptr) break;
      record->began = os::ticks();
      const Io io = end.recv(buffer);
      record->ended = os::ticks();
      record->status = io.status;
      record->size = static_cast<std::uint32_t>(io.size);
      const bool got = io.status == Status::ok || io.status == Status::truncated;
      if (got && round.rules.payload) {
        record->note(look_at(std::span(buffer).first(std::min(io.size, buffer.size())), plan));
        if (io.status == Status::truncated) record->verdict = Verdict::truncated;
      }
      HistoryFile::finish(*record);
      if (!got) break;
      perturber.here();
    }
  }
  history.end();
  stage.hear();
}

}  // namespace

std::string history_name(Side side, unsigned number) {
  return fmt::format("{}-{}.history", side == Side::producer ? "producer" : "consumer", number);
}

std::string encode(const Part& part) {
  return Json{
      {"round", to_json(part.round)}, {"side", part.side}, {"number", part.number}, {"folder", part.folder}}
      .dump();
}
Part decode_part(const std::string& text) {
  const Json json = Json::parse(text);
  return {.round = round_from(json.at("round"), "an actor's order"),
          .side = json.at("side"),
          .number = json.at("number"),
          .folder = json.at("folder")};
}
void take_part(Stage& stage, Endpoint& end) {
  const Part part = decode_part(stage.text());
  (part.side == Side::producer ? send_all : receive_all_of_it)(stage, end, part);
}

}  // namespace ipcmark::contention
