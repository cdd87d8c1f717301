// A POSIX semaphore with a name: sem_open(3), sem_overview(7). It carries no payload.
//
// Wake-ups are counted in the semaphore's value: sem_post adds one, sem_wait takes one, none merges. A post
// beyond 2^31 - 1 untaken ones fails with EOVERFLOW and changes nothing. The name is the file
// /dev/shm/sem.<name>, which everybody who opens it maps; on Linux nothing of it lives in the kernel but the
// futex that a waiter sleeps on, and a post to nobody is no system call. A dead peer is never noticed.
#include <fcntl.h>
#include <semaphore.h>

#include "harness/fd_stream.hpp"
#include "harness/os/host.hpp"

namespace ipcmark {
namespace {

class PosixSemNamedLink final : public Link {
 public:
  explicit PosixSemNamedLink(const Options& options)
      : name_("/" + os::object_name(options.run, options.link)) {
    sem_t* const semaphore = ::sem_open(name_.c_str(), O_CREAT | O_EXCL, 0600, 0);
    if (semaphore != SEM_FAILED) {
      ::sem_close(semaphore);
      return;
    }
    if (errno == ENOENT || errno == ENOSYS || errno == EACCES || errno == ENOSPC) {
      throw Unsupported(std::string("no named semaphore: sem_open says ") +
                        std::generic_category().message(errno) +
                        "; mount a tmpfs on /dev/shm that you may write to and that is not full");
    }
    throw_errno("sem_open " + name_);
  }
  ~PosixSemNamedLink() override { ::sem_unlink(name_.c_str()); }
  Ticket ticket(Role) override { return {.address = name_, .handles = {}}; }
  void handed_over() override { ::sem_unlink(name_.c_str()); }

 private:
  std::string name_;
};

class PosixSemNamedEndpoint final : public Endpoint {
 public:
  PosixSemNamedEndpoint(const Ticket& ticket, Role, Wait wait)
      : semaphore_(::sem_open(ticket.address.c_str(), 0)), wait_(wait) {
    if (semaphore_ == SEM_FAILED) throw_errno("sem_open " + ticket.address);
  }
  ~PosixSemNamedEndpoint() override { ::sem_close(semaphore_); }

  Io send(std::span<const std::byte>) noexcept override {
    return retry_interrupted([&] { return ::sem_post(semaphore_); });
  }
  Io recv(std::span<std::byte>) noexcept override {
    const auto taken = [&] { return ::sem_trywait(semaphore_) == 0; };
    if (wait_ == Wait::spin) return {.status = os::spin_until(taken) ? Status::ok : Status::stopped};
    if (wait_ == Wait::adaptive && spin_.until(taken)) return {};
    return retry_interrupted([&] { return ::sem_wait(semaphore_); });
  }

 private:
  sem_t* semaphore_;
  Wait wait_;
  os::AdaptiveSpin spin_;
};

}  // namespace

extern constinit const Mechanism posix_sem_named{
    .traits = {.name = "posix_sem_named",
               .family = "notify",
               .summary = "POSIX semaphore with a name",
               .manual = "sem_overview(7)",
               .framing = Framing::signal,
               .lifetime = Lifetime::kernel,
               .waits = every_wait,
               .many_producers = true,
               .many_consumers = true,
               .survives_peer_kill = true,
               .named = true,
               .counterpart = "win_semaphore"},
    .create = create_as<PosixSemNamedLink>,
    .open = open_as<PosixSemNamedEndpoint>,
    .loops = loops_of<PosixSemNamedEndpoint>,
};

}  // namespace ipcmark
