#include "suites/conformance/contracts/linux/pipes.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <limits>
#include <map>

#include "harness/os/host.hpp"

namespace ipcmark {
namespace {

// The sequence that `bytes` writes and `drain` expects: it does not repeat with the size of a page.
char byte_at(std::size_t position) noexcept {
  return static_cast<char>(static_cast<std::uint64_t>(position) * 2654435761U >> 16U);
}

// With or without O_NONBLOCK; returns whether it was set before.
bool set_nonblocking(int fd, bool wanted) {
  const int flags = check(::fcntl(fd, F_GETFL), "fcntl F_GETFL");
  check(::fcntl(fd, F_SETFL, wanted ? flags | O_NONBLOCK : flags & ~O_NONBLOCK), "fcntl F_SETFL");
  return (flags & O_NONBLOCK) != 0;
}

void say_caught(int) {
  constexpr char line[] = "caught\n";
  static_cast<void>(!::write(static_cast<int>(os::first_child_handle), line, sizeof line - 1));
}

class OneEnd {
 public:
  explicit OneEnd(const Stage& stage)
      : path_(stage.text()), fd_(stage.text().empty() ? stage.fd(0) : static_cast<int>(os::no_handle)) {}

  std::string obey(const std::string& line) {
    using Order = std::string (OneEnd::*)(const std::string&);
    static const std::map<std::string, Order> orders{
        {"make", &OneEnd::make},        {"open", &OneEnd::open},     {"close", &OneEnd::close},
        {"write", &OneEnd::write},      {"bytes", &OneEnd::bytes},   {"fill", &OneEnd::fill},
        {"read", &OneEnd::read},        {"try", &OneEnd::read_now},  {"count", &OneEnd::count},
        {"drain", &OneEnd::drain},      {"poll", &OneEnd::poll_now}, {"wait", &OneEnd::wait},
        {"size", &OneEnd::size},        {"resize", &OneEnd::resize}, {"catch", &OneEnd::catch_signal},
        {"renounce", &OneEnd::renounce}};
    const std::size_t space = std::min(line.find(' '), line.size());
    const Order order = orders.at(line.substr(0, space));
    return (this->*order)(space == line.size() ? "" : line.substr(space + 1));
  }

 private:
  std::string make(const std::string&) { return ::mkfifo(path_.c_str(), 0600) == 0 ? "made" : result_of(-1); }
  std::string open(const std::string& how) {
    const bool reads = how.find('r') != std::string::npos, writes = how.find('w') != std::string::npos;
    const int access = reads && writes ? O_RDWR : reads ? O_RDONLY : O_WRONLY;
    fd_ = ::open(path_.c_str(), access | O_CLOEXEC | (how.ends_with('n') ? O_NONBLOCK : 0));
    return fd_ >= 0 ? "open" : result_of(-1);
  }
  std::string close(const std::string&) {
    check(::close(fd_), "close");
    return "closed";
  }

  std::string write(const std::string& text) { return result_of(::write(fd_, text.data(), text.size())); }
  std::string bytes(const std::string& size) {
    std::string piece(std::stoul(size), '\0');
    for (std::size_t k = 0; k < piece.size(); ++k) piece[k] = byte_at(written_ + k);
    const ssize_t result = ::write(fd_, piece.data(), piece.size());
    if (result > 0) written_ += static_cast<std::size_t>(result);
    return result_of(result);
  }
  std::string fill(const std::string& size) {
    const std::string piece(std::stoul(size), 'f');
    const bool before = set_nonblocking(fd_, true);
    long all = 0;
    ssize_t result = 0;
    while ((result = ::write(fd_, piece.data(), piece.size())) > 0) all += result;
    const std::string end = result_of(result);
    set_nonblocking(fd_, before);
    return std::to_string(all) + " " + end;
  }

