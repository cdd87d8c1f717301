// Two sockets connected to each other, one for each role.
#pragma once

#include <sys/socket.h>

#include "harness/mechanism.hpp"
#include "mechanisms/socket/buffer.hpp"

namespace ipcmark {

class SocketPairLink : public Link {
 public:
  SocketPairLink(int type, std::size_t buffer) {  // of AF_UNIX
    int ends[2];
    check(::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends), "socketpair");
    producer_ = os::Handle(ends[0]);
    consumer_ = os::Handle(ends[1]);
    for (const os::Handle* end : {&producer_, &consumer_}) choose_buffer(*end, buffer);
  }
  SocketPairLink(os::Handle producer, os::Handle consumer)
      : producer_(std::move(producer)), consumer_(std::move(consumer)) {}
  Ticket ticket(Role role) final {
    return {.address = {}, .handles = {(role == Role::producer ? producer_ : consumer_).raw()}};
  }
  void handed_over() final {
    producer_.reset();
    consumer_.reset();
  }

 protected:
  os::Handle producer_, consumer_;
};

}  // namespace ipcmark
