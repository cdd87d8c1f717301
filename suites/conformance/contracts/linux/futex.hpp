// What the clauses of futex(2) share: words, and actors that wait for one of them.
#pragma once

#include <array>
#include <deque>
#include <vector>

#include "suites/conformance/contracts/linux/shared_object.hpp"

namespace ipcmark {

constexpr std::size_t most_waiters = 8;

struct Words {
  Word word, other;
  Word handled;                                               // signals
  Word woken;                                                 // waiters that have come back
  std::array<std::atomic<std::int64_t>, most_waiters> order;  // in which they did
};

// Waits once while `word` is 0, with the operation that the text names, and says what came of it.
inline void wait_once(Stage& stage) {
  const Shared<Words> words(stage.fd(0));
  const long result = futex(&words->word, std::stoi(stage.text()), 0);
  const std::string said = result_of(result);
  words->order.at(words->woken.fetch_add(1)) = ::getpid();
  os::wake_all(words->woken);
  stage.say(said);
}

// Actors that wait, in the order of their coming.
class Waiters {
 public:
  explicit Waiters(int count, int operation = FUTEX_WAIT) {
    for (int k = 0; k < count; ++k) add(operation);
  }
  Actor& add(int operation = FUTEX_WAIT) {
    actors_.emplace_back(wait_once, std::vector{words.raw()}, std::to_string(operation));
    actors_.back().await_blocked_in(SYS_futex);
    return actors_.back();
  }
  std::deque<Actor>& actors() noexcept { return actors_; }

  const Shared<Words> words;

 private:
  std::deque<Actor> actors_;
};

// Bodies of clauses that take more than a few lines: futex_lists.cpp.
void a_wake_dies_with_its_receiver();
void robust_list_of_a_dead_process();
void wait_on_several_words();

}  // namespace ipcmark
