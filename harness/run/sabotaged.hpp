// An end of a mechanism that is made worse on purpose, to show that it is found out: it does nothing else for
// a given time after every receive, or dies. What carries it costs a call more, so that both sides of a
// comparison are given one, one of them with a time of zero.
#pragma once

#include <memory>

#include "harness/mechanism.hpp"

namespace ipcmark {

struct Sabotage {
  double slower_ns = 0;  // of each receive
  bool dies = false;     // at its tenth receive, by abort(3)
};

class Sabotaged final : public Endpoint {
 public:
  // Measures here how long a turn of its loop takes, in some tenths of a millisecond.
  Sabotaged(std::unique_ptr<Endpoint> endpoint, const Sabotage& sabotage);

  Io send(std::span<const std::byte> message) noexcept override { return endpoint_->send(message); }
  Io recv(std::span<std::byte> buffer) noexcept override {
    const Io io = endpoint_->recv(buffer);
    turn(turns_);
    if (receives_left_ > 0 && --receives_left_ == 0) die();
    return io;
  }

 private:
  static void turn(std::uint64_t turns) noexcept;
  [[noreturn]] static void die() noexcept;

  std::unique_ptr<Endpoint> endpoint_;
  std::uint64_t turns_ = 0;
  unsigned receives_left_;
};

}  // namespace ipcmark
