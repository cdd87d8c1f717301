// TLS 1.3 over a connected socket, as a stream of bytes.
#pragma once

#include <fcntl.h>
#include <openssl/ssl.h>

#include <array>
#include <cerrno>
#include <utility>

#include "harness/fd_stream.hpp"
#include "mechanisms/socket/tls_identity.hpp"

namespace ipcmark {

using TlsContext = std::unique_ptr<SSL_CTX, FreeBy<SSL_CTX_free>>;

inline TlsContext tls_context(bool server) {
  TlsContext context(::SSL_CTX_new(server ? ::TLS_server_method() : ::TLS_client_method()));
  SSL_CTX* c = context.get();
  require_tls(c != nullptr, "SSL_CTX_new");
  require_tls(SSL_CTX_set_min_proto_version(c, TLS1_3_VERSION) == 1, "SSL_CTX_set_min_proto_version");
  require_tls(SSL_CTX_set_max_proto_version(c, TLS1_3_VERSION) == 1, "SSL_CTX_set_max_proto_version");
  require_tls(::SSL_CTX_set_ciphersuites(c, "TLS_AES_128_GCM_SHA256") == 1, "SSL_CTX_set_ciphersuites");
  return context;
}

inline TlsContext server_context(const TlsPapers& papers) {
  TlsContext context = tls_context(true);
  SSL_CTX* c = context.get();
  require_tls(::SSL_CTX_use_certificate(c, papers.certificate.get()) == 1, "SSL_CTX_use_certificate");
  require_tls(::SSL_CTX_use_PrivateKey(c, papers.key.get()) == 1, "SSL_CTX_use_PrivateKey");
  require_tls(::SSL_CTX_set_num_tickets(c, 0) == 1, "SSL_CTX_set_num_tickets");
  return context;
}

// Trusts one certificate, and only at this address.
inline TlsContext client_context(const TlsPapers& papers, const char* address) {
  TlsContext context = tls_context(false);
  SSL_CTX* c = context.get();
  require_tls(::X509_STORE_add_cert(::SSL_CTX_get_cert_store(c), papers.certificate.get()) == 1,
              "X509_STORE_add_cert");
  require_tls(::X509_VERIFY_PARAM_set1_ip_asc(::SSL_CTX_get0_param(c), address) == 1,
              "X509_VERIFY_PARAM_set1_ip_asc");
  ::SSL_CTX_set_verify(c, SSL_VERIFY_PEER, nullptr);
  return context;
}

// Says farewell (close_notify) before it goes, unless that would wait.
struct EndTls {
  void operator()(SSL* session) const noexcept {
    ::fcntl(::SSL_get_fd(session), F_SETFL, O_NONBLOCK);
    ::SSL_shutdown(session);
    ::SSL_free(session);
    ::ERR_clear_error();
  }
};

// See harness/framing.hpp.
class TlsStream {
 public:
  // Shakes hands; waits for the other side to do so.
  TlsStream(os::Handle socket, const TlsContext& context, bool server)
      : socket_(std::move(socket)), session_(::SSL_new(context.get())) {
    SSL* session = session_.get();
    require_tls(session != nullptr && ::SSL_set_fd(session, socket_.fd()) == 1, "SSL_set_fd");
    server ? ::SSL_set_accept_state(session) : ::SSL_set_connect_state(session);
    for (int done = 0; (done = ::SSL_do_handshake(session)) != 1;) {
      require_tls(would_wait(::SSL_get_error(session, done)) && !os::stop_requested(), "SSL_do_handshake");
    }
  }

  // A header and the begin of its payload fill one record, so that a frame of up to 16 KiB is one SSL_write,
  // a larger one is two, and neither has more records than it must.
  Io write(std::span<const std::byte> first, std::span<const std::byte> second) noexcept {
    if (!second.empty()) {
      const std::size_t of_second = std::min(second.size(), record_.size() - first.size());
      copy_bytes(record_.data(), first.data(), first.size());
      copy_bytes(record_.data() + first.size(), second.data(), of_second);
      first = {record_.data(), first.size() + of_second};
    }
    return repeat(
        [&](std::size_t& size) { return ::SSL_write_ex(session_.get(), first.data(), first.size(), &size); });
  }

  // What of a record is not read stays in OpenSSL's buffer, so there is nothing to scatter.
  Io read(std::span<std::byte> first, std::span<std::byte>) noexcept {
    return repeat(
        [&](std::size_t& size) { return ::SSL_read_ex(session_.get(), first.data(), first.size(), &size); });
  }

 private:
  static bool would_wait(int error) noexcept {
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
  }

  // Makes a call again when a signal has interrupted it or, polling, when it would have waited: OpenSSL says
  // the same to both.
  template <class Call>
  Io repeat(Call call) noexcept {
    for (;;) {
      std::size_t size = 0;
      errno = 0;
      const int done = call(size);
      if (done == 1) [[likely]]
        return {.size = size};
      const int system_error = errno;
      const int error = ::SSL_get_error(session_.get(), done);
      if (!would_wait(error)) return why_it_ended(error, system_error);
      if (os::stop_requested()) return {.status = Status::stopped};
    }
  }

  [[gnu::noinline, gnu::cold]] static Io why_it_ended(int error, int system_error) noexcept {
    const int reason = ERR_GET_REASON(::ERR_peek_error());
    ::ERR_clear_error();
    if (error == SSL_ERROR_ZERO_RETURN) return {.status = Status::closed};
    if (error == SSL_ERROR_SYSCALL) return io_of_errno(system_error);
    if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) return {.status = Status::closed};
    return {.status = Status::error, .os_error = EPROTO};
  }

  os::Handle socket_;
  std::unique_ptr<SSL, EndTls> session_;
  std::array<std::byte, SSL3_RT_MAX_PLAIN_LENGTH> record_;
};

}  // namespace ipcmark
