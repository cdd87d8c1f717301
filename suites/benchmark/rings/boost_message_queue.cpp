// boost::interprocess::message_queue of Boost 1.74: whole messages with priorities, under one mutex in shared
// memory. Its blocking calls wait on a condition, its try_ calls do not; here they are repeated.
#include <boost/interprocess/ipc/message_queue.hpp>

#include "suites/benchmark/rings/shared.hpp"

namespace ipcmark {
namespace {

namespace ipc = boost::interprocess;

class MessageQueueLink final : public Link {
 public:
  explicit MessageQueueLink(const Options& options)
      : name_(os::object_name(options.run, options.link)),
        queue_(ipc::create_only, name_.c_str(), options.depth, options.max_message, ipc::permissions(0600)) {}
  ~MessageQueueLink() override { ipc::message_queue::remove(name_.c_str()); }
  Ticket ticket(Role) override { return {.address = name_, .handles = {}}; }
  void handed_over() override { ipc::message_queue::remove(name_.c_str()); }

 private:
  std::string name_;
  ipc::message_queue queue_;
};

class MessageQueueEndpoint final : public Endpoint {
 public:
  MessageQueueEndpoint(const Ticket& ticket, Role, Wait wait)
      : queue_(ipc::open_only, ticket.address.c_str()), polls_(wait == Wait::spin) {}

  Io send(std::span<const std::byte> message) noexcept override {
    return guarded([&] {
      if (!polls_) {
        queue_.send(message.data(), message.size(), 0);
      } else if (!os::spin_until([&] { return queue_.try_send(message.data(), message.size(), 0); })) {
        return Io{.status = Status::stopped};
      }
      return Io{.size = message.size()};
    });
  }
  Io recv(std::span<std::byte> buffer) noexcept override {
    return guarded([&] {
      ipc::message_queue::size_type size = 0;
      unsigned priority = 0;
      if (!polls_) {
        queue_.receive(buffer.data(), buffer.size(), size, priority);
      } else if (!os::spin_until(
                     [&] { return queue_.try_receive(buffer.data(), buffer.size(), size, priority); })) {
        return Io{.status = Status::stopped};
      }
      return Io{.size = size};
    });
  }

 private:
  template <class Call>
  static Io guarded(Call call) noexcept {
    try {
      return call();
    } catch (const ipc::interprocess_exception& wrong) {
      return {.status = Status::error, .os_error = wrong.get_native_error()};
    }
  }
  ipc::message_queue queue_;
  bool polls_;
};

}  // namespace

extern constinit const Mechanism boost_message_queue{
    .traits = {.name = "boost_message_queue",
               .family = "rings",
               .summary = "Boost.Interprocess message_queue",
               .manual = "boost.org, Boost.Interprocess",
               .lifetime = Lifetime::kernel,
               .waits = polls_only,
               .axes = {.depth = true},
               .many_producers = true,
               .many_consumers = true},
    .create = create_as<MessageQueueLink>,
    .open = open_as<MessageQueueEndpoint>,
    .loops = loops_of<MessageQueueEndpoint>,
};

}  // namespace ipcmark
