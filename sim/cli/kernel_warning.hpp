// Tells on standard error what is odd about a scenario's kernel.
#pragma once

#include <string_view>

#include "models/scenario.hpp"

namespace ktlssim {

// `before`: what to begin each line with, for example which of several scenarios it is.
void warn_of_kernel(const Scenario& scenario, std::string_view before = {});

}  // namespace ktlssim
