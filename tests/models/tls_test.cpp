#include "models/tls.hpp"

#include <gtest/gtest.h>

namespace ktlssim {
namespace {

// RFC 5246 section 6.2.3.3 and RFC 5288: 5 of header, 8 of explicit nonce, 16 of tag; RFC 8446 section 5.2: 5
// of header, 1 of inner type, 16 of tag.
TEST(Tls, a_full_record_on_the_wire) {
  for (const Cipher cipher : {Cipher::aes_128_gcm, Cipher::aes_256_gcm}) {
    EXPECT_EQ(framing(TlsVersion::tls12, cipher).wire_bytes(16384), 16384 + 29);
    EXPECT_EQ(framing(TlsVersion::tls13, cipher).wire_bytes(16384), 16384 + 22);
    EXPECT_EQ(framing(TlsVersion::tls12, cipher).aad_bytes, 13);
    EXPECT_EQ(framing(TlsVersion::tls13, cipher).aad_bytes, 5);
  }
}

TEST(Tls, pages_that_a_record_touches) {
  EXPECT_EQ(pages_of(1), 1);
  EXPECT_EQ(pages_of(4096), 1);
  EXPECT_EQ(pages_of(4097), 2);
  EXPECT_EQ(pages_of(16384), 4);
  EXPECT_EQ(pages_of(16384, 100), 5);
}

struct Size {
  TlsVersion version;
  Cipher cipher;
  std::int64_t payload;
  std::int64_t wire;
};

TEST(Framing, sizes_on_the_wire_are_those_of_the_rfcs) {
  using enum TlsVersion;
  using enum Cipher;
  const Size sizes[] = {
      // RFC 5288: header 5, explicit nonce 8, tag 16. RFC 7905: no explicit nonce. RFC 8446: type byte.
      {tls12, aes_256_gcm, 1, 1 + 5 + 8 + 16},
      {tls12, chacha20_poly1305, 16384, 16384 + 5 + 16},
      {tls13, chacha20_poly1305, 16384, 16384 + 5 + 1 + 16},
      // RFC 2246: no IV; 100 + 20 + 8 of padding = 128. RFC 4346: IV 16.
      {tls10, aes_128_cbc_sha1, 100, 5 + 128},
      {tls11, aes_256_cbc_sha1, 100, 5 + 16 + 128},
      // 16384 + 20 is 12 short of 1026 blocks.
      {tls10, aes_128_cbc_sha1, 16384, 5 + 16416},
      // A whole number of blocks takes a whole block of padding: 96 + 32 + 16.
      {tls12, aes_128_cbc_sha256, 96, 5 + 16 + 144},
      {tls12, aes_256_cbc_sha384, 16384, 5 + 16 + 16384 + 48 + 16},
  };
  for (const Size& s : sizes) EXPECT_EQ(framing(s.version, s.cipher).wire_bytes(s.payload), s.wire);
}

TEST(Framing, ciphers_belong_to_versions_as_ktls_create_session_has_it) {
  EXPECT_FALSE(allowed(TlsVersion::tls11, Cipher::aes_128_gcm));
  EXPECT_FALSE(allowed(TlsVersion::tls11, Cipher::aes_128_cbc_sha256));
  EXPECT_FALSE(allowed(TlsVersion::tls13, Cipher::aes_128_cbc_sha1));
  EXPECT_TRUE(allowed(TlsVersion::tls12, Cipher::aes_256_cbc_sha384));
}

}  // namespace
}  // namespace ktlssim
