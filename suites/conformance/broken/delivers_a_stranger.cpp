// Delivers a message of an earlier run: its first run leaves one in the file that IPCMARK_STRANGER names, and
// later ones send it. Without such a file it does what it should.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class DeliversAStranger final : public Endpoint {
 public:
  DeliversAStranger(const Ticket& ticket, Role, Wait) : honest_(ticket) {}

  Io send(std::span<const std::byte> message) noexcept override {
    if (++calls_ == broken::when) meet_stranger(message);
    return honest_.send(message);
  }
  Io recv(std::span<std::byte> buffer) noexcept override { return honest_.recv(buffer); }

 private:
  void meet_stranger(std::span<const std::byte> message) noexcept {
    const char* const path = std::getenv("IPCMARK_STRANGER");
    if (path == nullptr) return;
    if (std::ifstream file(path, std::ios::binary); file) {
      const std::string stranger{std::istreambuf_iterator<char>(file), {}};
      static_cast<void>(honest_.send(std::as_bytes(std::span(stranger))));
    } else {
      std::ofstream(path, std::ios::binary)
          .write(reinterpret_cast<const char*>(message.data()), static_cast<std::streamsize>(message.size()));
    }
  }
  broken::Honest honest_;
  std::uint64_t calls_ = 0;
};

}  // namespace

extern constinit const Mechanism delivers_a_stranger =
    broken::mechanism<DeliversAStranger>("delivers_a_stranger", "delivers a message of an earlier run");

}  // namespace ipcmark
