#include "models/tls.hpp"

namespace ktlssim {

namespace {
constexpr std::int64_t kRecordHeaderBytes = 5;   // type, version, length
constexpr std::int64_t kExplicitNonceBytes = 8;  // RFC 5288 section 3
constexpr std::int64_t kTagBytes = 16;           // RFC 5116: AEAD_AES_*_GCM
constexpr std::int64_t kInnerTypeBytes = 1;      // RFC 8446 section 5.2
constexpr std::int64_t kAad12Bytes = 13;  // RFC 5246 section 6.2.3.3: sequence number, type, version, length
constexpr std::int64_t kAad13Bytes = 5;   // RFC 8446 section 5.2: the record header
}  // namespace

Framing framing(TlsVersion version, Cipher cipher) {
  switch (cipher) {
    case Cipher::aes_128_gcm:
    case Cipher::aes_256_gcm:
      break;
  }
  if (version == TlsVersion::tls12) return {kRecordHeaderBytes + kExplicitNonceBytes, kTagBytes, kAad12Bytes};
  return {kRecordHeaderBytes, kTagBytes + kInnerTypeBytes, kAad13Bytes};
}

}  // namespace ktlssim
