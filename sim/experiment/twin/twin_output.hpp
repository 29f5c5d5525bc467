// The table of the twin as text, JSON and CSV.
#pragma once

#include <string>

#include "sim/experiment/text/json_file.hpp"
#include "sim/experiment/twin/evaluation.hpp"

namespace ktlssim {

std::string twin_text(const TwinTable& table);
std::string thread_costs_text(const ThreadCosts& costs);
Json twin_json(const TwinTable& table);
Json thread_costs_json(const ThreadCosts& costs);
std::string twin_csv(const TwinTable& table);

}  // namespace ktlssim
