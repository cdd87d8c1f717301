// A pseudoterminal in raw mode: pty(7). A two-way stream of bytes, the producer at the terminal (slave), the
// consumer at its master, as a program and a terminal emulator or sshd are.
//
// In raw mode (cfmakeraw(3)) no byte means anything, so any payload passes. A read returns at most 4095
// bytes, however many were written, and some 13 to 22 KiB fit before a writer waits, by the sizes of its
// writes (measured). The end of the other side is EIO for a master that reads, after everything that was
// written; end of file for a terminal, at once: what it had not read is gone. A master may write to a
// terminal that nobody has open, and the write succeeds. Neither pty(7) nor tty_ioctl(4) says so (all
// measured).
//
// The terminal is opened by TIOCGPTPEER, which needs no path in /dev/pts and works where that is not mounted.
// It is nobody's controlling terminal (O_NOCTTY), so that its end sends no SIGHUP.
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "harness/fd_stream.hpp"
#include "harness/framing.hpp"
#include "harness/os/host.hpp"

namespace ipcmark {
namespace {

class PtyLink final : public Link {
 public:
  explicit PtyLink(const Options&) : master_(open_master()) {
    check(::grantpt(master_.fd()), "grantpt");
    check(::unlockpt(master_.fd()), "unlockpt");
    terminal_ = os::Handle(
        check(::ioctl(master_.fd(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC), "ioctl TIOCGPTPEER"));
    termios settings{};
    check(::tcgetattr(terminal_.fd(), &settings), "tcgetattr");
    ::cfmakeraw(&settings);
    check(::tcsetattr(terminal_.fd(), TCSANOW, &settings), "tcsetattr");
  }
  Ticket ticket(Role role) override {
    return {.address = {}, .handles = {(role == Role::producer ? terminal_ : master_).raw()}};
  }
  void handed_over() override {
    master_.reset();
    terminal_.reset();
  }

 private:
  static os::Handle open_master() {
    const int master = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master != -1) return os::Handle(master);
    if (errno == ENOSPC) {
      throw Unsupported("every pseudoterminal is in use: kernel.pty.max is " +
                        os::first_line("/proc/sys/kernel/pty/max").value_or("unknown") +
                        "; raise it with sysctl -w kernel.pty.max=...");
    }
    if (errno == ENOENT || errno == ENODEV || errno == ENXIO || errno == EACCES || errno == EPERM) {
      throw Unsupported("/dev/ptmx cannot be opened (" + std::generic_category().message(errno) +
                        "): mount it with mount -t devpts -o ptmxmode=666 devpts /dev/pts, and ln -s "
                        "pts/ptmx /dev/ptmx");
    }
    throw_errno("posix_openpt");
  }

  os::Handle master_, terminal_;
};

// See harness/framing.hpp.
class TerminalStream {
 public:
  explicit TerminalStream(os::Handle end) : bytes_(std::move(end)) {}

  Io write(std::span<const std::byte> first, std::span<const std::byte> second) noexcept {
    return hang_up_is_end(bytes_.write(first, second));
  }
  Io read(std::span<std::byte> first, std::span<std::byte> second) noexcept {
    return hang_up_is_end(bytes_.read(first, second));
  }

 private:
  static Io hang_up_is_end(Io io) noexcept {
    if (io.status == Status::error && io.os_error == EIO) [[unlikely]]
      return {.status = Status::closed};
    return io;
  }
  FdStream bytes_;
};

class PtyEndpoint final : public Endpoint {
 public:
  PtyEndpoint(const Ticket& ticket, Role, Wait wait)
      : frames_(TerminalStream(polling(os::Handle(ticket.handles.at(0)), wait)), ticket.max_message) {}

  Io send(std::span<const std::byte> message) noexcept override { return frames_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept override { return frames_.recv(buffer); }

 private:
  Framed<TerminalStream> frames_;
};

}  // namespace

extern constinit const Mechanism pty{
    .traits = {.name = "pty",
               .family = "pipe",
               .summary = "pseudoterminal in raw mode, a two-way stream of bytes",
               .manual = "pty(7)",
               .framing = Framing::bytes,
               .waits = blocks_or_polls,
               .duplex = true,
               .sees_peer_death = true,
               .survives_peer_kill = true},
    .create = create_as<PtyLink>,
    .open = open_as<PtyEndpoint>,
    .loops = loops_of<PtyEndpoint>,
};

}  // namespace ipcmark
