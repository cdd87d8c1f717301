#include "suites/conformance/faults/scene.hpp"

#include <sstream>

namespace ipcmark {
namespace {

constexpr std::size_t scenes_depth = 4;

std::string composed(const std::string& name, std::size_t size) {
  std::string whole;
  while (whole.size() < size) whole += name + ".";
  whole.resize(size);
  return whole;
}

Io send_named(Endpoint& end, const std::string& name, std::size_t size) {
  const std::string text = composed(name, size);
  return end.send(std::as_bytes(std::span(text)));
}

std::string described(const Io& io, const std::vector<std::byte>& buffer) {
  if (io.status != Status::ok) return result_of(io);
  const std::string text(reinterpret_cast<const char*>(buffer.data()), io.size);
  const std::string name = text.substr(0, text.find('.'));
  if (text.empty() || text == composed(name, buffer.size())) return "got " + name;
  return "torn: " + std::to_string(io.size) + " bytes, " + text.substr(0, 40);
}

std::string receive_named(Endpoint& end, std::size_t size) {
  std::vector<std::byte> buffer(size);
  const Io io = end.recv(buffer);
  return described(io, buffer);
}

// Nothing but the call lies between the marks.
std::string call_between_marks(Endpoint& end, bool receives, const std::string& name, std::size_t size) {
  const std::string text = composed(name, size);
  std::vector<std::byte> buffer(size);
  mark_before_call();
  const Io io = receives ? end.recv(buffer) : end.send(std::as_bytes(std::span(text)));
  mark_behind_call();
  return receives ? described(io, buffer) : result_of(io);
}

std::string fill(Endpoint& end, const std::string& name, std::size_t count, std::size_t size) {
  for (std::size_t k = 0; k < count; ++k) {
    const Io io = send_named(end, name + std::to_string(k), size);
    if (io.status != Status::ok) return std::to_string(k) + " " + result_of(io);
  }
  return std::to_string(count) + " ok";
}

std::string drain(Endpoint& end, const std::string& name, std::size_t count, std::size_t size) {
  for (std::size_t k = 0; k < count; ++k) {
    const std::string got = receive_named(end, size),
                      wanted = "got " + (size == 0 ? "" : name + std::to_string(k));
    if (got != wanted) return std::to_string(k) + " came, then: " + got;
  }
  return std::to_string(count) + " ok";
}

Options options_of(const Traits& traits, std::size_t size, std::size_t buffer) {
  Options options;
  options.max_message = size;
  options.depth = scenes_depth;
  options.buffer = traits.axes.buffer ? buffer : 0;
  return options;
}

}  // namespace

void serve(Stage& stage, Endpoint& end) {
  const std::size_t size = std::stoul(stage.text());
  for (;;) {
    std::istringstream words(stage.hear());
    std::string call, name;
    std::size_t count = 0;
    words >> call;
    const bool marked = call == "marked";
    if (marked) words >> call;
    words >> name >> count;
    const std::string answer = marked            ? call_between_marks(end, call == "recv", name, size)
                               : call == "recv"  ? receive_named(end, size)
                               : call == "fill"  ? fill(end, name, count, size)
                               : call == "drain" ? drain(end, name, count, size)
                                                 : result_of(send_named(end, name, size));
    stage.say(answer);
  }
}

bool waits_for_good(Actor& producer) {
  for (int look = 0; look < 5; ++look) {
    if (const auto answer = producer.hear_unless_stuck(Look::brief)) {
      if (*answer == "ok") return false;
      throw std::runtime_error("a send into a channel that has room, or waits for it, says " + *answer);
    }
  }
  return true;
}

Scene::Scene(Session& session, const Mechanism& mechanism, Role victim, std::size_t size, std::size_t buffer,
             Birth birth)
    : mechanism_(mechanism),
      role_(victim),
      ends_(session, mechanism, options_of(mechanism.traits, size, buffer)),
      ledger_(mechanism.traits) {
  ends_.use(birth);
  const std::string text = std::to_string(mechanism.traits.framing == Framing::signal ? 0 : size);
  victim_ = &ends_.start(victim, serve, text);
  peer_ = &ends_.start(other_role(victim), serve, text);
  if (several_of(mechanism.traits, victim)) other_ = &ends_.start(victim, serve, text);
  ends_.hand_over();
}

void Scene::warm_up() {
  for (Actor* const one : {victim_, other_}) {
    if (one == nullptr) continue;
    Actor& producer = role_ == Role::producer ? *one : *peer_;
    Actor& consumer = role_ == Role::producer ? *peer_ : *one;
    producer.say("send warm");
    consumer.say("recv");
    const std::string sent = producer.hear(), got = sent == "ok" ? consumer.hear() : "nothing is received";
    if (sent != "ok" || !got.starts_with("got"))
      throw std::runtime_error("a link does not work before anything was done to it: " + sent + ", " + got);
  }
}

void Scene::let_wait(Actor& consumer) {
  consumer.say("recv");
  if (blocks()) consumer.await_blocked();
}

bool Scene::let_send(Actor& producer, const std::string& name) {
  ledger_.finished(name);
  producer.say("send " + name);
  const auto answer = producer.hear_unless_stuck(Look::brief);
  if (answer && *answer != "ok") throw std::runtime_error("a send into an empty channel says " + *answer);
  return answer.has_value();
}

Harm Scene::after_kill(Actor* receiving, Actor* sending) {
  Harm harm;
  if (other_ != nullptr) {
    Actor& sender = role_ == Role::producer ? *other_ : *peer_;
    Actor& receiver = role_ == Role::producer ? *peer_ : *other_;
    if (sending != nullptr) {
      if (receiving == nullptr) receiver.say("recv");
      receiving = &receiver;
      const auto answer = sending->hear_unless_stuck(look());
      if (answer != "ok")
        return {.weakness = "a send that was under way ends with " + answer.value_or("nothing"),
                .defect = {}};
    }
    harm = survivors_go_on(sender, receiver, receiving != nullptr);
  } else {
    harm = role_ == Role::producer ? consumers_end(receiving != nullptr) : producers_end(sending != nullptr);
  }
  return harm;
}

// The last producer is dead: what it had finished arrives, and then the end, where that is promised.
Harm Scene::consumers_end(bool receiving) {
  Harm harm;
  const bool told = traits().sees_peer_death;
  for (;;) {
    if (!receiving) peer_->say("recv");
    receiving = false;
    const bool patient = told || (ledger_.holds_due() && look() == Look::thorough);
    const auto heard = peer_->hear_unless_stuck(patient ? Look::thorough : Look::brief);
    const bool stuck = !heard;
    std::string answer = heard ? *heard : peer_->stop_and_hear();
    if (answer.starts_with("got ")) {
      if (Harm now = ledger_.received(answer.substr(4)); now.any()) return now;
      if (!stuck) continue;
      answer = "stopped";  // it took what came, as one that is told to stop does, and would stop now
    }
    harm = ledger_.missing();
    if (stuck && told)
      harm.defect = "a consumer whose last producer is dead waits for ever, and traits say it is told";
    if (stuck && answer != "stopped") harm.defect = "told to stop while it waits, a receive says " + answer;
    if (!stuck && (answer != "closed" || !told))
      harm.defect = "after its last producer's death a receive says " + answer;
    return harm;
  }
}

// The last consumer is dead: whoever sends is told, or never has to wait.
Harm Scene::producers_end(bool sending) {
  constexpr const char* enough = "20000";  // more than any channel of these scenes holds
  for (;;) {
    if (!sending) peer_->say(std::string("fill after ") + enough);
    const auto answer = peer_->hear_unless_stuck(look());
    if (!answer) {
      const std::string said = peer_->stop_and_hear();
      // It was slow and never waited. After a brief look it may also have been about to be told.
      if (said.ends_with("ok") || (look() == Look::brief && said.ends_with("closed"))) return {};
      Harm harm{.weakness = "a producer waits for ever for room that the dead consumer would have made",
                .defect = {}};
      if (!said.ends_with("stopped")) harm.defect = "told to stop while it waits, a send says " + said;
      return harm;
    }
    if (sending && *answer == "ok") {
      sending = false;
      continue;
    }
    if (answer->ends_with("closed") || answer->ends_with("ok")) return {};
    return {.weakness = {}, .defect = "after its last consumer's death a send says " + *answer};
  }
}

Harm Scene::survivors_go_on(Actor& sender, Actor& receiver, bool receiving) {
  // Once round a ring and into the next round.
  for (std::size_t k = 0; k < 2 * depth() + 1; ++k) {
    const std::string name = "o" + std::to_string(k);
    ledger_.finished(name);
    sender.say("send " + name);
    if (!receiving) receiver.say("recv");
    receiving = false;
    // The channel may be full, and the send waits until enough has been received.
    const Harm harm = hear_message(receiver, name);
    const auto sent = sender.hear_unless_stuck(harm.any() ? Look::brief : look());
    if (!sent) {
      sender.stop_and_hear();
      return {.weakness = "a surviving producer waits for ever", .defect = harm.defect};
    }
    if (*sent != "ok")
      return {.weakness = "a surviving producer's send says " + *sent, .defect = harm.defect};
    if (harm.any()) return harm;
  }
  while (ledger_.owed_unnamed() > 0) {
    receiver.say("recv");
    if (Harm harm = hear_message(receiver, "any"); harm.any()) return harm;
  }
  return ledger_.missing();
}

// Receives up to and with this message; the receiver has been told to.
Harm Scene::hear_message(Actor& receiver, const std::string& wanted) {
  for (;;) {
    const auto answer = receiver.hear_unless_stuck(look());
    if (!answer) {
      receiver.stop_and_hear();
      return {.weakness = "a surviving consumer waits for ever, though '" + wanted + "' was sent",
              .defect = {}};
    }
    if (answer->starts_with("torn")) return {.weakness = {}, .defect = *answer};
    if (!answer->starts_with("got"))
      return {.weakness = "a surviving consumer's receive says " + *answer, .defect = {}};
    const std::string name = answer->size() > 4 ? answer->substr(4) : "";
    if (Harm harm = ledger_.received(name); harm.any()) return harm;
    if (name == wanted || traits().framing == Framing::signal) return {};
    receiver.say("recv");
  }
}

}  // namespace ipcmark
