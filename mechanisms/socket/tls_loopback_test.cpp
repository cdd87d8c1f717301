#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>

#include "mechanisms/link_testing.hpp"
#include "mechanisms/socket/tls_identity.hpp"

namespace ipcmark {
namespace {

using Payload = std::array<std::byte, 64>;

class TlsLoopback : public testing::Test {
 protected:
  // The producer in a process of its own. It ends by SIGKILL, so that it says no farewell.
  void start_producer(std::function<void(Endpoint&)> work) {
    const Ticket ticket = link_.ticket(Role::producer);
    producer_ = check(::fork(), "fork");
    if (producer_ != 0) return;
    work(*link_.open(ticket, Role::producer));
    ::raise(SIGKILL);
  }
  ~TlsLoopback() override {
    if (producer_ > 0) ::waitpid(producer_, nullptr, 0);
  }
  LinkUnderTest link_{"tls_loopback", std::tuple_size_v<Payload>};
  pid_t producer_ = 0;
};

TEST_F(TlsLoopback, AnEndWithoutAFarewellIsClosed) {
  start_producer([](Endpoint& producer) { static_cast<void>(producer.send(Payload{})); });
  const auto consumer = link_.open(Role::consumer);
  Payload received;
  EXPECT_EQ(consumer->recv(received).status, Status::ok);
  EXPECT_EQ(consumer->recv(received).status, Status::closed);
}

// Bytes that look like a record, from somebody who does not have the keys, on every connection of his.
void forge_a_record() {
  const std::array<unsigned char, 5 + 32> record{0x17, 0x03, 0x03, 0x00, 0x20, 0xAB};
  for (int fd = 3; fd < 256; ++fd) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0 && peer.sin_family == AF_INET)
      static_cast<void>(!::write(fd, record.data(), record.size()));
  }
}

TEST_F(TlsLoopback, AForgedRecordIsAnErrorAndNoEnd) {
  start_producer([](Endpoint&) { forge_a_record(); });
  const auto consumer = link_.open(Role::consumer);
  Payload received;
  const Io io = consumer->recv(received);
  EXPECT_EQ(io.status, Status::error);
  EXPECT_EQ(io.os_error, EPROTO);
}

TEST_F(TlsLoopback, AClientRefusesTheServerOfAnotherRun) {
  LinkUnderTest other("tls_loopback", std::tuple_size_v<Payload>);
  const Ticket consumer_ticket = link_.ticket(Role::consumer);
  producer_ = check(::fork(), "fork");
  if (producer_ == 0) {  // the server, which is told why the client leaves
    try {
      link_.open(consumer_ticket, Role::consumer);
    } catch (const std::exception&) {
    }
    ::_exit(0);
  }
  Ticket ticket = link_.ticket(Role::producer);
  ticket.handles = other.ticket(Role::producer).handles;
  try {
    link_.open(ticket, Role::producer);
    FAIL() << "the client took a certificate that it does not know";
  } catch (const std::exception& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("certificate verify failed"));
  }
}

TEST(TlsIdentityTest, TheClientGetsNoKey) {
  const TlsIdentity identity("127.0.0.1");
  EXPECT_NO_THROW(TlsPapers(identity.for_server(), true));
  EXPECT_NO_THROW(TlsPapers(identity.for_client(), false));
  EXPECT_THROW(TlsPapers(identity.for_client(), true), std::runtime_error);
}

}  // namespace
}  // namespace ipcmark
