// The Python package behind `report` and `watch`.
#pragma once

#include <string>
#include <vector>

namespace ktlssim {

// Becomes `python3 -m MODULE ARGUMENTS...` with the package found. Returns only by exception, where there is no Python.
[[noreturn]] void become_python(const std::string& module, const std::vector<std::string>& arguments);

}  // namespace ktlssim
