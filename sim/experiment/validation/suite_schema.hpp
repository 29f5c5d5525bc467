// The JSON schema (draft 7) of a suite of claims. Weaker than the reader: it does not read the scenarios.
#pragma once

#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

Json suite_schema();

}  // namespace ktlssim