  std::string read(const std::string& size) {
    std::string text(std::stoul(size), '\0');
    const ssize_t got = ::read(fd_, text.data(), text.size());
    if (got <= 0) return got == 0 ? "end" : result_of(-1);
    return text.substr(0, static_cast<std::size_t>(got));
  }
  std::string read_now(const std::string& size) {
    const bool before = set_nonblocking(fd_, true);
    std::string result = read(size);
    set_nonblocking(fd_, before);
    return result;
  }
  std::string count(const std::string& size) {
    const bool before = set_nonblocking(fd_, true);
    std::string text(std::stoul(size), '\0');
    std::string result = result_of(::read(fd_, text.data(), text.size()));
    set_nonblocking(fd_, before);
    return result;
  }
  std::string drain(const std::string& size) {
    const std::size_t wanted = size.empty() ? std::numeric_limits<std::size_t>::max() : std::stoul(size);
    std::size_t all = 0;
    bool right = true;
    char piece[10'000];
    while (all < wanted) {
      const ssize_t got = check(::read(fd_, piece, std::min(sizeof piece, wanted - all)), "read");
      if (got == 0) break;
      for (ssize_t k = 0; k < got; ++k) right &= piece[k] == byte_at(read_++);
      all += static_cast<std::size_t>(got);
    }
    return std::to_string(all) + (right ? "" : " wrong");
  }

  std::string poll_for(int timeout) const {
    pollfd one{.fd = fd_, .events = POLLIN | POLLOUT, .revents = 0};
    check(::poll(&one, 1, timeout), "poll");
    std::string events;
    constexpr std::pair<int, const char*> names[]{
        {POLLIN, "IN"}, {POLLOUT, "OUT"}, {POLLERR, "ERR"}, {POLLHUP, "HUP"}, {POLLNVAL, "NVAL"}};
    for (const auto& [event, name] : names) {
      if ((one.revents & event) != 0) events += (events.empty() ? "" : " ") + std::string(name);
    }
    return events.empty() ? "nothing" : events;
  }
  std::string poll_now(const std::string&) { return poll_for(0); }
  std::string wait(const std::string&) { return poll_for(-1); }

  std::string size(const std::string&) { return result_of(::fcntl(fd_, F_GETPIPE_SZ)); }
  std::string resize(const std::string& wanted) {
    return result_of(::fcntl(fd_, F_SETPIPE_SZ, std::stoi(wanted)));
  }
  std::string catch_signal(const std::string& how) {
    struct sigaction action {};
    action.sa_handler = say_caught;
    action.sa_flags = how == "restart" ? SA_RESTART : 0;
    check(::sigaction(SIGUSR1, &action, nullptr), "sigaction");
    return "ready";
  }
  std::string renounce(const std::string&) { return give_up_privileges() ? "nobody" : "oneself"; }

  std::string path_;
  int fd_;
  std::size_t written_ = 0, read_ = 0;
};

}  // namespace

const char* name_of(Form form) noexcept { return form == Form::pipe ? "a pipe of pipe(2)" : "a FIFO"; }

Pipe::Pipe(int flags) {
  int ends[2];
  check(::pipe2(ends, flags | O_CLOEXEC), "pipe2");
  read = os::Handle(ends[0]);
  write = os::Handle(ends[1]);
}

Pipe::Pipe(Form form) {
  if (form == Form::pipe) {
    *this = Pipe(0);
    return;
  }
  const Fifo fifo;
  // Without O_NONBLOCK this would wait for a writer.
  read = os::Handle(check(::open(fifo.path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC), "open of a FIFO"));
  write = os::Handle(check(::open(fifo.path().c_str(), O_WRONLY | O_CLOEXEC), "open of a FIFO"));
  set_nonblocking(read.fd(), false);
}

Fifo::Fifo()
    : folder_(os::private_directory(session_.id())),
      path_(folder_ + "/" + os::object_name(session_.id(), session_.next_link())) {
  check(::mkfifo(path_.c_str(), 0600), "mkfifo");
}
Fifo::~Fifo() { ::unlink(path_.c_str()); }

long page_bytes() { return ::sysconf(_SC_PAGESIZE); }
long slots_of(const os::Handle& end) {
  return check(::fcntl(end.fd(), F_GETPIPE_SZ), "fcntl F_GETPIPE_SZ") / page_bytes();
}

void hold_one_end(Stage& stage) {
  std::signal(SIGPIPE, SIG_IGN);
  OneEnd end(stage);
  for (;;) stage.say(end.obey(stage.hear()));
}

bool give_up_privileges() {
  constexpr unsigned nobody = 65534;
  const bool may = ::setgroups(0, nullptr) == 0 && ::setresgid(nobody, nobody, nobody) == 0 &&
                   ::setresuid(nobody, nobody, nobody) == 0;
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3]{};
  check(::syscall(SYS_capset, &header, none), "capset");
  return may;
}

}  // namespace ipcmark
