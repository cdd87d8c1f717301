// Disturbs the schedule of a process at chosen points, as a seed says: so that few processors are enough for
// an order of events that would else need many.
#pragma once

#include <string>
#include <vector>

#include "suites/conformance/contention/payload.hpp"

namespace ipcmark::contention {

struct Perturbations {
  bool sleep = false;     // short sleeps, and processors given up
  bool affinity = false;  // another processor, or all of them
  bool signal = false;    // an alarm without SA_RESTART, so that calls that wait are interrupted: signal(7)
  bool any() const noexcept { return sleep || affinity || signal; }
  bool operator==(const Perturbations&) const = default;
};
Perturbations every_perturbation();  // that this system has
// "sleep,affinity,signal" or "none". Throws UsageError for anything else.
Perturbations perturbations_named(const std::string&);
std::string text_of(const Perturbations&);

class Perturber {
 public:
  Perturber(const Perturbations&, std::uint64_t seed);
  ~Perturber();  // no alarm comes afterwards
  Perturber(const Perturber&) = delete;
  Perturber& operator=(const Perturber&) = delete;
  void here() noexcept;  // one of the chosen points

 private:
  void arm() noexcept;
  void move() noexcept;
  Perturbations perturbations_;
  Random random_;
  std::vector<unsigned> processors_;
};

// Runs this process on one of its processors only, the k-th in turn.
void pin_in_turn(unsigned k);

}  // namespace ipcmark::contention
