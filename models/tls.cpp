#include "models/tls.hpp"

#include <stdexcept>

namespace ktlssim {

namespace {

constexpr std::int64_t kRecordHeaderBytes = 5;   // type, version, length
constexpr std::int64_t kExplicitNonceBytes = 8;  // RFC 5288 section 3
constexpr std::int64_t kExplicitIvBytes = 16;    // RFC 4346 section 6.2.3.2; TLS 1.0 has none
constexpr std::int64_t kTagBytes = 16;           // RFC 5116: AEAD_AES_*_GCM; RFC 8439 section 2.8
constexpr std::int64_t kInnerTypeBytes = 1;      // RFC 8446 section 5.2
constexpr std::int64_t kAesBlockBytes = 16;
constexpr std::int64_t kAad12Bytes = 13;  // RFC 5246 section 6.2.3.3: sequence number, type, version, length
constexpr std::int64_t kAad13Bytes = 5;   // RFC 8446 section 5.2: the record header

std::int64_t mac_bytes(Algorithm hmac) {
  switch (hmac) {
    case Algorithm::hmac_sha1:
      return 20;
    case Algorithm::hmac_sha256:
      return 32;
    case Algorithm::hmac_sha384:
      return 48;
    default:
      throw std::logic_error("not an HMAC");
  }
}

}  // namespace

bool is_aead(Cipher cipher) {
  return cipher == Cipher::aes_128_gcm || cipher == Cipher::aes_256_gcm ||
         cipher == Cipher::chacha20_poly1305;
}

Algorithm encryption(Cipher cipher) {
  switch (cipher) {
    case Cipher::aes_128_gcm:
      return Algorithm::aes_128_gcm;
    case Cipher::aes_256_gcm:
      return Algorithm::aes_256_gcm;
    case Cipher::chacha20_poly1305:
      return Algorithm::chacha20_poly1305;
    case Cipher::aes_128_cbc_sha1:
    case Cipher::aes_128_cbc_sha256:
      return Algorithm::aes_128_cbc;
    case Cipher::aes_256_cbc_sha1:
    case Cipher::aes_256_cbc_sha256:
    case Cipher::aes_256_cbc_sha384:
      return Algorithm::aes_256_cbc;
  }
  throw std::logic_error("unknown cipher");
}

Algorithm mac(Cipher cipher) {
  switch (cipher) {
    case Cipher::aes_128_cbc_sha1:
    case Cipher::aes_256_cbc_sha1:
      return Algorithm::hmac_sha1;
    case Cipher::aes_128_cbc_sha256:
    case Cipher::aes_256_cbc_sha256:
      return Algorithm::hmac_sha256;
    case Cipher::aes_256_cbc_sha384:
      return Algorithm::hmac_sha384;
    default:
      throw std::logic_error("an AEAD has no MAC of its own");
  }
}

bool allowed(TlsVersion version, Cipher cipher) {
  if (is_aead(cipher)) return version == TlsVersion::tls12 || version == TlsVersion::tls13;
  if (mac(cipher) == Algorithm::hmac_sha1) return version != TlsVersion::tls13;
  return version == TlsVersion::tls12;
}

Framing framing(TlsVersion version, Cipher cipher) {
  if (!is_aead(cipher)) {
    const std::int64_t iv = version == TlsVersion::tls10 ? 0 : kExplicitIvBytes;
    return {kRecordHeaderBytes + iv, mac_bytes(mac(cipher)), kAesBlockBytes, kAad12Bytes};
  }
  if (version == TlsVersion::tls13) return {kRecordHeaderBytes, kTagBytes + kInnerTypeBytes, 1, kAad13Bytes};
  const std::int64_t nonce = cipher == Cipher::chacha20_poly1305 ? 0 : kExplicitNonceBytes;  // RFC 7905
  return {kRecordHeaderBytes + nonce, kTagBytes, 1, kAad12Bytes};
}

}  // namespace ktlssim
