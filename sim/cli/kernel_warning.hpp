// Tells on standard error what is odd about a scenario though it can be simulated.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "models/scenario.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

// `before`: what to begin each line with, for example which of several scenarios it is.
void warn_of_kernel(const Scenario& scenario, std::string_view before = {});

// load_scenario (scenario_file.hpp), and values that have no effect are told.
Scenario load_told(const std::filesystem::path& path, std::span<const std::string> sets);

// Values that have no effect, a line each.
void warn_of_unread(std::span<const Problem> unread, std::string_view before = {});

}  // namespace ktlssim
