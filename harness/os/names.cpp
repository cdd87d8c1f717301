// The names that a run leaves, which bear its id: the same on every system.
#include <charconv>
#include <cstdio>
#include <random>

#include "harness/os/clock.hpp"
#include "harness/os/host.hpp"
#include "harness/os/process.hpp"

namespace ipcmark::os {
namespace {

// Whether a text begins as a form says: d is a digit, x a hexadecimal one, anything else is itself.
bool has_form(std::string_view text, std::string_view form) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (text.size() < form.size()) return false;
  for (std::size_t k = 0; k < form.size(); ++k) {
    const std::size_t digit = digits.find(text[k]);
    const bool fits = form[k] == 'd' ? digit < 10 : form[k] == 'x' ? digit < 16 : text[k] == form[k];
    if (!fits) return false;
  }
  return true;
}

}  // namespace

// POSIX named semaphores are files "sem.<name>" in /dev/shm.
bool is_name_of(std::string_view name, const std::string& run) {
  if (name.starts_with("sem.")) name.remove_prefix(4);
  if (!name.starts_with(name_prefix)) return false;
  name.remove_prefix(name_prefix.size());
  if (!run.empty()) return name.starts_with(run);
  const std::int64_t creator = creator_of(name);
  return creator > 0 && !process_exists(creator);
}

std::string object_name(const std::string& run, unsigned link) {
  return std::string(name_prefix) + run + "-" + std::to_string(link);
}

std::string new_run_id() {
  std::string time = utc_now();  // without what a file's name may not hold everywhere
  std::erase_if(time, [](char letter) { return letter == '-' || letter == ':'; });
  std::random_device device;
  char random[8];
  std::snprintf(random, sizeof random, "%04x", device() & 0xFFFFU);
  return time + "-" + std::to_string(own_id()) + "-" + random;
}

std::int64_t creator_of(std::string_view run) {
  constexpr std::string_view time = "ddddddddTddddddZ-";
  constexpr std::string_view random = "xxxx";
  if (!has_form(run, time)) return 0;
  run.remove_prefix(time.size());
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(run.data(), run.data() + run.size(), id);
  run.remove_prefix(static_cast<std::size_t>(end - run.data()));
  if (error != std::errc{} || !run.starts_with('-') || !has_form(run.substr(1), random)) return 0;
  run.remove_prefix(1 + random.size());
  return run.empty() || run.starts_with('-') ? id : 0;
}

}  // namespace ipcmark::os
