#include "suites/conformance/faults/sweep.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <random>

#include "suites/conformance/clause.hpp"
#include "suites/conformance/faults/stepper.hpp"

namespace ipcmark {
namespace {

constexpr std::size_t to_the_end = std::numeric_limits<std::size_t>::max();
// Larger ones fill a channel of the kernel with few.
constexpr std::size_t small_message = 24, large_message = 4096, small_buffer = 16384;

using Clock = std::chrono::steady_clock;
// A sweep ends early where each point takes seconds, as long as the watchdog leaves it time to say so.
std::chrono::milliseconds enough() {
  return std::chrono::milliseconds(case_settings().quick ? 1500 : 12'000);
}

struct Visit {
  bool came = false;  // the moment was there
  std::size_t steps = 0;
  double seconds = 0;
  std::string place;
  Harm harm;
};

// One point of one call.
class Attempt {
 public:
  Attempt(Session& session, const Mechanism& mechanism, Moment moment, Fault fault, std::size_t room)
      : moment_(moment),
        fault_(fault),
        room_(room),
        scene_(session, mechanism, victim_of(moment),
               moment == Moment::woken_to_send ? large_message : small_message, small_buffer) {}

  Visit stop_at(std::size_t step, bool patient) {
    if (patient) scene_.be_patient();
    scene_.warm_up();
    if (!prepare()) return {};
    Stepper stepper(scene_.victim());
    scene_.victim().say(victim_of(moment_) == Role::producer ? "marked send v" : "marked recv");
    stepper.await_call();
    if (!reach_moment(stepper)) return {};
    const Stepper::Halt halt = step == 0 ? Stepper::Halt::reached : stepper.go(step, Look::thorough);
    // It waits where nobody would make it wait: there is no end of the call to be stepped to. One that is
    // woken to find that another was faster goes to sleep again, and that is its last step.
    if (step == to_the_end && moment_ != Moment::woken_to_receive && halt == Stepper::Halt::asleep) return {};
    Visit visit{.came = true, .steps = stepper.steps(), .seconds = 0, .place = stepper.place(), .harm = {}};
    if (fault_ == Fault::kill) {
      kill(stepper, halt == Stepper::Halt::ended);
      const auto killed = Clock::now();
      visit.harm = scene_.after_kill(receiving_, sending_);
      visit.seconds = std::chrono::duration<double>(Clock::now() - killed).count();
    } else {
      visit.harm = go_on_beside(stepper);
    }
    return visit;
  }

 private:
  Actor& producer() { return victim_of(moment_) == Role::producer ? scene_.victim() : scene_.peer(); }

  // What lies in the channel, and who waits, before the victim begins.
  bool prepare() {
    switch (moment_) {
      case Moment::sends_to_one_that_waits:
        scene_.let_wait(scene_.peer());
        receiving_ = &scene_.peer();
        return true;
      case Moment::sends_behind_another: return scene_.let_send(producer(), "before");
      case Moment::receives:
        if (!scene_.let_send(producer(), "m0")) {
          sending_ = &producer();
        } else if (scene_.other() != nullptr) {
          return scene_.let_send(producer(), "m1");
        }
        return true;
      case Moment::woken_to_send: {
        if (room_ == 0) return true;
        for (std::size_t k = 0; k < room_; ++k) scene_.ledger().finished("a" + std::to_string(k));
        producer().say("fill a " + std::to_string(room_));
        auto filled = producer().hear_unless_stuck(Look::brief);
        for (int look = 0; look < 10 && !filled; ++look) filled = producer().hear_unless_stuck(Look::brief);
        if (filled == std::to_string(room_) + " ok") return true;
        observe("room for " + std::to_string(room_) + ", and now: " + filled.value_or("it waits"));
        return false;
      }
      case Moment::woken_to_receive: return true;
    }
    return false;
  }

  // Goes on to where steps begin to count.
  bool reach_moment(Stepper& stepper) {
    if (moment_ != Moment::woken_to_send && moment_ != Moment::woken_to_receive) return true;
    // There is a little more room at times than there was at others.
    for (std::size_t more = 0; stepper.go(to_the_end, Look::brief) != Stepper::Halt::asleep; ++more) {
      if (moment_ == Moment::woken_to_receive || more > room_ + 4) return false;
      scene_.ledger().finished(own_);
      own_ = "v" + std::to_string(more);
      stepper.leave_call();
      if (producer().hear() != "ok") return false;
      producer().say("marked send " + own_);
      stepper.await_call();
    }
    stepper.count_from_here();
    if (moment_ == Moment::woken_to_send) return make_room(stepper);
    if (scene_.other() != nullptr) {
      scene_.let_wait(*scene_.other());
      receiving_ = scene_.other();
    }
    scene_.ledger().finished("m0");
    producer().say("send m0");
    sending_ = &producer();
    return true;
  }

  // The consumer takes messages until the producer that waits for room has been woken.
  bool make_room(Stepper& stepper) {
    if (room_ == 0) {  // a send that meets its receive
      scene_.peer().say("recv");
      receiving_ = &scene_.peer();
      return true;
    }
    for (std::size_t taken = 0; taken <= room_; ++taken) {
      scene_.peer().say("recv");
      const auto answer = scene_.peer().hear_unless_stuck(Look::brief);
      if (!answer) {  // all that it could take is taken
        receiving_ = &scene_.peer();
        return true;
      }
      if (!answer->starts_with("got ") || scene_.ledger().received(answer->substr(4)).any()) return false;
      if (stepper.awake()) return true;
    }
    return true;
  }

  void kill(Stepper& stepper, bool ended) {
    stepper.kill();
    if (victim_of(moment_) == Role::consumer) {
      scene_.ledger().may_take_one_along();
    } else if (ended) {
      scene_.ledger().finished(own_);
    } else {
      scene_.ledger().tried(own_);
    }
  }

  // The others work for as long as it stands still, wait for it where they must, and when it goes on, so do
  // they.
  Harm go_on_beside(Stepper& stepper);
  Harm heard(const std::string& answer);

  Moment moment_;
  Fault fault_;
  std::size_t room_;
  Scene scene_;
  std::string own_ = "v";  // the message that the victim sends
  Actor* receiving_ = nullptr;
  Actor* sending_ = nullptr;
};

Harm Attempt::go_on_beside(Stepper& stepper) {
  const bool sends = victim_of(moment_) == Role::producer;
  Ledger& ledger = scene_.ledger();
  ledger.any_order();
  if (sends) ledger.finished(own_);
  // While it stands still: another like it does the same, and a producer sends one more.
  Actor* const beside = sends ? scene_.other() : &scene_.peer();
  Actor* const receiver = sends ? &scene_.peer() : scene_.other();
  bool pending = sending_ != nullptr;
  if (pending) pending = !sending_->hear_unless_stuck(Look::brief);
  if (beside != nullptr && !pending) {
    ledger.finished("o");
    beside->say("send o");
    pending = !beside->hear_unless_stuck(Look::brief);
  }
  if (receiver != nullptr && receiving_ == nullptr && ledger.size() > 1) {
    receiver->say("recv");
    receiving_ = receiver;
  }
  std::optional<std::string> taken;
  if (receiving_ != nullptr) taken = receiving_->hear_unless_stuck(Look::brief);

  stepper.let_go();
  const std::string own = scene_.victim().hear();
  if (sends && own != "ok") return {.weakness = {}, .defect = "a halted send says " + own};
  Harm harm = sends ? Harm{} : heard(own);
  if (taken && !harm.any()) harm = heard(*taken);
  if (taken) receiving_ = nullptr;
  Actor& rest = receiver != nullptr ? *receiver : scene_.victim();
  while (ledger.size() > 0 && !harm.any()) {
    if (receiving_ == nullptr) rest.say("recv");
    receiving_ = nullptr;
    harm = heard(rest.hear_unless_stuck(Look::thorough).value_or("a receive waits for ever"));
  }
  if (pending && !harm.any() && beside != nullptr && beside->hear_unless_stuck(Look::thorough) != "ok")
    harm.defect = "a send beside the halted one never ends";
  return harm;
}

Harm Attempt::heard(const std::string& answer) {
  if (!answer.starts_with("got")) return {.weakness = {}, .defect = "after a halt: " + answer};
  return scene_.ledger().received(answer.size() > 4 ? answer.substr(4) : "");
}

// How many messages fit before a producer waits; nothing when it never does.
std::optional<std::size_t> room_in(Session& session, const Mechanism& mechanism) {
  Scene scene(session, mechanism, Role::producer, large_message, small_buffer);
  scene.warm_up();
  scene.victim().say("fill a 2000");
  if (scene.victim().hear_unless_stuck(Look::brief)) return std::nullopt;
  return std::stoul(scene.victim().stop_and_hear());
}

// The first, the last, and between them as many as the form of the run asks for, drawn from its seed.
std::vector<std::size_t> points_of(std::size_t length) {
  // A call of many thousand steps, as through a cipher or a daemon, takes long to step through.
  const std::size_t most_steps = case_settings().quick ? 30'000 : 2'000'000;
  const std::size_t wanted = case_settings().quick ? 4 : 80;
  const std::size_t most = std::clamp<std::size_t>(most_steps / (length + 1), 4, wanted);
  std::vector<std::size_t> points;
  if (length + 1 <= most) {
    for (std::size_t point = 0; point <= length; ++point) points.push_back(point);
    return points;
  }
  std::mt19937_64 draw(case_settings().seed);
  points = {0, length};
  const std::size_t parts = most - 2;
  for (std::size_t part = 0; part < parts; ++part) {
    const std::size_t from = 1 + part * (length - 1) / parts, to = 1 + (part + 1) * (length - 1) / parts;
    points.push_back(from + draw() % std::max<std::size_t>(to - from, 1));
  }
  return points;
}

}  // namespace

std::string_view name_of(Moment moment) noexcept {
  constexpr std::array<std::string_view, 5> names{"sends_to_one_that_waits", "sends_behind_another",
                                                  "woken_to_send", "receives", "woken_to_receive"};
  return names[static_cast<std::size_t>(moment)];
}

std::optional<Swept> sweep(const Mechanism& mechanism, Moment moment, Fault fault, bool until_harmed) {
  Session session;
  std::size_t room = 0;
  if (moment == Moment::woken_to_send) {
    const auto found = room_in(session, mechanism);
    if (!found) return std::nullopt;
    room = *found > 1 ? *found - 1 : *found;
  }
  const auto visit = [&](std::size_t step) {
    return Attempt(session, mechanism, moment, fault, room).stop_at(step, until_harmed);
  };
  const auto begun = Clock::now();
  const Visit whole = visit(to_the_end);
  if (!whole.came) return std::nullopt;
  Swept swept{.length = whole.steps, .points = 0, .slowest = 0, .weaknesses = {}, .defects = {}};
  const auto keep = [&](const Visit& point) {
    swept.slowest = std::max(swept.slowest, point.seconds);
    const std::string where = "step " + std::to_string(point.steps) + " of " + std::to_string(swept.length) +
                              " (" + point.place + "): ";
    if (!point.harm.weakness.empty()) swept.weaknesses.push_back(where + point.harm.weakness);
    if (!point.harm.defect.empty()) swept.defects.push_back(where + point.harm.defect);
  };
  keep(whole);
  for (const std::size_t step : points_of(whole.steps)) {
    if (Clock::now() - begun > enough()) break;
    if (until_harmed && !swept.weaknesses.empty()) break;
    ++swept.points;
    if (const Visit point = visit(step); point.came) keep(point);
  }
  return swept;
}

}  // namespace ipcmark
