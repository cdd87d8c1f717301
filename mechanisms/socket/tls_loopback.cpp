// TLS 1.3 (RFC 8446) by OpenSSL over TCP on 127.0.0.1 with TCP_NODELAY: ssl(7ssl).
//
// The consumer is the server, with a certificate that is made for the run; the producer verifies it, and
// nothing verifies the producer. The cipher suite is TLS_AES_128_GCM_SHA256, the one that every
// implementation has. Both shake hands when they open, which takes both: each waits there for the other, as
// accept(2) does for connect(2).
//
// Session tickets are off (SSL_CTX_set_num_tickets(3ssl)): a server sends two behind the handshake, and a
// client that only ever writes never reads them, so that its close(2) finds unread bytes and resets the
// connection, with whatever was still under way to the server.
//
// A record holds 16 KiB at most. OpenSSL makes a write(2) of each, so that 1 MiB is 65 of them, and two
// read(2) of each, its header of five bytes first (measured with OpenSSL 3.0). SSL_CTX_set_read_ahead(3ssl)
// would save one of those, and is off, since it would also take several messages at once, which no other
// stream here does.
//
// A peer that was killed has said no farewell (close_notify), and the stream ends all the same. OpenSSL 3
// tells that (SSL_R_UNEXPECTED_EOF_WHILE_READING) from a record that was forged or damaged, which is an
// error here; the end without a farewell is `closed`. Whether the other side died or somebody on the way cut
// the connection, TLS cannot know, and a message of which a part is missing is never delivered.
#include "harness/framing.hpp"
#include "mechanisms/socket/tcp_connection.hpp"
#include "mechanisms/socket/tls_stream.hpp"

namespace ipcmark {
namespace {

constexpr const char* address = "127.0.0.1";

class TlsLoopbackLink final : public Link {
 public:
  explicit TlsLoopbackLink(const Options& options) : tcp_(options), identity_(std::in_place, address) {}
  Ticket ticket(Role role) override {
    Ticket ticket = tcp_.ticket(role);
    papers_.push_back(role == Role::consumer ? identity_->for_server() : identity_->for_client());
    ticket.handles.push_back(papers_.back().raw());
    return ticket;
  }
  void handed_over() override {
    tcp_.handed_over();
    papers_.clear();
    identity_.reset();
  }

 private:
  TcpLink tcp_;
  std::optional<TlsIdentity> identity_;
  std::vector<os::Handle> papers_;
};

TlsStream secured(const Ticket& ticket, Role role, Wait wait) {
  const bool server = role == Role::consumer;
  const TlsPapers papers(os::Handle(ticket.handles.back()), server);
  const TlsContext context = server ? server_context(papers) : client_context(papers, address);
  return {polling(connected_by_tcp(ticket, role), wait), context, server};
}

class TlsLoopbackEndpoint final : public Endpoint {
 public:
  TlsLoopbackEndpoint(const Ticket& ticket, Role role, Wait wait)
      : frames_(secured(ticket, role, wait), ticket.max_message) {}

  Io send(std::span<const std::byte> message) noexcept override { return frames_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept override { return frames_.recv(buffer); }

 private:
  Framed<TlsStream> frames_;
};

}  // namespace

extern constinit const Mechanism tls_loopback{
    .traits = {.name = "tls_loopback",
               .family = "socket",
               .summary = "TLS 1.3 by OpenSSL over TCP on 127.0.0.1",
               .manual = "ssl(7ssl)",
               .framing = Framing::bytes,
               .waits = blocks_or_polls,
               .axes = {.buffer = true},
               .duplex = true,
               .sees_peer_death = true,
               .survives_peer_kill = true,
               .named = true,
               .needs = "a certificate and its key"},
    .create = create_as<TlsLoopbackLink>,
    .open = open_as<TlsLoopbackEndpoint>,
    .loops = loops_of<TlsLoopbackEndpoint>,
};

}  // namespace ipcmark
