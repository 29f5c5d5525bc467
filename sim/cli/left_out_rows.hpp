// The table of claims that were left out of their fit.
#pragma once

#include <string>
#include <vector>

#include "sim/experiment/fit/leave_one_out.hpp"
#include "sim/experiment/validation/validation.hpp"

namespace ktlssim {

std::string left_out_heads();

// met: all that the others leave is within the tolerance; open: some of it is; missed: nothing.
std::string left_out_rows(const std::vector<LeftOut>& all);

// Of a claim that no fit has, to leave it out changes nothing: its prediction as it is.
std::string unfitted_row(const ClaimOutcome& outcome);

}  // namespace ktlssim
