// What the verbs that simulate scenarios have in common: their failures, their result files.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sim/cli/known_option.hpp"
#include "sim/experiment/result/result_json.hpp"
#include "sim/experiment/sweep/sweep_directory.hpp"
#include "sim/experiment/text/output_directory.hpp"

namespace ktlssim {

// Now, in UTC, ISO 8601.
std::string utc_now();

// How far a sweep in a directory is.
Json counts_json(const std::filesystem::path& directory, const SweepCounts& counts);

// A line for each replication that is not done; `where` names the experiment, if there are several.
void complain_of_failures(const Experiment& experiment, const std::string& where = "");

inline constexpr std::string_view kComparisonFile = "comparison.json";

// A directory for the results of the verb that leaves `own` there (refuse_results_of_others). Throws InputError if another
// verb's are there.
OutputDirectory directory_for(std::string_view own, const std::filesystem::path& path);
// result.json, manifest.json, and the replications whole; with what is not known, where that was asked for: of the
// scenario of this number in that answer. `asked`: the scenario before its window was found.
void write_results(const OutputDirectory& out, const Scenario& asked, const Scenario& scenario, const Experiment& experiment,
                   const RunRecord& record, const KnownAnswer* known = nullptr, std::size_t number = 0);
// When all files of a run's directory are written, a timeline among them: their checksums.
void write_sums_of_run(const OutputDirectory& out);

}  // namespace ktlssim
