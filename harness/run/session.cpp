#include "harness/run/session.hpp"

#include <chrono>
#include <filesystem>
#include <functional>

#include "harness/os/host.hpp"

namespace ipcmark {

Session::Session()
    : id_(os::new_run_id()), tag_(static_cast<std::uint16_t>(std::hash<std::string>{}(id_) | 1U)) {
  os::remove_leftovers({});
  auto [mine, theirs] = os::Channel::make();
  janitor_line_ = std::move(mine);
  const os::RawHandle handle = theirs.raw();
  janitor_ = os::Process::start(os::executable_path(), {"--janitor", id_}, std::span(&handle, 1), true);
}

Session::~Session() {
  std::error_code gone;
  std::filesystem::remove(std::filesystem::temp_directory_path() / ("ipcmark-" + id_), gone);
  janitor_line_.write_line("done");
  janitor_line_.close();
  janitor_.wait();
}

std::vector<std::string> Session::sweep() {
  std::error_code gone;
  std::filesystem::remove(std::filesystem::temp_directory_path() / ("ipcmark-" + id_), gone);
  return os::remove_leftovers(id_);
}

int janitor_main(const std::string& run) {
  os::catch_termination();  // it leaves with its parent and not before
  os::Channel line{os::Handle(os::first_child_handle)};
  if (line.read_line().has_value()) return 0;
  // The children die with the parent, each at its own moment, and may still be creating something until then.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  do {
    os::remove_leftovers(run);
  } while (!os::wait_readable(
               {}, std::min(end, std::chrono::steady_clock::now() + std::chrono::milliseconds(50))) &&
           std::chrono::steady_clock::now() < end);
  return 0;
}

}  // namespace ipcmark
