// The JSON schema (draft 7) of scenario files, for editors: made from the same declarations that the reader
// obeys.
#pragma once

#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

// Weaker than the reader: it does not know which profiles there are, nor which values fit together.
Json scenario_schema();

}  // namespace ktlssim
