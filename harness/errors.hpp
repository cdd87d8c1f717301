// Errors of set-up. The timed calls return an Io instead (harness/mechanism.hpp).
#pragma once

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

namespace ipcmark {

// This host lacks the facility or refuses the size. The trial is skipped and the text is its reason, so it
// says what is missing, by which limit, and what would lift it. Every other exception means that something
// which should work is broken.
struct Unsupported : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What a person typed cannot be done: exit code 2. The text says what, why, and what to do.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Throws the errno of a failed call as std::system_error; `call` names it ("mq_open /name").
[[noreturn]] inline void throw_errno(const std::string& call) {
  throw std::system_error(errno, std::generic_category(), call);
}

// Returns the result of a system call that says -1 on failure, or throws its errno.
template <class Result>
Result check(Result result, const char* call) {
  if (result == static_cast<Result>(-1)) throw_errno(call);
  return result;
}

}  // namespace ipcmark
