// What the verbs that simulate scenarios have in common: their failures, their result files.
#pragma once

#include <string>
#include <vector>

#include "sim/cli/known_option.hpp"
#include "sim/experiment/result/result_json.hpp"
#include "sim/experiment/text/output_directory.hpp"

namespace ktlssim {

// Now, in UTC, ISO 8601.
std::string utc_now();

// A line for each replication that is not done; `where` names the experiment, if there are several.
void complain_of_failures(const Experiment& experiment, const std::string& where = "");

// result.json and manifest.json; with what is not known, where that was asked for.
void write_results(const OutputDirectory& out, const Scenario& scenario, const Experiment& experiment,
                   const RunRecord& record, const KnownAnswer* known = nullptr);

}  // namespace ktlssim
