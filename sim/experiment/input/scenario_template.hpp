// A scenario to begin with: a few parameters, each beside a comment that says what it is and what else it may be.
#pragma once

#include <span>
#include <string>

#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

// With `values` written in their order, each after a comment, the key of which begins with "//": readers pass over it.
// Names of profiles are explained by what the profile says of itself. Throws InputError if it is no sound scenario;
// `from` is what problems call it.
Json commented_scenario(std::span<const Assignment> values, const std::string& from);

}  // namespace ktlssim
