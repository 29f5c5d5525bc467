#include "sim/experiment/text/sealed_json.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace ktlssim {

std::string sha256(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int bytes = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &bytes, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("OpenSSL cannot compute a SHA-256");
  return fmt::format("{:02x}", fmt::join(digest.begin(), digest.begin() + bytes, ""));
}

namespace {

constexpr const char* kSeal = "sha256";

std::string seal_of(const Json& object) {
  return sha256(object.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

Json sealed(Json object) {
  object.erase(kSeal);
  std::string seal = seal_of(object);
  object.emplace(kSeal, std::move(seal));
  return object;
}

std::optional<Json> read_sealed(const std::filesystem::path& path, std::string& why, std::uintmax_t most_bytes) {
  Problems problems;
  std::optional<Json> json = read_json_file(path, problems, most_bytes);
  if (!json) {
    why = problems.list().front().line();
  } else if (!json->is_object() || !json->contains(kSeal) || !json->at(kSeal).is_string()) {
    why = fmt::format("{}: /{}: missing: the file is damaged, or not of this version", path.string(), kSeal);
  } else {
    const std::string seal = json->at(kSeal).get<std::string>();
    json->erase(kSeal);
    if (seal == seal_of(*json)) return json;
    why = fmt::format("{}: /{}: \"{}\": is not the checksum of what the file holds: it is damaged", path.string(), kSeal,
                      seal);
  }
  return std::nullopt;
}

}  // namespace ktlssim
