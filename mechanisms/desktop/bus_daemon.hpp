// A dbus-daemon(1) of one's own, which nobody else knows and which ends with its owner.
//
// It leaves nothing behind, however its owner ends: its configuration is a memfd, its socket has an abstract
// name and no file, and the kernel kills it when its parent dies (os::Process). Any process of this user that
// learns the name may connect, and no other user (EXTERNAL, dbus-daemon(1)).
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include "harness/errors.hpp"
#include "harness/os/handle.hpp"
#include "harness/os/process.hpp"

namespace ipcmark {

// What its configuration says beside who may do what: everybody everything.
struct BusLimits {
  std::size_t message = 0;   // bytes of the largest message, its header included
  std::size_t incoming = 0;  // bytes of one sender's messages that the daemon holds before it reads no more
};

class BusDaemon {
 public:
  // `name` is of its abstract socket. Returns once it listens.
  BusDaemon(const std::string& name, const BusLimits& limits) {
    const os::Handle settings = in_memory(configuration(name, limits));
    int ends[2];
    check(::pipe2(ends, O_CLOEXEC), "pipe2");
    const os::Handle said(ends[0]);
    os::Handle say(ends[1]);
    const std::array handles{settings.raw(), say.raw()};  // in the daemon 3 and 4
    // The shell looks for it in PATH, and is replaced by it. Standard output and error go to the pipe, since
    // it warns of limits of descriptors that do not matter here, and that not before nobody reads any more.
    process_ =
        os::Process::start("/bin/sh",
                           {"-c",
                            "trap '' PIPE; exec dbus-daemon --nofork --nopidfile --nosyslog --print-address "
                            "--config-file=/proc/self/fd/3 </dev/null >&4 2>&4 4>&-"},
                           handles);
    say.reset();
    const std::string words = first_words(said);
    if (!address_.empty()) return;
    const os::Exit exit = process_.wait();
    if (exit.code == not_found)
      throw Unsupported("there is no dbus-daemon in PATH; install the package dbus-daemon");
    if (exit.code == no_place || exit.code == no_redirection)
      throw std::runtime_error("RLIMIT_NOFILE leaves no room for a dbus-daemon: " + words);
    throw std::runtime_error("dbus-daemon ended with " + exit.text() + ": " + words);
  }
  const std::string& address() const noexcept { return address_; }  // with the identity that it has

 private:
  static constexpr int not_found = 127;     // of the shell: sh(1), exec
  static constexpr int no_place = 126;      // for its handles: harness/os/posix/start_child.hpp
  static constexpr int no_redirection = 2;  // of the shell

  static std::string configuration(const std::string& name, const BusLimits& limits) {
    const auto limit = [](const char* which, std::size_t value) {
      return std::string("<limit name=\"") + which + "\">" + std::to_string(value) + "</limit>";
    };
    // What waits for one consumer is bounded by what its senders may have under way, and by nothing else.
    constexpr std::size_t no_bound = std::size_t{1} << 40;
    return "<busconfig><listen>unix:abstract=" + name +
           "</listen><auth>EXTERNAL</auth><policy context=\"default\"><allow send_destination=\"*\"/>"
           "<allow receive_sender=\"*\"/><allow own=\"*\"/></policy>" +
           limit("max_message_size", limits.message) + limit("max_incoming_bytes", limits.incoming) +
           limit("max_outgoing_bytes", no_bound) + "</busconfig>";
  }

  static os::Handle in_memory(const std::string& text) {
    os::Handle memory(check(::memfd_create("ipcmark", MFD_CLOEXEC), "memfd_create"));
    if (::write(memory.fd(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
      throw_errno("write to a memfd");
    return memory;
  }

  // Reads up to the line of the address, or to the end; returns what else was said.
  std::string first_words(const os::Handle& said) {
    std::string words, line;
    for (char letter = 0;;) {
      const ssize_t got = ::read(said.fd(), &letter, 1);
      if (got == -1 && errno == EINTR) continue;
      if (got <= 0) return words + line;
      if (letter != '\n') {
        line += letter;
      } else if (line.starts_with("unix:")) {
        address_ = line;
        return words;
      } else {
        words += std::exchange(line, {}) + " ";
      }
    }
  }

  os::Process process_;
  std::string address_;
};

}  // namespace ipcmark
