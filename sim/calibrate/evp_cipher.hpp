// A TLS 1.2 record's AEAD through OpenSSL, as a KTLS software backend would do it: key set once, nonce and 13
// bytes of additional data per record.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>

#include "models/tls.hpp"

namespace ktlssim {

class EvpCipher {
 public:
  explicit EvpCipher(Algorithm algorithm) : context_(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free) {
    require(context_ != nullptr &&
            EVP_EncryptInit_ex(context_.get(), cipher(algorithm), nullptr, key_.data(), nullptr) == 1);
  }

  void encrypt(const std::uint8_t* from, std::uint8_t* to, int bytes) {
    ++nonce_[0];
    int written = 0;
    EVP_CIPHER_CTX* const context = context_.get();
    require(EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr, nonce_.data()) == 1 &&
            EVP_EncryptUpdate(context, nullptr, &written, additional_.data(),
                              static_cast<int>(additional_.size())) == 1 &&
            EVP_EncryptUpdate(context, to, &written, from, bytes) == 1 &&
            EVP_EncryptFinal_ex(context, to + written, &written) == 1 &&
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag_.size()), tag_.data()) ==
                1);
  }

 private:
  static const EVP_CIPHER* cipher(Algorithm algorithm) {
    switch (algorithm) {
      case Algorithm::aes_128_gcm:
        return EVP_aes_128_gcm();
      case Algorithm::aes_256_gcm:
        return EVP_aes_256_gcm();
      case Algorithm::chacha20_poly1305:
        return EVP_chacha20_poly1305();
      default:
        throw std::logic_error("not an AEAD");
    }
  }
  static void require(bool done) {
    if (!done) throw std::runtime_error("OpenSSL cannot encrypt with this cipher");
  }

  std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> context_;
  std::array<std::uint8_t, 32> key_{1, 2, 3};
  std::array<std::uint8_t, 12> nonce_{};
  std::array<std::uint8_t, 13> additional_{};
  std::array<std::uint8_t, 16> tag_{};
};

}  // namespace ktlssim
