#include "sim/experiment/text/sealed_json.hpp"

#include <fmt/format.h>

#include "sim/experiment/text/sums.hpp"

namespace ktlssim {

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
