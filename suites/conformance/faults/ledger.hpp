// Which messages a survivor of a kill may and must receive.
//
// A message has a name, and is one of three: finished (its send has returned; it has to arrive), tried (its
// sender was killed in the middle of it; it may arrive), or taken along (one for each consumer killed, which
// may have had it in hand). A wake-up without payload has no name, so that those are only counted.
#pragma once

#include <deque>
#include <string>

#include "harness/mechanism.hpp"

namespace ipcmark {

// What a kill has done to those who live on.
struct Harm {
  std::string weakness;  // a survivor is blocked, or a finished message is gone: traits may admit it
  std::string defect;    // what no trait admits: a torn message, a repeated one, a false or missing end

  bool any() const noexcept { return !weakness.empty() || !defect.empty(); }
  std::string text() const { return defect.empty() ? weakness : defect; }
};

class Ledger {
 public:
  explicit Ledger(const Traits& traits)
      : named_(traits.framing != Framing::signal), misses_(traits.may_miss()) {}

  void finished(const std::string& name) { due_.push_back({name, false}); }
  void tried(const std::string& name) { due_.push_back({name, true}); }
  void may_take_one_along() { ++taken_along_; }

  // From now on messages may come in any order: of two that were sent side by side, nobody knows which was
  // first.
  void any_order() noexcept { ordered_ = false; }
  std::size_t size() const noexcept { return due_.size(); }

  // Wake-ups that have to come yet; messages have names, and are waited for by them.
  std::size_t owed_unnamed() const noexcept {
    if (named_ || misses_) return 0;
    std::size_t left = 0;
    for (const Entry& entry : due_) left += entry.optional ? 0U : 1U;
    return left > optional_ones_ + taken_along_ ? left - optional_ones_ - taken_along_ : 0;
  }

  // A survivor says "got NAME".
  Harm received(const std::string& name) {
    if (!named_) return received_unnamed();
    std::size_t at = 0;
    while (at < due_.size() && due_[at].name != name) ++at;
    if (at == due_.size()) return {.weakness = {}, .defect = "'" + name + "' came, which was not due"};
    if (!ordered_) {
      due_.erase(due_.begin() + static_cast<std::ptrdiff_t>(at));
      return {};
    }
    const Harm harm = drop(at);
    due_.pop_front();
    seen_ = true;
    return harm;
  }
  // What has to be there still; empties the ledger.
  Harm missing() {
    if (!named_) return missing_unnamed();
    return drop(due_.size());
  }
  // A message that is due is on its way or in the channel.
  bool holds_due() const noexcept {
    for (const Entry& entry : due_) {
      if (!entry.optional) return true;
    }
    return false;
  }

 private:
  struct Entry {
    std::string name;
    bool optional;
  };

  // The first `count` have not come, and never will.
  Harm drop(std::size_t count) {
    Harm harm;
    // Of a latest value, an earlier one is replaced; only when none at all comes, the last one is gone.
    const bool replaced = misses_ && count < due_.size();
    for (; count > 0; --count) {
      const Entry first = due_.front();
      due_.pop_front();
      if (first.optional || replaced || (misses_ && seen_)) continue;
      if (taken_along_ > 0) {
        --taken_along_;
      } else if (harm.weakness.empty()) {
        harm.weakness = "'" + first.name + "' was sent, and never came";
      }
    }
    return harm;
  }
  Harm received_unnamed() {
    if (due_.empty()) return misses_ ? Harm{} : Harm{.weakness = {}, .defect = "a wake-up too many came"};
    if (due_.front().optional) ++optional_ones_;
    due_.pop_front();
    seen_ = true;
    return {};
  }
  Harm missing_unnamed() {
    const std::size_t owed = owed_unnamed();
    due_.clear();
    if (owed == 0) return {};
    return {.weakness = std::to_string(owed) + " wake-ups never came", .defect = {}};
  }

  std::deque<Entry> due_;
  bool named_, misses_, seen_ = false, ordered_ = true;
  std::size_t taken_along_ = 0, optional_ones_ = 0;
};

}  // namespace ipcmark
