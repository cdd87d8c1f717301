// For tests of what a person types: runs a program and keeps what it says.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "harness/os/posix/process_testing.hpp"
#include "harness/results/scratch_testing.hpp"

namespace ipcmark {

struct Said {
  int code = 0;  // exit code, or 128 and the signal's number
  std::string out, err;
};

// A program that runs while the test goes on.
class Running {
 public:
  explicit Running(const std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
    pointers.push_back(nullptr);
    id_ = check(::fork(), "fork");
    if (id_ == 0) {
      ::dup2(out_.write.fd(), STDOUT_FILENO);
      ::dup2(err_.write.fd(), STDERR_FILENO);
      ::execv(pointers[0], pointers.data());
      ::_exit(127);
    }
  }
  ~Running() {
    if (id_ == 0) return;
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  pid_t id() const noexcept { return id_; }
  void signal(int number) const noexcept { ::kill(id_, number); }
  std::string error_line() { return err_.line(); }  // waits for it

  Said wait() {
    Said said;
    std::thread other([&] { said.out = out_.rest(); });  // a pipe that nobody empties would stop the program
    said.err = err_.rest();
    other.join();
    int status = 0;
    ::waitpid(id_, &status, 0);
    id_ = 0;
    said.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return said;
  }

 private:
  os::Pipe out_, err_;
  pid_t id_ = 0;
};

// The program as users have it, and the same with the broken mechanisms.
inline Said ipcmark(std::vector<std::string> words) {
  words.insert(words.begin(), IPCMARK_PROGRAM);
  return Running(words).wait();
}
inline Said with_broken(std::vector<std::string> words) {
  words.insert(words.begin(), IPCMARK_WITH_BROKEN);
  return Running(words).wait();
}

inline nlohmann::json result_in(const std::string& directory) {
  return nlohmann::json::parse(content_of(directory + "/result.json"));
}

}  // namespace ipcmark
