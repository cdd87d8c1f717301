// One run of this program that starts children: its id, its names, and the janitor that outlives it.
#pragma once

#include <string>
#include <vector>

#include "harness/os/channel.hpp"
#include "harness/os/process.hpp"

namespace ipcmark {

// While a Session lives, a janitor process waits for the end of this one. If it is killed, the janitor
// removes every name of the run. Names that an earlier, dead run has left are removed when a Session begins.
class Session {
 public:
  Session();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const std::string& id() const noexcept { return id_; }
  std::uint16_t tag() const noexcept { return tag_; }  // of the messages of this run: harness/message.hpp
  unsigned next_link() noexcept;                       // the number of a new link, which the janitor hears of

  // What still exists of this run's names and should not. Removes it as well.
  std::vector<std::string> sweep();

 private:
  std::string id_;
  std::uint16_t tag_ = 0;
  unsigned links_ = 0;
  os::Channel janitor_line_;
  os::Process janitor_;
};

// The janitor: `ipcmark --janitor ID`.
int janitor_main(const std::string& run);

}  // namespace ipcmark
