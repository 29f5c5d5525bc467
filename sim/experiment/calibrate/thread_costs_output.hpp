// What threads cost, as text and JSON.
#pragma once

#include <string>

#include "sim/experiment/calibrate/thread_costs.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

// Within 80 columns, but for the meanings.
std::string thread_costs_text(const ThreadCosts& costs, bool meanings);
Json thread_costs_json(const ThreadCosts& costs);

}  // namespace ktlssim
