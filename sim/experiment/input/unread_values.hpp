// Values that the user gave and that nothing in his scenario reads: /network/rtt_us where there is no network. What
// comes from a profile's file or a default is not meant, nor what a written-out scenario states with all the rest.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "models/scenario.hpp"
#include "sim/experiment/parameters/parameter_list.hpp"
#include "sim/experiment/parameters/parameter_reader.hpp"
#include "sim/experiment/text/json_file.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

// A parameter of which somebody is meant to read the value: some condition stands in its declaration.
struct GivenValue {
  const Parameter* parameter;
  Json value;
};

// Those of `scenario`, a file with what was set already written over it.
std::vector<GivenValue> given_values(const Json& scenario, std::span<const Parameter> parameters);

// What to tell of one, in place of a problem; `of` is the scenario that does not read it.
Problem unread_value(const GivenValue& given, std::string file, const Scenario& of);

// Of all that were given; `origins` says by what.
std::vector<Problem> unread_values(const Json& json, const Origins& origins, const Scenario& scenario);

}  // namespace ktlssim
