// A process that makes the calls of Windows that a test tells it, one line for each:
//
//   Puppet server;
//   EXPECT_EQ(ask(server, create_pipe("s", path, {.mode = PIPE_TYPE_MESSAGE})), "ok");
//   EXPECT_EQ(ask(server, "write s abc"), "3");
//
// The first word is a call, the others are its arguments; handles have names that the test chooses, and what
// the puppet was given is h0, h1 ... Every call answers what it returned, or the name of the error:
// "ERROR_PIPE_BUSY". The calls are listed where they are made: puppet_files.cpp, puppet_objects.cpp and
// puppet_windows.cpp.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "harness/os/memory.hpp"
#include "harness/os/win32/win32.hpp"
#include "suites/conformance/actor.hpp"
#include "suites/conformance/clause.hpp"
#include "suites/conformance/win32/error_names.hpp"

namespace ipcmark::windows {

using os::native;
using os::under_wine;

// What a puppet has.
struct Hands {
  struct Pending {
    OVERLAPPED overlapped{};
    std::vector<char> bytes;
    std::string request;
    os::Handle done;
  };
  std::map<std::string, os::Handle> handles;
  std::map<std::string, os::Mapping> views;
  std::map<std::string, std::unique_ptr<Pending>> pending;  // the call that is under way on a handle

  HANDLE at(const std::string& name) const;
  // Keeps the handle; "ok", or the error.
  std::string keep(const std::string& name, HANDLE handle);
};

using Words = std::istringstream;
struct PuppetCall {
  std::string_view name;
  std::string (*make)(Hands&, Words&);
};
// Each null when it knows no such call.
const PuppetCall* call_on_files(std::string_view name) noexcept;
const PuppetCall* call_on_objects(std::string_view name) noexcept;
const PuppetCall* call_on_windows(std::string_view name) noexcept;

template <class Value = unsigned long>
Value next(Words& words) {
  Value value{};
  if (!(words >> value)) throw std::invalid_argument("a puppet's line is too short: " + words.str());
  return value;
}
// "-" is no bytes.
std::string next_text(Words&);
std::string said(BOOL done, const std::string& otherwise = "ok");

class Puppet : public Actor {
 public:
  explicit Puppet(const std::vector<os::RawHandle>& handles = {});
};

// A name of this test's own, for objects of the kernel.
std::string fresh_name();
std::string fresh_pipe();      // \\.\pipe\...
std::string fresh_mailslot();  // \\.\mailslot\...

// Lines of a puppet.
struct PipeShape {
  DWORD access = PIPE_ACCESS_DUPLEX;
  DWORD mode = PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE;
  DWORD instances = 1, quota = 4096, timeout_ms = 0;
};
std::string create_pipe(const std::string& handle, const std::string& path, const PipeShape& = {});
struct OpenShape {
  DWORD access = GENERIC_READ | GENERIC_WRITE;
  DWORD share = 0, flags = 0;
};
std::string open_file(const std::string& handle, const std::string& path, const OpenShape& = {});
std::string line_of(std::initializer_list<std::string> words);

// Asks, and fails with an exception unless the answer is "ok" or a number: for what a clause is not about.
void require_done(Actor&, const std::string& line);

}  // namespace ipcmark::windows
