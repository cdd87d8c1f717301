// Two sockets of AF_UNIX connected to each other, with a buffer of a chosen size.
#pragma once

#include "harness/pair_link.hpp"
#include "mechanisms/socket/buffer.hpp"

namespace ipcmark {

template <int type>
class SocketPairLink : public PairLink {
 public:
  explicit SocketPairLink(const Options& options) : PairLink(type) {
    for (const os::Handle* end : {&producer_, &consumer_}) choose_buffer(*end, options.buffer);
  }
};
using StreamPairLink = SocketPairLink<SOCK_STREAM>;

// What a child makes of its ticket.
inline os::Handle end_of_pair(const Ticket& ticket, Role) { return os::Handle(ticket.handles.at(0)); }

}  // namespace ipcmark
