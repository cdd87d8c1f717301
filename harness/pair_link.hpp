// A Link that is two connected handles, one for each role, and no name.
#pragma once

#include <sys/socket.h>

#include <utility>

#include "harness/mechanism.hpp"

namespace ipcmark {

class PairLink : public Link {
 public:
  explicit PairLink(int type) {  // a socketpair(2) of AF_UNIX
    int ends[2];
    check(::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends), "socketpair");
    producer_ = os::Handle(ends[0]);
    consumer_ = os::Handle(ends[1]);
  }
  PairLink(os::Handle producer, os::Handle consumer)
      : producer_(std::move(producer)), consumer_(std::move(consumer)) {}
  Ticket ticket(Role role) override {
    return {.address = {}, .handles = {(role == Role::producer ? producer_ : consumer_).raw()}};
  }
  void handed_over() override {
    producer_.reset();
    consumer_.reset();
  }

 protected:
  os::Handle producer_, consumer_;
};

}  // namespace ipcmark
