// What a comparison prints: each metric of all sides, as ministat(1) does, and as JSON.
#pragma once

#include <string>
#include <vector>

#include "sim/cli/compare_sides.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

std::string sides_table(const std::vector<ComparedSide>& sides, const Compared& compared, const Texts& metrics,
                        const Judging& judging);

// Of two sides "difference", of more "differences" by side.
Json sides_json(const std::vector<ComparedSide>& sides, const Compared& compared, const Texts& names, const Judging& judging);

}  // namespace ktlssim
