// Eclipse iceoryx 2.0: a publisher loans a chunk of shared memory, writes it and publishes it, and a
// subscriber takes it. Its daemon RouDi has one name on a host; it is started here, with pools of chunks for
// these sizes, and ends with this program. Where another one runs already, that one serves.
//
// By itself it drops what a slow subscriber has not taken; here the publisher is told to wait, and does so by
// polling. A subscriber's queue holds 256 chunks at most. Subscribing takes RouDi some time, so the first
// send waits for it.
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iceoryx_hoofs/log/logmanager.hpp>
#include <iceoryx_posh/popo/untyped_publisher.hpp>
#include <iceoryx_posh/popo/untyped_subscriber.hpp>
#include <iceoryx_posh/runtime/posh_runtime.hpp>

#include "suites/benchmark/rings/shared.hpp"

namespace ipcmark {
namespace {

namespace popo = iox::popo;

// What RouDi takes of /dev/shm: its own tables, 66 MB in this release, and the chunks.
constexpr const char* tables = "/dev/shm/iceoryx_mgmt";
constexpr std::uint64_t needed_bytes = 100'000'000;
constexpr int largest_chunk = 131072;

// RouDi, for as long as the parent lives.
class Daemon {
 public:
  Daemon() {
    const std::string folder = os::private_directory("roudi");
    const std::string pools = folder + "/pools.toml";
    std::ofstream file(pools);
    file << "[general]\nversion = 1\n[[segment]]\n";
    for (const auto& [size, count] : {std::pair{128, 600}, {8192, 200}, {largest_chunk, 200}})
      file << "[[segment.mempool]]\nsize = " << size << "\ncount = " << count << "\n";
    file.close();
    process_ = check(::fork(), "fork");
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGTERM);
      if (std::freopen("/dev/null", "w", stdout) == nullptr || ::dup2(1, 2) == -1) ::_exit(127);
      ::execlp("iox-roudi", "iox-roudi", "-c", pools.c_str(), "-l", "off", static_cast<char*>(nullptr));
      ::_exit(127);
    }
    folder_ = folder;
  }
  ~Daemon() {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
    ::unlink((folder_ + "/pools.toml").c_str());
    ::rmdir(folder_.c_str());
  }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  void must_run() const {
    if (::waitpid(process_, nullptr, WNOHANG) != 0 && ::access(tables, F_OK) != 0)
      throw Unsupported("iox-roudi does not start; it is in the Debian package iceoryx");
  }

 private:
  pid_t process_ = 0;
  std::string folder_;
};

class IceoryxLink final : public Link {
 public:
  explicit IceoryxLink(const Options& options) : name_(os::object_name(options.run, options.link)) {
    struct statvfs space {};
    if (options.max_message > std::size_t{largest_chunk})
      throw Unsupported("its pools here have chunks of up to " + std::to_string(largest_chunk) + " bytes");
    if (::access(tables, F_OK) != 0 && ::statvfs("/dev/shm", &space) == 0 &&
        space.f_bavail * space.f_frsize < needed_bytes)
      throw Unsupported("RouDi needs 100 MB in /dev/shm");
    static const Daemon daemon;
    daemon.must_run();
  }
  Ticket ticket(Role) override { return {.address = name_, .handles = {}}; }

 private:
  std::string name_;
};

iox::capro::ServiceDescription service(const Ticket& ticket) {
  // A process registers once, before its first port.
  static const bool registered = [] {
    iox::log::LogManager::GetLogManager().SetDefaultLogLevel(iox::log::LogLevel::kOff,
                                                             iox::log::LogLevelOutput::kHideLogLevel);
    iox::runtime::PoshRuntime::initRuntime(
        {iox::cxx::TruncateToCapacity, "ipcmark-" + std::to_string(::getpid())});
    return true;
  }();
  static_cast<void>(registered);
  return {"ipcmark", "ring", {iox::cxx::TruncateToCapacity, ticket.address}};
}

class IceoryxEndpoint final : public Endpoint {
 public:
  IceoryxEndpoint(const Ticket& ticket, Role role, Wait) {
    const iox::capro::ServiceDescription named = service(ticket);
    if (role == Role::producer) {
      popo::PublisherOptions options;
      options.subscriberTooSlowPolicy = popo::ConsumerTooSlowPolicy::WAIT_FOR_CONSUMER;
      publisher_ = std::make_unique<popo::UntypedPublisher>(named, options);
    } else {
      popo::SubscriberOptions options;
      options.queueCapacity = std::min<std::uint64_t>(ticket.depth, 256);
      options.queueFullPolicy = popo::QueueFullPolicy::BLOCK_PRODUCER;
      subscriber_ = std::make_unique<popo::UntypedSubscriber>(named, options);
    }
  }

  Io send(std::span<const std::byte> message) noexcept override {
    if (!subscribed_) [[unlikely]] {
      if (!os::spin_until([&] { return publisher_->hasSubscribers(); })) return {.status = Status::stopped};
      subscribed_ = true;
    }
    void* chunk = nullptr;
    const auto loaned = [&] {
      publisher_->loan(static_cast<std::uint32_t>(message.size())).and_then([&](auto& got) { chunk = got; });
      return chunk != nullptr;
    };
    if (!os::spin_until(loaned)) return {.status = Status::stopped};
    std::memcpy(chunk, message.data(), message.size());
    publisher_->publish(chunk);
    return {.size = message.size()};
  }

  Io recv(std::span<std::byte> buffer) noexcept override {
    const void* chunk = nullptr;
    const auto taken = [&] {
      subscriber_->take().and_then([&](auto& got) { chunk = got; });
      return chunk != nullptr;
    };
    if (!os::spin_until(taken)) return {.status = Status::stopped};
    const std::size_t size = iox::mepoo::ChunkHeader::fromUserPayload(chunk)->userPayloadSize();
    std::memcpy(buffer.data(), chunk, std::min(size, buffer.size()));
    subscriber_->release(chunk);
    return {.size = size};
  }

 private:
  std::unique_ptr<popo::UntypedPublisher> publisher_;
  std::unique_ptr<popo::UntypedSubscriber> subscriber_;
  bool subscribed_ = false;
};

}  // namespace

extern constinit const Mechanism iceoryx{
    .traits = {.name = "iceoryx",
               .family = "rings",
               .summary = "Eclipse iceoryx: loan and publish, take and release",
               .manual = "iceoryx.io",
               .waits = polls_only,
               .axes = {.depth = true}},
    .create = create_as<IceoryxLink>,
    .open = open_as<IceoryxEndpoint>,
    .loops = loops_of<IceoryxEndpoint>,
};

}  // namespace ipcmark
