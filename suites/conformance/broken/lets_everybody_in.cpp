// A POSIX message queue whose permission bits let every user in.
#include <mqueue.h>
#include <sys/stat.h>

#include "harness/os/host.hpp"
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class OpenLink final : public Link {
 public:
  explicit OpenLink(const Options& options) : name_("/" + os::object_name(options.run, options.link)) {
    mq_attr shape{};
    shape.mq_maxmsg = 2;
    shape.mq_msgsize = static_cast<long>(options.max_message);
    const os::Handle queue(::mq_open(name_.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600, &shape));
    if (!queue) throw Unsupported(std::string("mq_open says ") + std::generic_category().message(errno));
    check(::fchmod(queue.fd(), 0666), "fchmod of a queue");
  }
  ~OpenLink() override { ::mq_unlink(name_.c_str()); }
  Ticket ticket(Role) override { return {.address = name_, .handles = {}}; }

 private:
  std::string name_;
};

class LetsEverybodyIn final : public Endpoint {
 public:
  LetsEverybodyIn(const Ticket& ticket, Role, Wait)
      : queue_(check(::mq_open(ticket.address.c_str(), O_RDWR | O_CLOEXEC), "mq_open")) {}

  Io send(std::span<const std::byte> message) noexcept override {
    return retry_interrupted([&] {
      return ::mq_send(queue_.fd(), reinterpret_cast<const char*>(message.data()), message.size(), 0);
    });
  }
  Io recv(std::span<std::byte> buffer) noexcept override {
    return retry_interrupted([&] {
      return ::mq_receive(queue_.fd(), reinterpret_cast<char*>(buffer.data()), buffer.size(), nullptr);
    });
  }

 private:
  os::Handle queue_;
};

constexpr Mechanism open_to_all() {
  Mechanism result = broken::mechanism<LetsEverybodyIn>("lets_everybody_in", "a queue of mode 0666");
  result.create = create_as<OpenLink>;
  result.traits.lifetime = Lifetime::kernel;
  result.traits.duplex = result.traits.sees_peer_death = false;
  return result;
}

}  // namespace

extern constinit const Mechanism lets_everybody_in = open_to_all();

}  // namespace ipcmark
