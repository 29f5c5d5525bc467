// The JSON schemas (draft 7) of scenarios and profiles, for editors: made from the same declarations that the
// reader obeys. Weaker than the reader: they do not know which profiles there are, nor which values fit
// together.
#pragma once

#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

Json scenario_schema();
// Of the files profiles/hosts/NAME.json, profiles/drivers/NAME.json, profiles/kernels/NAME.json and
// profiles/steps/NAME.json.
Json host_schema();
Json driver_schema();
Json kernel_schema();
Json steps_schema();

}  // namespace ktlssim
