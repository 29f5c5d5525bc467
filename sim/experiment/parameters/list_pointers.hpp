// The lists of a scenario. It may say `drivers`, a list, for `driver` and `other_drivers`, and `sessions` for
// `session_groups`: pointers into either name the same values.
#pragma once

#include <string>
#include <string_view>

#include "sim/experiment/parameters/parameter_reader.hpp"
#include "sim/experiment/text/json_file.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

// Which lists a file used.
struct ListNames {
  bool drivers = false;
  bool sessions = false;
};

// "/drivers/0/kind" -> "/driver/kind", "/drivers/2/kind" -> "/other_drivers/1/kind", "/sessions/0" ->
// "/session_groups/0"; any other pointer is itself.
std::string canonical_pointer(const std::string& pointer);

// The other way round, where a file used that name.
std::string pointer_as_given(const std::string& pointer, const ListNames& names);

// The pointer of the declaration that an element of a list has: "/other_drivers/1/kind" -> "/driver/kind",
// "/session_groups/3/cipher" -> "/session_groups/N/cipher".
std::string declared_pointer(const std::string& pointer);

// Rewrites `drivers` and `sessions` of a scenario (an object) into the other names. A driver of `drivers` may have a
// "count". Adds a problem where both names stand, or a list is none.
ListNames unify_lists(Json& scenario, const Origins& origins, Problems& problems);

// A pattern of the pointers that lie in a list, for schemas.
inline constexpr std::string_view kListPointerPattern =
    "^/(drivers|other_drivers)(/[0-9]+(/.+)?)?$|^/(sessions|session_groups)(/[0-9]+(/(sessions|software|version|cipher))?)?$";

}  // namespace ktlssim
