#include "suites/conformance/contention/checker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

namespace ipcmark::contention {
namespace {

constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

// One arrival of a whole message.
struct Copy {
  std::size_t consumer = 0, place = 0;  // which consumer, and the how manieth message it had
  std::uint64_t began = 0, ended = 0;
};
struct Sent {
  Record record = {};
  bool acknowledged = false;
  bool damaged = false;  // what came of it is a finding of its own
  std::vector<Copy> copies = {};
  bool missing() const noexcept { return copies.empty() && !damaged; }
};
// Of one producer, by sequence number.
using Messages = std::vector<Sent>;

// All that is known of a case, put together, and what follows from it.
class Account {
 public:
  Account(std::span<const History> histories, const Rules& rules) : rules_(rules) {
    for (const History& history : histories) {
      if (history.side == Side::producer) take_sends(history);
    }
    for (const History& history : histories) {
      if (history.side != Side::consumer) continue;
      consumers_.push_back(history.number);
      if (!history.ended) ++killed_;
      take_receives(history);
    }
  }

  Judgement judge() {
    absorb();
    find_repeats();
    find_missing();
    pair_compensations();
    report(Defect::lost, lost_);
    report(Defect::repeated, repeated_);
    report(Defect::given_twice, given_twice_);
    if (rules_.fifo) find_disorder();
    return std::move(judgement_);
  }

 private:
  static std::string name_of(const Record& sent) {
    return fmt::format("message {} of producer {} ({} bytes)", sent.sequence, sent.producer, sent.size);
  }
  static std::string name_of(const Identity& one) {
    return fmt::format("message {} of producer {}", one.sequence, one.producer);
  }
  void add(Defect defect, const std::string& text) { judgement_.add(defect, text); }
  void report(Defect defect, const std::vector<std::string>& texts) {
    for (const std::string& text : texts) add(defect, text);
  }

  void take_sends(const History& history) {
    Messages& messages = sent_[history.number];
    run_ = history.run;
    for (const Record& record : history.records) {
      if (messages.size() <= record.sequence) messages.resize(record.sequence + std::size_t{1});
      Sent& one = messages[record.sequence];
      one.record = record;
      one.acknowledged = acknowledged(record);
      if (one.acknowledged) ++judgement_.acknowledged;
    }
  }

  void take_receives(const History& history) {
    const std::size_t consumer = consumers_.size() - 1;
    std::size_t place = 0;
    for (const Record& record : history.records) {
      if (!brought_something(record)) continue;
      ++judgement_.received;
      take(record, {.consumer = consumer, .place = place++, .began = record.began, .ended = record.ended});
    }
  }

  Sent* find(const std::optional<Identity>& one) {
    if (!one || one->run != run_) return nullptr;
    const auto messages = sent_.find(one->producer);
    if (messages == sent_.end() || messages->second.size() <= one->sequence) return nullptr;
    return &messages->second[one->sequence];
  }

  void take(const Record& record, const Copy& copy) {
    const auto of = record.of();
    const std::string where = fmt::format("at consumer {}", consumers_[copy.consumer]);
    Sent* const sent = find(of);
    if (of && sent == nullptr) {
      add(Defect::foreign,
          fmt::format("foreign: {} came {}, {}", name_of(*of), where,
                      of->run == run_ ? "and nobody sent it" : fmt::format("and is of run {}", of->run)));
      return;
    }
    if (record.verdict != Verdict::whole) {
      take_damaged(record, where);
      return;
    }
    if (sent == nullptr) return;
    if (sent->record.size != record.size) {
      add(Defect::truncated,
          fmt::format("truncated: {} has {} bytes {}", name_of(sent->record), record.size, where));
      sent->damaged = true;
      return;
    }
    if (record.ended < sent->record.began) {
      add(Defect::early, fmt::format("early: {} came {} {} ns before it was sent", name_of(sent->record),
                                     where, sent->record.began - record.ended));
    }
    sent->copies.push_back(copy);
  }

  void take_damaged(const Record& record, const std::string& where) {
    constexpr Defect names[]{Defect::foreign,   Defect::torn,   Defect::flipped,
                             Defect::truncated, Defect::merged, Defect::foreign};
    const Defect defect = names[static_cast<std::size_t>(record.verdict)];
    std::string text = fmt::format(
        "{}: {}, {} bytes {}, is not as sent from byte {} on", defect_names[static_cast<std::size_t>(defect)],
        record.of() ? name_of(*record.of()) : "something nobody can tell", record.size, where, record.at);
    if (record.other()) text += fmt::format(", where {} is", name_of(*record.other()));
    add(defect, text);
    damaged_.push_back(record);
  }

  // What came damaged has come: it is not lost as well. A merged message stands for two, any other for one.
  void absorb() {
    for (const Record& record : damaged_) {
      unsigned left = record.verdict == Verdict::merged ? 2 : 1;
      for (const auto& who : {record.of(), record.other()}) {
        Sent* const sent = find(who);
        if (sent == nullptr || left == 0 || !sent->missing()) continue;
        sent->damaged = true;
        --left;
      }
      if (!record.of()) absorb_unknown(record);
    }
  }
  void absorb_unknown(const Record& record) {
    for (auto& [number, messages] : sent_) {
      for (Sent& one : messages) {
        const bool fits = record.verdict == Verdict::truncated ? one.record.size > record.size
                                                               : one.record.size == record.size;
        if (!one.acknowledged || !one.missing() || !fits) continue;
        one.damaged = true;
        return;
      }
    }
  }

