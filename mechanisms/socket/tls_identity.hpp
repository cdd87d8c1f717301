// Who the server of a TLS connection is, for one run: a key and a certificate that are made in memory and
// reach one child each through a pipe.
//
// The certificate is its own issuer (ECDSA P-256, X.509 version 3, for 127.0.0.1, valid for a day around
// now), and the only one that the client trusts. The key never has a name, in no file system.
#pragma once

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "harness/errors.hpp"
#include "harness/os/handle.hpp"

namespace ipcmark {

template <auto Free>
struct FreeBy {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, FreeBy<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, FreeBy<X509_free>>;
using Bytes = std::unique_ptr<BIO, FreeBy<BIO_free_all>>;

// Throws what OpenSSL says, unless a call of set-up went well.
inline void require_tls(bool good, const char* call) {
  if (good) return;
  char words[256] = "no reason given";
  if (const unsigned long error = ::ERR_get_error(); error != 0)
    ::ERR_error_string_n(error, words, sizeof words);
  ::ERR_clear_error();
  throw std::runtime_error(std::string(call) + ": " + words);
}

inline Certificate certificate_of(EVP_PKEY* key, const char* address) {
  constexpr long day = 86400;  // seconds
  Certificate made(::X509_new());
  X509* x = made.get();
  const unsigned char* name = reinterpret_cast<const unsigned char*>("ipcmark");
  bool good =
      x != nullptr && ::X509_set_version(x, X509_VERSION_3) == 1 &&
      ::ASN1_INTEGER_set(::X509_get_serialNumber(x), 1) == 1 &&
      ::X509_gmtime_adj(::X509_getm_notBefore(x), -day) != nullptr &&
      ::X509_gmtime_adj(::X509_getm_notAfter(x), day) != nullptr && ::X509_set_pubkey(x, key) == 1 &&
      ::X509_NAME_add_entry_by_txt(::X509_get_subject_name(x), "CN", MBSTRING_ASC, name, -1, -1, 0) == 1 &&
      ::X509_set_issuer_name(x, ::X509_get_subject_name(x)) == 1;
  const std::unique_ptr<X509_EXTENSION, FreeBy<X509_EXTENSION_free>> whose(
      ::X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, (std::string("IP:") + address).c_str()));
  good = good && whose && ::X509_add_ext(x, whose.get(), -1) == 1 && ::X509_sign(x, key, ::EVP_sha256()) > 0;
  require_tls(good, "X509_sign");
  return made;
}

// The read end of a pipe that holds some bytes and is at its end behind it: read once, and gone.
inline os::Handle pipe_with(BIO* content) {
  char* bytes = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(content, &bytes));
  int ends[2];
  check(::pipe2(ends, O_CLOEXEC), "pipe2");
  os::Handle read(ends[0]);
  const os::Handle write(ends[1]);
  // Less than PIPE_BUF, so that it fits into an empty pipe at once: pipe(7).
  if (::write(write.fd(), bytes, size) != static_cast<ssize_t>(size)) throw_errno("write to a pipe");
  return read;
}

class TlsIdentity {
 public:
  explicit TlsIdentity(const char* address) : key_(EVP_EC_gen("P-256")) {
    require_tls(key_ != nullptr, "EVP_EC_gen");
    certificate_ = certificate_of(key_.get(), address);
  }
  os::Handle for_client() const { return pipe_with(written(false).get()); }
  os::Handle for_server() const { return pipe_with(written(true).get()); }

 private:
  Bytes written(bool with_key) const {
    Bytes bytes(::BIO_new(::BIO_s_secmem()));
    require_tls(bytes != nullptr && ::i2d_X509_bio(bytes.get(), certificate_.get()) == 1 &&
                    (!with_key || ::i2d_PrivateKey_bio(bytes.get(), key_.get()) == 1),
                "i2d_X509_bio");
    return bytes;
  }
  Key key_;
  Certificate certificate_;
};

// In a child: what its pipe holds.
struct TlsPapers {
  TlsPapers(const os::Handle& pipe, bool with_key) {
    const Bytes bytes(::BIO_new_fd(pipe.fd(), BIO_NOCLOSE));
    require_tls(bytes != nullptr, "BIO_new_fd");
    certificate.reset(::d2i_X509_bio(bytes.get(), nullptr));
    require_tls(certificate != nullptr, "d2i_X509_bio");
    if (!with_key) return;
    key.reset(::d2i_PrivateKey_bio(bytes.get(), nullptr));
    require_tls(key != nullptr, "d2i_PrivateKey_bio");
  }
  Certificate certificate;
  Key key;
};

}  // namespace ipcmark
