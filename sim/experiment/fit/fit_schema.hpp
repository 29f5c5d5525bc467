// The JSON schema (draft 7) of fit files. Weaker than the reader: it does not know which claims there are.
#pragma once

#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

Json fit_schema();

}  // namespace ktlssim
