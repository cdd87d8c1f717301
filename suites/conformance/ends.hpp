// A link of a mechanism for a clause: its ends are actors, each with one endpoint.
//
//   Ends ends(mechanism, {.depth = 4});
//   Actor& consumer = ends.start(Role::consumer, [](Stage& stage, Endpoint& end) { ... });
//   Actor& producer = ends.start(Role::producer, obey);
//   ends.hand_over();
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "harness/run/session.hpp"
#include "suites/conformance/actor.hpp"

namespace ipcmark {

class Ends {
 public:
  // Run and link of the options are filled in. Throws Unsupported as the mechanism does.
  explicit Ends(const Mechanism&, Options options = {});
  // A link of a run that goes on: for a clause with many links.
  Ends(Session&, const Mechanism&, Options options = {});
  ~Ends();
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;

  // Starts an actor with an endpoint of this link. Some cannot open theirs until another end does, so nothing
  // is awaited; the reference stays valid.
  Actor& start(Role, EndPlay, const std::string& text = {});
  // Waits until all have opened. Throws what an actor's set-up threw.
  void await_open();
  // The same, and drops the parent's copies.
  void hand_over();

  void use(Wait wait) noexcept { wait_ = wait; }  // of ends started later; block, or the first one offered
  void use(Birth birth) noexcept { birth_ = birth; }
  const Options& options() const noexcept { return options_; }
  Session& session() noexcept { return session_; }
  Link& link() noexcept { return *link_; }
  void destroy_link() { link_.reset(); }

 private:
  void create();
  const Mechanism& mechanism_;
  std::optional<Session> own_session_;
  Session& session_;
  Options options_;
  Wait wait_;
  Birth birth_ = Birth::anew;
  std::unique_ptr<Link> link_;
  std::deque<Actor> actors_;
  std::size_t ready_ = 0;
};

// Plays that most clauses need.

// Does as it is told, a line for a call: "send TEXT" answers as result_of(Io); "recv" answers "got TEXT", or
// as result_of(Io). Texts are letters without spaces; "send" alone sends no bytes, and "got" has none.
void obey(Stage&, Endpoint&);
// Receives until a call fails, and says each as obey() does.
void receive_all(Stage&, Endpoint&);
// Sends `text` messages ("1000") of 8 bytes each, says "sent", and waits to be killed.
void send_some(Stage&, Endpoint&);

}  // namespace ipcmark
