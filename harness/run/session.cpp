#include "harness/run/session.hpp"

#include <chrono>
#include <functional>

#include "harness/os/host.hpp"

namespace ipcmark {
namespace {

// More than any launch has at a time.
constexpr unsigned links_of_a_launch = 64;

}  // namespace

Session::Session()
    : id_(os::new_run_id()), tag_(static_cast<std::uint16_t>(std::hash<std::string>{}(id_) | 1U)) {
  os::remove_leftovers({});
  auto [mine, theirs] = os::Channel::make();
  janitor_line_ = std::move(mine);
  const os::RawHandle handle = theirs.raw();
  janitor_ = os::Process::start(os::executable_path(), {"--janitor", id_}, std::span(&handle, 1), true);
}

Session::~Session() {
  os::remove_private_directories(id_);
  janitor_line_.write_line("done");
  janitor_line_.close();
  janitor_.wait();
}

unsigned Session::next_link() noexcept {
  janitor_line_.write_line(std::to_string(links_));
  return links_++;
}

std::vector<std::string> Session::sweep() {
  os::remove_private_directories(id_);
  return os::remove_leftovers(id_);
}

int janitor_main(const std::string& run) {
  os::catch_termination();  // it leaves with its parent and not before
  os::Channel parent{os::Handle(os::first_handle())};
  unsigned links = 0;
  while (const auto line = parent.read_line()) {
    if (*line == "done") return 0;
    links = static_cast<unsigned>(std::stoul(*line)) + 1;
  }
  // The children die with the parent, each at its own moment, and may still be creating something until then.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  while (std::chrono::steady_clock::now() < end) {
    os::remove_leftovers(run);
    for (unsigned link = links > links_of_a_launch ? links - links_of_a_launch : 0; link < links; ++link) {
      os::remove_queue(run, link);
    }
    os::wait_readable({}, std::chrono::steady_clock::now() + std::chrono::milliseconds(50));
  }
  return 0;
}

}  // namespace ipcmark
