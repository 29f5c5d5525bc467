// The JSON schema (draft 7) of sweep files. Weaker than the reader: it does not know which values a parameter
// may have, how many each list has, nor what a constraint says.
#pragma once

#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

Json sweep_schema();

}  // namespace ktlssim
