// A file that the producer writes a byte to, and a consumer that watches it: inotify(7). It carries no
// payload.
//
// Wake-ups are not counted: an event that is identical to the last one in the queue is dropped, so that 100
// writes before the first read are one event (measured), and Delivery::merged is stated. None is lost
// altogether: the event of the latest write is always there. Events of two files in turn would be distinct,
// 100 of 100, but only up to fs.inotify.max_queued_events (16384), after which all are dropped but for one
// IN_Q_OVERFLOW.
//
// The file loses its name once everybody has it. When the last producer has closed it, the file and with it
// the watch are gone, and the consumer is told so by IN_IGNORED: the end is seen, behind every event before
// it.
#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "harness/fd_stream.hpp"
#include "harness/os/host.hpp"

namespace ipcmark {
namespace {

class InotifyLink final : public Link {
 public:
  explicit InotifyLink(const Options& options)
      : path_(os::private_directory(options.run) + "/watched-" + std::to_string(options.link)),
        file_(check(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600),
                    "open of a watched file")),
        events_(::inotify_init1(IN_CLOEXEC)) {
    if (!events_) {
      const int error = errno;
      ::unlink(path_.c_str());
      errno = error;
      if (errno == EMFILE && !os::Handle(::open("/", O_PATH | O_CLOEXEC)))
        throw_errno("inotify_init1");  // no descriptor is left, which has the same number
      errno = error;
      if (errno == EMFILE)
        throw Unsupported(
            "no inotify instance is left for this user; raise fs.inotify.max_user_instances with sysctl -w");
      if (errno == ENOSYS) throw Unsupported("this kernel has no inotify (CONFIG_INOTIFY_USER)");
      throw_errno("inotify_init1");
    }
    watch();
  }
  ~InotifyLink() override { ::unlink(path_.c_str()); }
  Ticket ticket(Role role) override {
    return {.address = {}, .handles = {(role == Role::producer ? file_ : events_).raw()}};
  }
  void handed_over() override {
    ::unlink(path_.c_str());
    file_.reset();
    events_.reset();
  }

 private:
  void watch() {
    if (::inotify_add_watch(events_.fd(), path_.c_str(), IN_MODIFY) != -1) return;
    const int error = errno;
    ::unlink(path_.c_str());
    errno = error;
    if (errno == ENOSPC)
      throw Unsupported(
          "no inotify watch is left for this user; raise fs.inotify.max_user_watches with sysctl -w");
    throw_errno("inotify_add_watch " + path_);
  }
  std::string path_;
  os::Handle file_, events_;
};

class InotifyEndpoint final : public Endpoint {
 public:
  InotifyEndpoint(const Ticket& ticket, Role role, Wait wait)
      : end_(role == Role::producer ? os::Handle(ticket.handles.at(0))
                                    : polling(os::Handle(ticket.handles.at(0)), wait)) {}

  Io send(std::span<const std::byte>) noexcept override {
    const std::byte any{};
    const Io io = retry_interrupted([&] { return ::pwrite(end_.fd(), &any, 1, 0); });
    return {.size = 0, .status = io.status, .os_error = io.os_error};
  }
  // One event at a time: those of a watched file, as opposed to a folder, have no name behind them.
  Io recv(std::span<std::byte>) noexcept override {
    inotify_event event{};
    void* const into = &event;  // Clang captures no object with a flexible array
    const Io io = retry_interrupted([&] { return ::read(end_.fd(), into, sizeof event); });
    if (io.status == Status::ok && (event.mask & IN_IGNORED) != 0) return {.status = Status::closed};
    return {.size = 0, .status = io.status, .os_error = io.os_error};
  }

 private:
  os::Handle end_;  // a producer's file, or the consumer's events
};

}  // namespace

extern constinit const Mechanism inotify{
    .traits = {.name = "inotify",
               .family = "notify",
               .summary = "a file that is written to and watched; wake-ups merge",
               .manual = "inotify(7)",
               .framing = Framing::signal,
               .delivery = Delivery::merged,
               .lifetime = Lifetime::file,
               .waits = blocks_or_polls,
               .many_producers = true,
               .sees_peer_death = true,
               .survives_peer_kill = true},
    .create = create_as<InotifyLink>,
    .open = open_as<InotifyEndpoint>,
    .loops = loops_of<InotifyEndpoint>,
};

}  // namespace ipcmark
