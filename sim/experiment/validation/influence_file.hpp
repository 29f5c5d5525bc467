// The table of influences beside a suite, `influences.json`: it takes many runs to find, and changes little. It maps a
// claim's name to an array of {"pointer": POINTER, "confidence": CONFIDENCE, "change": NUMBER}.
#pragma once

#include <filesystem>

#include "sim/experiment/text/json_file.hpp"
#include "sim/experiment/validation/influence.hpp"

namespace ktlssim {

std::filesystem::path influences_file(const std::filesystem::path& suite);
// Empty if there is no such file. Throws InputError, also for a claim that the suite does not have.
Influences load_influences(const std::filesystem::path& path, const Suite& suite);
Json influences_schema();
Json influences_json(const Influences& influences);

}  // namespace ktlssim
