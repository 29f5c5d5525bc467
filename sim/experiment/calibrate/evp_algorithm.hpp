// What OpenSSL does for a TLS record, as a software backend of OpenCrypto would: keys set once, a nonce or IV
// per record. AEADs have 13 bytes of additional data; AES-CBC and HMAC are the two requests of an older
// record.
#pragma once

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>

#include "models/tls.hpp"

namespace ktlssim {

class EvpAlgorithm {
 public:
  explicit EvpAlgorithm(Algorithm algorithm)
      : cipher_(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free), hmac_(nullptr, EVP_MAC_CTX_free) {
    if (const char* const digest = digest_of(algorithm)) {
      const std::unique_ptr<EVP_MAC, void (*)(EVP_MAC*)> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr),
                                                             EVP_MAC_free);
      hmac_.reset(EVP_MAC_CTX_new(mac.get()));
      const std::array parameters{
          OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(digest), 0),
          OSSL_PARAM_construct_end()};
      require(hmac_ != nullptr &&
              EVP_MAC_init(hmac_.get(), key_.data(), key_.size(), parameters.data()) == 1);
    } else {
      const EVP_CIPHER* const cipher = cipher_of(algorithm);
      is_aead_ = (EVP_CIPHER_get_flags(cipher) & EVP_CIPH_FLAG_AEAD_CIPHER) != 0;
      require(cipher_ != nullptr &&
              EVP_EncryptInit_ex(cipher_.get(), cipher, nullptr, key_.data(), nullptr) == 1 &&
              EVP_CIPHER_CTX_set_padding(cipher_.get(), 0) == 1);
    }
  }

  // `bytes` are a multiple of 16 for AES-CBC; HMAC leaves `to` alone.
  void process(const std::uint8_t* from, std::uint8_t* to, int bytes) {
    if (hmac_ != nullptr)
      authenticate(from, static_cast<std::size_t>(bytes));
    else
      encrypt(from, to, bytes);
  }

 private:
  void encrypt(const std::uint8_t* from, std::uint8_t* to, int bytes) {
    ++nonce_[0];
    int written = 0;
    EVP_CIPHER_CTX* const context = cipher_.get();
    require(EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr, nonce_.data()) == 1 &&
            (!is_aead_ || EVP_EncryptUpdate(context, nullptr, &written, additional_.data(),
                                            static_cast<int>(additional_.size())) == 1) &&
            EVP_EncryptUpdate(context, to, &written, from, bytes) == 1 &&
            EVP_EncryptFinal_ex(context, to + written, &written) == 1 &&
            (!is_aead_ || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag_.size()),
                                              tag_.data()) == 1));
  }

  void authenticate(const std::uint8_t* from, std::size_t bytes) {
    std::size_t written = 0;
    require(EVP_MAC_init(hmac_.get(), nullptr, 0, nullptr) == 1 &&
            EVP_MAC_update(hmac_.get(), additional_.data(), additional_.size()) == 1 &&
            EVP_MAC_update(hmac_.get(), from, bytes) == 1 &&
            EVP_MAC_final(hmac_.get(), digest_.data(), &written, digest_.size()) == 1);
  }

  static const EVP_CIPHER* cipher_of(Algorithm algorithm) {
    switch (algorithm) {
      case Algorithm::aes_128_gcm:
        return EVP_aes_128_gcm();
      case Algorithm::aes_256_gcm:
        return EVP_aes_256_gcm();
      case Algorithm::chacha20_poly1305:
        return EVP_chacha20_poly1305();
      case Algorithm::aes_128_cbc:
        return EVP_aes_128_cbc();
      case Algorithm::aes_256_cbc:
        return EVP_aes_256_cbc();
      default:
        throw std::logic_error("not a cipher");
    }
  }
  // Null for ciphers.
  static const char* digest_of(Algorithm algorithm) {
    switch (algorithm) {
      case Algorithm::hmac_sha1:
        return "SHA1";
      case Algorithm::hmac_sha256:
        return "SHA256";
      case Algorithm::hmac_sha384:
        return "SHA384";
      default:
        return nullptr;
    }
  }
  static void require(bool done) {
    if (!done) throw std::runtime_error("OpenSSL cannot do this algorithm");
  }

  bool is_aead_ = false;
  std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> cipher_;
  std::unique_ptr<EVP_MAC_CTX, void (*)(EVP_MAC_CTX*)> hmac_;  // null for ciphers
  std::array<std::uint8_t, 32> key_{1, 2, 3};
  std::array<std::uint8_t, 16> nonce_{};  // of which AEADs take 12 bytes
  std::array<std::uint8_t, 13> additional_{};
  std::array<std::uint8_t, 16> tag_{};
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest_{};
};

}  // namespace ktlssim
