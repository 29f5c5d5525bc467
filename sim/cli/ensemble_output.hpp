// What the verb `ensemble` prints of an ensemble: families of machines, later waves, discrepancies.
#pragma once

#include <string>

#include "sim/experiment/ensemble/evidence.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

std::string families_text(const Evidence& evidence, const Discrepancies& discrepancies);
Json families_json(const Evidence& evidence, const Discrepancies& discrepancies);

}  // namespace ktlssim
