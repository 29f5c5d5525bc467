// The files of profiles that hold what fits found.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/fit/fit.hpp"

namespace ktlssim {

// Where fitted profiles go: below a directory of their own, which $KTLSSIM_DATA can name; or, without one, to where they
// are, those that come with the simulator only if `over_shipped`.
struct FittedProfilesPlace {
  std::optional<std::filesystem::path> directory = {};
  bool over_shipped = false;
};

// Throws InputError if the fit could not be written there: to be asked before minutes are spent.
void check_place(const std::vector<ProfileValue>& values, const FittedProfilesPlace& place);

// Where the profile of `value` goes.
std::filesystem::path target_of(const ProfileValue& value, const FittedProfilesPlace& place);

// The text of each file, by where it goes. `begun` holds those of earlier fits of this call, which go on from there.
void add_fitted(const std::vector<ProfileValue>& values, const FittedProfilesPlace& place,
                std::map<std::filesystem::path, std::string>& begun);

}  // namespace ktlssim
