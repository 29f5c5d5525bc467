// JSON that carries a checksum of itself, so that a file that was damaged on its disk or in a copy is not believed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

// An object with a last member "sha256", of what dump() makes of the others.
Json sealed(Json object);

// The object without its seal. Nothing, and what is wrong with the file in `why`, where it cannot be read, is not JSON,
// has no seal or does not match it.
std::optional<Json> read_sealed(const std::filesystem::path& path, std::string& why,
                                std::uintmax_t most_bytes = kMaxJsonBytes);

}  // namespace ktlssim
