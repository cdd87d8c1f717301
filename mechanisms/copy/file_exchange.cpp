// A file for every message: written under one name, renamed to its number, announced through a pipe, read,
// unlinked.
//
// rename(2) is atomic, so that nobody who looks into the folder ever finds half a message under its number;
// the pipe only says that there is one, and how long it is. Nothing is synchronised to a disk: fsync(2) is
// for surviving a crash of the host, and other processes see the bytes at once. The price is what the file
// system under TMPDIR asks for a create, a rename and an unlink, so that a figure is one of that file system.
//
// At most as many files lie there as the depth says: the producer counts them, and a second pipe brings back
// a byte for each that is gone. Both pipes tell of the other side's death, behind what was sent before it.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

#include "harness/fd_stream.hpp"
#include "harness/os/host.hpp"

namespace ipcmark {
namespace {

struct Pipe {
  os::Handle out, in;
};

Pipe make_pipe() {
  int ends[2];
  check(::pipe2(ends, O_CLOEXEC), "pipe2");
  return {os::Handle(ends[0]), os::Handle(ends[1])};
}

class FileExchangeLink final : public Link {
 public:
  explicit FileExchangeLink(const Options& options)
      : folder_(os::private_directory(options.run) + "/exchange-" + std::to_string(options.link)) {
    check(::mkdir(folder_.c_str(), 0700), "mkdir");
    struct statvfs space {};
    const std::size_t needed = options.max_message * options.depth;
    if (::statvfs(folder_.c_str(), &space) == 0 && std::size_t{space.f_bavail} * space.f_frsize < needed) {
      remove();
      throw Unsupported(std::to_string(needed >> 20) + " MiB of files do not fit into " + folder_ +
                        "; set TMPDIR to a folder with more room");
    }
  }
  ~FileExchangeLink() override {
    handed_over();  // to remove a folder takes a descriptor
    remove();
  }
  Ticket ticket(Role role) override {
    if (role == Role::producer)
      return {.address = folder_, .handles = {announced_.in.raw(), gone_.out.raw()}};
    return {.address = folder_, .handles = {announced_.out.raw(), gone_.in.raw()}};
  }
  void handed_over() final {
    announced_ = {};
    gone_ = {};
  }

 private:
  void remove() noexcept {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::string folder_;
  Pipe announced_ = make_pipe(), gone_ = make_pipe();
};

class FileExchangeEndpoint final : public Endpoint {
 public:
  FileExchangeEndpoint(const Ticket& ticket, Role, Wait wait)
      : folder_(check(::open(ticket.address.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC), "open of a folder")),
        announced_(polling(os::Handle(ticket.handles.at(0)), wait)),
        gone_(polling(os::Handle(ticket.handles.at(1)), wait)),
        places_(ticket.depth) {}

  Io send(std::span<const std::byte> message) noexcept override {
    if (places_ == 0) {
      std::array<std::byte, 64> gone;
      const Io io = to_end([&] { return ::read(gone_.fd(), gone.data(), gone.size()); });
      if (io.status != Status::ok) return io;
      places_ = io.size;
    }
    if (const Io io = write_file(message); io.status != Status::ok) return io;
    const Name name(number_++);
    if (::renameat(folder_.fd(), unfinished, folder_.fd(), name.text.data()) == -1) return io_of_errno(errno);
    --places_;
    const std::uint64_t length = message.size();
    const Io io = retry_interrupted([&] { return ::write(announced_.fd(), &length, sizeof length); });
    return {.size = message.size(), .status = io.status, .os_error = io.os_error};
  }

  Io recv(std::span<std::byte> buffer) noexcept override {
    std::uint64_t length = 0;
    const Io io = to_end([&] { return ::read(announced_.fd(), &length, sizeof length); });
    if (io.status != Status::ok) return io;
    const Name name(number_++);
    const os::Handle file(::openat(folder_.fd(), name.text.data(), O_RDONLY | O_CLOEXEC));
    if (!file) return io_of_errno(errno);
    const std::size_t kept = std::min<std::size_t>(length, buffer.size());
    for (std::size_t done = 0; done < kept;) {
      const Io part = to_end([&] { return ::read(file.fd(), buffer.data() + done, kept - done); });
      if (part.status != Status::ok) return part;
      done += part.size;
    }
    if (::unlinkat(folder_.fd(), name.text.data(), 0) == -1) return io_of_errno(errno);
    const std::byte one{};
    const Io told = retry_interrupted([&] { return ::write(gone_.fd(), &one, 1); });
    // A producer that has died needs no answer, and its messages are still read.
    if (told.status != Status::ok && told.status != Status::closed) return told;
    return {.size = kept, .status = kept < length ? Status::truncated : Status::ok};
  }

 private:
  static constexpr const char* unfinished = "unfinished";

  struct Name {
    std::array<char, 24> text{};
    explicit Name(std::uint64_t number) noexcept { std::to_chars(text.begin(), text.end() - 1, number); }
  };

  template <class Call>
  static Io to_end(Call call) noexcept {
    const Io io = retry_interrupted(call);
    if (io.status == Status::ok && io.size == 0) return {.status = Status::closed};
    return io;
  }

  Io write_file(std::span<const std::byte> message) noexcept {
    const os::Handle file(::openat(folder_.fd(), unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file) return io_of_errno(errno);
    while (!message.empty()) {
      const Io io = retry_interrupted([&] { return ::write(file.fd(), message.data(), message.size()); });
      if (io.status != Status::ok) return io;
      message = message.subspan(io.size);
    }
    return {};
  }

  os::Handle folder_, announced_, gone_;
  std::size_t places_;  // a producer's: files that may still be added
  std::uint64_t number_ = 0;
};

}  // namespace

extern constinit const Mechanism file_exchange{
    .traits = {.name = "file_exchange",
               .family = "copy",
               .summary = "a file per message, renamed into place and announced by a pipe",
               .manual = "rename(2)",
               .lifetime = Lifetime::file,
               .waits = blocks_or_polls,
               .sees_peer_death = true,
               .survives_peer_kill = true},
    .create = create_as<FileExchangeLink>,
    .open = open_as<FileExchangeEndpoint>,
    .loops = loops_of<FileExchangeEndpoint>,
};

}  // namespace ipcmark
