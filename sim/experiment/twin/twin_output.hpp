// The table of the twin as text, JSON and CSV.
#pragma once

#include <string>

#include "sim/experiment/text/json_file.hpp"
#include "sim/experiment/twin/evaluation.hpp"

namespace ktlssim {

std::string twin_text(const TwinTable& table);
Json twin_json(const TwinTable& table);
std::string twin_csv(const TwinTable& table);

}  // namespace ktlssim