  void find_repeats() {
    for (auto& [number, messages] : sent_) {
      for (Sent& one : messages) {
        std::sort(one.copies.begin(), one.copies.end(),
                  [](const Copy& a, const Copy& b) { return a.ended < b.ended; });
        for (std::size_t k = 1; k < one.copies.size(); ++k) {
          const Copy& again = one.copies[k];
          const bool same =
              std::any_of(one.copies.begin(), one.copies.begin() + static_cast<std::ptrdiff_t>(k),
                          [&](const Copy& before) { return before.consumer == again.consumer; });
          const std::string who = fmt::format("{}", consumers_[again.consumer]);
          if (same) {
            repeated_.push_back("repeated: " + name_of(one.record) + " came again to consumer " + who);
          } else {
            given_twice_.push_back(fmt::format("given_twice: {} came to consumer {} and to consumer {}",
                                               name_of(one.record), consumers_[one.copies[0].consumer], who));
          }
        }
      }
    }
  }

  // Where the tail begins that a producer has lost.
  static std::size_t tail_of(const Messages& messages) {
    std::size_t tail = messages.size();
    while (tail > 0 && messages[tail - 1].missing()) --tail;
    return tail;
  }

  void find_missing() {
    std::uint64_t excused = killed_;
    for (const auto& [number, messages] : sent_) {
      const std::size_t tail = tail_of(messages);
      std::vector<const Sent*> of_tail;
      for (std::size_t k = 0; k < messages.size(); ++k) {
        const Sent& one = messages[k];
        if (!one.missing()) continue;
        if (!one.acknowledged) {
          ++judgement_.indeterminate;
        } else if (excused > 0) {
          --excused;
          ++judgement_.indeterminate;
        } else if (k >= tail) {
          of_tail.push_back(&one);
        } else if (rules_.delivery == Delivery::every) {
          lost_.push_back("lost: " + name_of(one.record) + ", which was acknowledged, never came");
        } else {
          ++judgement_.missed;
        }
      }
      judge_tail(of_tail);
    }
  }

  // Where the latest is kept, it has to come in the end.
  void judge_tail(const std::vector<const Sent*>& tail) {
    if (tail.empty()) return;
    if (rules_.delivery == Delivery::every || rules_.delivery == Delivery::latest) {
      const std::string last =
          tail.size() == 1 ? "the last message" : fmt::format("the last {} messages", tail.size());
      add(Defect::lost_tail, fmt::format("lost_tail: {} of producer {}, from message {} on, never came", last,
                                         tail[0]->record.producer, tail[0]->record.sequence));
    } else {
      judgement_.missed += tail.size();
    }
  }

  void pair_compensations() {
    while (!lost_.empty() && !(repeated_.empty() && given_twice_.empty())) {
      auto& again = repeated_.empty() ? given_twice_ : repeated_;
      add(Defect::compensated,
          fmt::format("compensated: {}; {}; so the count is right", lost_.back(), again.back()));
      lost_.pop_back();
      again.pop_back();
    }
  }

  // The latest messages of a producer that are known so far: at one consumer the one that came first.
  struct Later {
    std::size_t place = std::numeric_limits<std::size_t>::max();
    std::uint64_t ended = never;
    const Sent* sent = nullptr;
  };

  // Message b may only overtake a, of the same producer, when their receives overlapped: a's must not have
  // begun after b's had ended. At one consumer receives never overlap. What came twice is a finding already.
  void find_disorder() {
    for (const auto& [number, messages] : sent_) {
      std::vector<Later> later(consumers_.size());
      for (std::size_t k = messages.size(); k-- > 0;) {
        const Sent& one = messages[k];
        if (one.copies.size() != 1) continue;
        judge_place(one, later);
        const Copy& copy = one.copies[0];
        Later& here = later[copy.consumer];
        here.place = std::min(here.place, copy.place);
        if (copy.ended < here.ended) {
          here.ended = copy.ended;
          here.sent = &one;
        }
      }
    }
  }
  void judge_place(const Sent& one, const std::vector<Later>& later) {
    const Copy& copy = one.copies[0];
    if (later[copy.consumer].place < copy.place) {
      add(Defect::reordered, fmt::format("reordered: {} came to consumer {} after a later one",
                                         name_of(one.record), consumers_[copy.consumer]));
      return;
    }
    for (std::size_t other = 0; other < later.size(); ++other) {
      if (other == copy.consumer || later[other].ended >= copy.began) continue;
      add(Defect::reordered_across,
          fmt::format("reordered_across: the receive of {} by consumer {} began {} ns after consumer {} had "
                      "message {}",
                      name_of(one.record), consumers_[copy.consumer], copy.began - later[other].ended,
                      consumers_[other], later[other].sent->record.sequence));
      return;
    }
  }

  const Rules& rules_;
  Judgement judgement_;
  std::uint16_t run_ = 0;
  std::uint64_t killed_ = 0;
  std::map<unsigned, Messages> sent_;
  std::vector<unsigned> consumers_;  // their numbers
  std::vector<Record> damaged_;
  std::vector<std::string> lost_, repeated_, given_twice_;
};

}  // namespace

Judgement judge(std::span<const History> histories, const Rules& rules) {
  return rules.payload ? Account(histories, rules).judge() : judge_wakes(histories, rules);
}

}  // namespace ipcmark::contention
