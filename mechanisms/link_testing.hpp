// For tests of one mechanism: its links and endpoints in the test's own process.
#pragma once

#include <fcntl.h>

#include <memory>

#include "harness/mechanism.hpp"
#include "harness/os/host.hpp"

namespace ipcmark {

// A link of a mechanism, or Unsupported.
class LinkUnderTest {
 public:
  LinkUnderTest(const char* name, std::size_t max_message, std::size_t depth = 8)
      : mechanism_(*mechanism_named(name)),
        max_message_(max_message),
        link_(mechanism_.create({.max_message = max_message, .depth = depth, .run = os::new_run_id()})) {}

  // With handles of its own, as a child has them.
  Ticket ticket(Role role) {
    Ticket ticket = link_->ticket(role);
    ticket.max_message = max_message_;
    for (os::RawHandle& handle : ticket.handles)
      handle = check(::fcntl(static_cast<int>(handle), F_DUPFD_CLOEXEC, 0), "fcntl F_DUPFD_CLOEXEC");
    return ticket;
  }
  std::unique_ptr<Endpoint> open(Role role, Wait wait = Wait::block) {
    return open(ticket(role), role, wait);
  }
  std::unique_ptr<Endpoint> open(const Ticket& with, Role role, Wait wait = Wait::block) {
    return mechanism_.open(with, role, wait);
  }

 private:
  const Mechanism& mechanism_;
  std::size_t max_message_;
  std::unique_ptr<Link> link_;
};

// Why this host has no such mechanism; empty when it has.
inline std::string why_not_here(const char* name) {
  try {
    LinkUnderTest(name, 64);
    return {};
  } catch (const Unsupported& missing) {
    return missing.what();
  }
}

}  // namespace ipcmark
