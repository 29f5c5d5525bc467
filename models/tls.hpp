// TLS versions, ciphers and the bytes that framing adds to a record (RFC 2246, 4346, 5246, 5288, 7905, 8446).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ktlssim {

enum class TlsVersion { tls10, tls11, tls12, tls13 };
inline constexpr std::array<std::string_view, 4> kTlsVersionNames{"1.0", "1.1", "1.2", "1.3"};
inline std::string_view name(TlsVersion version) { return kTlsVersionNames[static_cast<std::size_t>(version)]; }

// What OpenCrypto drivers are asked for.
enum class Algorithm {
  aes_128_gcm,
  aes_256_gcm,
  chacha20_poly1305,
  aes_128_cbc,
  aes_256_cbc,
  hmac_sha1,
  hmac_sha256,
  hmac_sha384
};
inline constexpr std::array<std::string_view, 8> kAlgorithmNames{
    "aes-128-gcm", "aes-256-gcm", "chacha20-poly1305", "aes-128-cbc",
    "aes-256-cbc", "hmac-sha1",   "hmac-sha256",       "hmac-sha384"};
inline std::string_view name(Algorithm algorithm) { return kAlgorithmNames[static_cast<std::size_t>(algorithm)]; }
inline constexpr std::size_t kAlgorithmCount = kAlgorithmNames.size();

constexpr bool is_mac(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::hmac_sha1:
    case Algorithm::hmac_sha256:
    case Algorithm::hmac_sha384:
      return true;
    case Algorithm::aes_128_gcm:
    case Algorithm::aes_256_gcm:
    case Algorithm::chacha20_poly1305:
    case Algorithm::aes_128_cbc:
    case Algorithm::aes_256_cbc:
      return false;
  }
  return false;
}

// What KTLS takes for a session: AEADs, and AES-CBC with an HMAC. AES-192 is refused.
enum class Cipher {
  aes_128_gcm,
  aes_256_gcm,
  chacha20_poly1305,
  aes_128_cbc_sha1,
  aes_256_cbc_sha1,
  aes_128_cbc_sha256,
  aes_256_cbc_sha256,
  aes_256_cbc_sha384
};
inline constexpr std::array<std::string_view, 8> kCipherNames{
    "aes-128-gcm",      "aes-256-gcm",        "chacha20-poly1305",  "aes-128-cbc-sha1",
    "aes-256-cbc-sha1", "aes-128-cbc-sha256", "aes-256-cbc-sha256", "aes-256-cbc-sha384"};
inline std::string_view name(Cipher cipher) { return kCipherNames[static_cast<std::size_t>(cipher)]; }
inline constexpr std::size_t kCipherCount = kCipherNames.size();

inline constexpr std::int64_t kTlsMaxPayloadBytes = 16384;  // RFC 8446 section 5.1: 2^14
inline constexpr std::int64_t kPageBytes = 4096;            // amd64; other hosts say

// Whether the cipher authenticates by itself. Otherwise a record takes two requests, `mac` and `encryption`.
bool is_aead(Cipher cipher);
Algorithm encryption(Cipher cipher);
// Precondition: not an AEAD.
Algorithm mac(Cipher cipher);
// Whether ktls_create_session takes the pair: AEADs from 1.2 on, CBC up to 1.2, SHA-2 MACs in 1.2 only.
bool allowed(TlsVersion version, Cipher cipher);

struct Framing {
  std::int64_t header_bytes;  // record header, and the explicit nonce or IV where there is one
  std::int64_t tag_bytes;     // authentication tag or MAC, and the inner content type of TLS 1.3
  std::int64_t block_bytes;   // payload, MAC and padding (1 to 16 bytes) fill whole blocks; 1 = no padding
  std::int64_t aad_bytes;     // what is authenticated beside the payload

  std::int64_t trailer_bytes(std::int64_t payload_bytes) const {
    if (block_bytes == 1) return tag_bytes;
    return tag_bytes + block_bytes - (payload_bytes + tag_bytes) % block_bytes;
  }
  std::int64_t wire_bytes(std::int64_t payload_bytes) const {
    return header_bytes + payload_bytes + trailer_bytes(payload_bytes);
  }
};

Framing framing(TlsVersion version, Cipher cipher);

// Pages that `bytes` touch, starting `offset` into a page.
constexpr std::int64_t pages_of(std::int64_t bytes, std::int64_t offset = 0, std::int64_t page_bytes = kPageBytes) {
  return (offset % page_bytes + bytes + page_bytes - 1) / page_bytes;
}

}  // namespace ktlssim
