// What the verbs that search settings have in common.
#pragma once

#include <string>
#include <vector>

#include "sim/cli/common_options.hpp"
#include "sim/experiment/size/judgement.hpp"
#include "sim/experiment/size/vary_axis.hpp"

namespace ktlssim {

// --vary.
void add_vary(Options& options, std::string help);
// What all of them take after their question: --replications as the most of a point, the pool, the format.
void add_search(Options& options);

std::vector<VaryAxis> vary_option(const Values& values);
Replications replications_option(const Values& values);
// --target and --subject-to, as far as the verb has them.
Margins margins_option(const Values& values);

// "/host/cpus=12 /driver=ccr-t6"
std::string settings_text(const std::vector<Assignment>& values);
Json settings_json(const std::vector<Assignment>& values);
// "12.3 [11.9, 12.7]", or "-".
std::string estimate_text(const std::optional<Estimate>& estimate);
Json estimate_json(const std::optional<Estimate>& estimate);
// What limits at a point, in a sentence without its full stop; empty where nothing is known.
std::string limit_text(const PointRuns& runs, std::size_t point);
// Why what was measured there is no steady state; empty if it is.
std::string unsteady_text(const PointRuns& runs, std::size_t point);

}  // namespace ktlssim
