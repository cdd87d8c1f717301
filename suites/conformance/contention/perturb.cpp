#include "suites/conformance/contention/perturb.hpp"

#include <chrono>
#include <sstream>
#include <thread>

#include "harness/errors.hpp"
#include "suites/conformance/contention/schedule.hpp"

namespace ipcmark::contention {
namespace {

struct Named {
  const char* name;
  bool Perturbations::*value;
};
constexpr Named names[]{{"sleep", &Perturbations::sleep},
                        {"affinity", &Perturbations::affinity},
                        {"signal", &Perturbations::signal}};

}  // namespace

Perturbations perturbations_named(const std::string& text) {
  Perturbations chosen;
  if (text == "none") return chosen;
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ',');) {
    bool known = false;
    for (const Named& one : names) {
      if (word != one.name) continue;
      chosen.*one.value = true;
      known = true;
    }
    if (!known)
      throw UsageError("no perturbation is named '" + word + "'; use none, or some of sleep,affinity,signal");
  }
  if (chosen.signal && !has_alarms())
    throw UsageError("this system has no signals; use none, or some of sleep,affinity");
  return chosen;
}

Perturbations every_perturbation() { return {.sleep = true, .affinity = true, .signal = has_alarms()}; }

std::string text_of(const Perturbations& perturbations) {
  std::string text;
  for (const Named& one : names) {
    if (perturbations.*one.value) text += (text.empty() ? "" : ",") + std::string(one.name);
  }
  return text.empty() ? "none" : text;
}

Perturber::Perturber(const Perturbations& perturbations, std::uint64_t seed)
    : perturbations_(perturbations), random_(seed), processors_(own_processors()) {
  if (!perturbations_.signal) return;
  prepare_alarms();
  arm();
}
Perturber::~Perturber() {
  if (perturbations_.signal) set_alarm(0);
}

void Perturber::arm() noexcept { set_alarm(static_cast<long>(50 + random_.below(1000))); }

void Perturber::move() noexcept {
  const std::uint64_t where = random_.below(processors_.size() + 1);
  if (where < processors_.size()) {
    run_on(processors_[where]);
  } else {
    run_on_any(processors_);
  }
}

void Perturber::here() noexcept {
  if (!perturbations_.any()) return;
  // One number for all, so that what is drawn does not depend on which perturbations there are.
  const std::uint64_t drawn = random_.below(512);
  if (perturbations_.sleep && drawn < 8) {
    std::this_thread::sleep_for(std::chrono::nanoseconds(1 + random_.below(100'000)));
  } else if (perturbations_.sleep && drawn < 40) {
    std::this_thread::yield();
  } else if (perturbations_.affinity && drawn < 44) {
    move();
  } else if (perturbations_.signal && drawn < 76) {
    arm();
  }
}

void pin_in_turn(unsigned k) {
  const std::vector<unsigned> processors = own_processors();
  run_on(processors[k % processors.size()]);
}

}  // namespace ipcmark::contention
