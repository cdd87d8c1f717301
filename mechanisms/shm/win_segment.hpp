// A segment whose users are kept in step by objects of the Windows kernel: its ticket has their handles
// behind the memory's.
#pragma once

#include <utility>
#include <vector>

#include "harness/win_calls.hpp"
#include "mechanisms/shm/segment.hpp"

namespace ipcmark {

template <class Sync>
class WinSegmentLink : public SegmentLink<Sync> {
 public:
  WinSegmentLink(const Options& options, std::vector<os::Handle> objects)
      : SegmentLink<Sync>(options), objects_(std::move(objects)) {}
  Ticket ticket(Role role) final {
    Ticket ticket = SegmentLink<Sync>::ticket(role);
    for (const os::Handle& object : objects_) ticket.handles.push_back(object.raw());
    return ticket;
  }
  void handed_over() final {
    SegmentLink<Sync>::handed_over();
    objects_.clear();
  }

 private:
  std::vector<os::Handle> objects_;
};

// Object k of the `count` that a Link added, behind the handles of the memory.
inline os::Handle object_of(const Ticket& ticket, std::size_t k, std::size_t count) {
  return os::Handle(ticket.handles.at(ticket.handles.size() - count + k));
}

// The objects of a Link, from calls of which each has checked its own.
template <class... Handles>
std::vector<os::Handle> objects(Handles... handles) {
  std::vector<os::Handle> all;
  (all.push_back(std::move(handles)), ...);
  return all;
}

}  // namespace ipcmark
