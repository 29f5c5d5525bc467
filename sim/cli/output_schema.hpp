// The JSON schema of what verbs print with --format json: one object, in which "verb" says whose it is.
#pragma once

#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

Json output_schema();

}  // namespace ktlssim
