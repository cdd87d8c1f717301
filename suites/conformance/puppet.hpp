// Both ends of a link in processes of their own, which a test moves call by call.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/os/channel.hpp"
#include "harness/os/host.hpp"
#include "harness/os/process.hpp"
#include "harness/run/control.hpp"
#include "harness/run/session.hpp"

namespace ipcmark {

// One end: test_roles.hpp, puppet().
class Puppet {
 public:
  explicit Puppet(Job job) {
    auto [mine, theirs] = os::Channel::make();
    std::vector<os::RawHandle> handles{theirs.raw()};
    for (os::RawHandle& handle : (job.out ? job.out : job.in)->handles) {
      handles.push_back(handle);
      handle = os::first_child_handle + static_cast<os::RawHandle>(handles.size()) - 1;
    }
    channel_ = std::move(mine);
    process_ = os::Process::start(os::executable_path(), {"--puppet"}, handles);
    channel_.write_line(encode(job));
    ready_ = channel_.read_line() == "ready";
  }
  ~Puppet() { process_.kill(); }
  Puppet(const Puppet&) = delete;
  Puppet& operator=(const Puppet&) = delete;

  bool ready() const noexcept { return ready_; }
  std::string call(const std::string& what) {
    channel_.write_line(what);
    return channel_.read_line().value_or("died");
  }

 private:
  os::Channel channel_;
  os::Process process_;
  bool ready_ = false;
};

// A link of a mechanism with one producer and one consumer. The constructor throws Unsupported.
class PuppetPair {
 public:
  explicit PuppetPair(const Mechanism& mechanism, std::size_t depth = 8)
      : depth_(depth),
        link_(mechanism.create({.max_message = size,
                                .depth = depth,
                                .buffer = 0,
                                .run = session_.id(),
                                .link = session_.next_link()})),
        consumer_(job(mechanism, Role::consumer)),
        producer_(job(mechanism, Role::producer)) {
    link_->handed_over();
  }

  std::string send(char letter) { return producer_.call(std::string("send ") + letter); }
  std::string send_with(unsigned priority, char letter) {
    return producer_.call("send_with " + std::to_string(priority) + " " + letter);
  }
  // What `count` calls of recv, or of another receive, get.
  std::string receive(std::size_t count, const std::string& call = "recv") {
    std::string letters;
    for (std::size_t k = 0; k < count; ++k) letters += consumer_.call(call);
    return letters;
  }
  std::string recv_only(unsigned priority) { return consumer_.call("recv_only " + std::to_string(priority)); }

 private:
  static constexpr std::size_t size = 8;
  Job job(const Mechanism& mechanism, Role role) {
    Job one;
    one.mechanism = mechanism.traits.name;
    one.wait = Wait::block;
    one.size = size;
    Ticket ticket = link_->ticket(role);
    ticket.max_message = size;
    ticket.depth = depth_;
    (role == Role::producer ? one.out : one.in) = std::move(ticket);
    one.out_role = Role::producer;
    one.in_role = Role::consumer;
    return one;
  }

  Session session_;
  std::size_t depth_;
  std::unique_ptr<Link> link_;
  Puppet consumer_, producer_;
};

}  // namespace ipcmark
