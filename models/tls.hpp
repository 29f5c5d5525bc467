// TLS versions, ciphers and the bytes that framing adds to a record (RFC 5246, RFC 5288, RFC 8446).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace ktlssim {

enum class TlsVersion { tls12, tls13 };
enum class Cipher { aes_128_gcm, aes_256_gcm };

inline constexpr std::array<std::string_view, 2> kTlsVersionNames{"1.2", "1.3"};
inline constexpr std::array<std::string_view, 2> kCipherNames{"aes-128-gcm", "aes-256-gcm"};
inline constexpr std::size_t kCipherCount = kCipherNames.size();

inline constexpr std::int64_t kTlsMaxPayloadBytes = 16384;  // RFC 8446 section 5.1: 2^14
inline constexpr std::int64_t kPageBytes = 4096;            // amd64

struct Framing {
  std::int64_t header_bytes;   // record header, and the explicit nonce in TLS 1.2
  std::int64_t trailer_bytes;  // authentication tag, and the inner content type in TLS 1.3
  std::int64_t aad_bytes;      // additional data that the driver authenticates

  std::int64_t wire_bytes(std::int64_t payload_bytes) const {
    return payload_bytes + header_bytes + trailer_bytes;
  }
};

Framing framing(TlsVersion version, Cipher cipher);

// Pages that `bytes` touch, starting `offset` into a page.
constexpr std::int64_t pages_of(std::int64_t bytes, std::int64_t offset = 0) {
  return (offset % kPageBytes + bytes + kPageBytes - 1) / kPageBytes;
}

}  // namespace ktlssim
