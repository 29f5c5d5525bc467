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

}  // namespace
}  // namespace ktlssim
