// A link and those who use it, of whom one will be killed, halted or disturbed; and the judgement of what
// that did to the others.
//
// The rule by which `survives_peer_kill` is judged. A kill harms when, afterwards,
//   - a producer waits for ever in a send: for room that only the dead consumer could make, or for a lock;
//   - a message that was sent whole is never received, beyond the one that a killed consumer may have had in
//     hand (of a latest value, the last one);
//   - what the survivors send to one another from then on does not arrive.
// It is no harm that a consumer waits when every producer is dead and nothing is left to receive: whether it
// is told is `sees_peer_death`. Nor that the message which the dead was sending never arrives, or that a
// survivor is woken late, as long as the next message wakes it: survivors are given something new to do
// before they are called stuck. Where the traits allow a second producer, or consumer, beside the victim,
// there is one, and it has to go on.
#pragma once

#include <string>

#include "suites/conformance/ends.hpp"
#include "suites/conformance/faults/ledger.hpp"

namespace ipcmark {

// What an end of a scene does. A line for a call: "send NAME" and "recv" answer as result_of(Io), or with
// "got NAME"; "fill NAME COUNT" sends up to COUNT messages and answers with how many went in, and why it
// ended. "marked" before a call stops the process right before it, for a tracer (stepper.hpp). A message is
// its name, over and over, so that one made of two is seen; how many bytes it has is the actor's text.
void serve(Stage&, Endpoint&);

// Of the system: a SIGSTOP, and a SIGURG. Throws Unsupported where this program has no tracer (Windows).
void mark_before_call();
void mark_behind_call();

class Scene {
 public:
  // `size` is of every message, in bytes.
  Scene(Session&, const Mechanism&, Role victim, std::size_t size, std::size_t buffer = 0,
        Birth birth = Birth::forked);

  Actor& victim() noexcept { return *victim_; }
  Actor& peer() noexcept { return *peer_; }   // of the other role
  Actor* other() noexcept { return other_; }  // of the victim's role; null where the traits allow one only
  Role victims_role() const noexcept { return role_; }
  const Traits& traits() const noexcept { return mechanism_.traits; }
  Ledger& ledger() noexcept { return ledger_; }
  std::size_t depth() const noexcept { return ends_.options().depth; }
  // And does not spin, as it is used here.
  bool blocks() const noexcept { return mechanism_.traits.waits.block; }

  // Looks twice before it calls a survivor stuck, also where traits foretell that it is.
  void be_patient() noexcept { patient_ = true; }
  // Everybody does what it will do once, so that no later call is the first of its kind.
  void warm_up();
  // Tells an actor to receive, and returns once it waits for a message.
  void let_wait(Actor& consumer);
  // Tells a producer to send, and returns once it is through (true), or waits for somebody to take the
  // message.
  bool let_send(Actor& producer, const std::string& name);

  // To be called once the victim is dead. `receiving` and `sending`: a survivor that has been told to, and
  // has not answered yet.
  Harm after_kill(Actor* receiving, Actor* sending);
  // What survivors tell each other from now on arrives.
  Harm survivors_go_on(Actor& sender, Actor& receiver, bool receiving);

 private:
  Harm consumers_end(bool receiving);
  Harm producers_end(bool sending);
  Harm hear_message(Actor& receiver, const std::string& wanted);
  Look look() const noexcept {
    return patient_ || mechanism_.traits.survives_peer_kill ? Look::thorough : Look::brief;
  }

  const Mechanism& mechanism_;
  Role role_;
  Ends ends_;
  Actor* victim_ = nullptr;
  Actor* peer_ = nullptr;
  Actor* other_ = nullptr;
  Ledger ledger_;
  bool patient_ = false;
};

// True when a send that has been asked for waits, also for a daemon in between that may only have been slow;
// false when it is done.
bool waits_for_good(Actor& producer);

constexpr bool transfers(const Traits& traits) { return traits.framing != Framing::none; }
constexpr bool waits_for_room(const Traits& traits) {
  return traits.delivery == Delivery::every &&
         (traits.framing == Framing::bytes || traits.framing == Framing::message);
}
constexpr bool several_of(const Traits& traits, Role role) {
  return role == Role::producer ? traits.many_producers : traits.many_consumers;
}
constexpr Role other_role(Role role) { return role == Role::producer ? Role::consumer : Role::producer; }

}  // namespace ipcmark
