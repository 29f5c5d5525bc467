#include "sim/experiment/text/sums.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace ktlssim {

namespace {

constexpr std::string_view kSumsFile = "SHA256SUMS";

class Sha256 {
 public:
  Sha256() { check(context_ ? EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) : 0); }

  void add(std::string_view text) { check(EVP_DigestUpdate(context_.get(), text.data(), text.size())); }
  Sha256Sum sum() {
    Sha256Sum digest{};
    check(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr));
    return digest;
  }

 private:
  static void check(int done) {
    if (done != 1) throw std::runtime_error("OpenSSL cannot compute a SHA-256");
  }

  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

}  // namespace

std::string digits(const Sha256Sum& sum) { return fmt::format("{:02x}", fmt::join(sum, "")); }

Sha256Sum sha256_sum(std::string_view text) {
  Sha256 sum;
  sum.add(text);
  return sum.sum();
}

std::string sha256(std::string_view text) { return digits(sha256_sum(text)); }

std::string sha256_of_file(const std::filesystem::path& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  Sha256 sum;
  std::array<char, 65536> chunk{};
  while (file) {
    file.read(chunk.data(), chunk.size());
    sum.add({chunk.data(), static_cast<std::size_t>(file.gcount())});
  }
  if (!file.eof()) throw std::system_error(errno, std::generic_category(), path.string());
  return digits(sum.sum());
}

void discard_sums(const OutputDirectory& out) { out.discard(kSumsFile); }

void write_sums(const OutputDirectory& out, std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names)
    if (std::filesystem::exists(out.path() / name)) text += fmt::format("{}  {}\n", sha256_of_file(out.path() / name), name);
  out.write(kSumsFile, text);
}

}  // namespace ktlssim
