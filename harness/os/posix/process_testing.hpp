// For tests that start processes of their own program: a pipe from the child, and what it says.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/errors.hpp"
#include "harness/os/process.hpp"

namespace ipcmark::os {

struct Pipe {
  Pipe() {
    int ends[2];
    check(::pipe2(ends, O_CLOEXEC), "pipe2");
    read = Handle(ends[0]);
    write = Handle(ends[1]);
  }
  // Everything up to the end, which comes once every process has closed the write end or is gone.
  std::string rest() {
    write.reset();
    std::string text;
    char bytes[256];
    for (;;) {
      const ssize_t got = ::read(read.fd(), bytes, sizeof bytes);
      if (got == -1 && errno == EINTR) continue;
      if (got <= 0) return text;
      text.append(bytes, static_cast<std::size_t>(got));
    }
  }
  // One line, without its end; shorter when the pipe ends before.
  std::string line() {
    write.reset();
    std::string text;
    for (char letter = 0; ::read(read.fd(), &letter, 1) == 1 && letter != '\n';) text += letter;
    return text;
  }
  Handle read, write;
};

// This program in a hidden role (suites/conformance/test_roles.hpp), with one pipe to tell what it does.
inline Process start_role(const std::vector<std::string>& arguments, Pipe& pipe) {
  const RawHandle handle = pipe.write.raw();
  return Process::start(executable_path(), arguments, std::span(&handle, 1));
}

// The number of a process that has ended and was reaped.
inline std::int64_t id_of_a_dead_process() {
  Process child = Process::start(executable_path(), {"--exit-with", "0"}, {});
  const std::int64_t id = child.id();
  child.wait();
  return id;
}

}  // namespace ipcmark::os
