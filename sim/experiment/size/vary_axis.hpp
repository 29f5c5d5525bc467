// What a user lets vary: "/host/cpus=4..64", "/workload/record_bytes=1024..16384:1024", "/driver=ccr-t6,aesni-haswell".
#pragma once

#include <string>
#include <vector>

#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

struct VaryAxis {
  std::string pointer;
  std::vector<Json> values;  // at least one
  bool ordered = false;      // numbers, which rise: more of something

  std::size_t size() const { return values.size(); }
};

inline constexpr std::size_t kMostAxisValues = 1'000'000;

// FROM..TO (whole numbers, by 1), FROM..TO:STEP, or values between commas, of which numbers are sorted. `option` is what problems call it. Throws
// InputError.
VaryAxis parse_axis(const std::string& text, const std::string& option);

}  // namespace ktlssim
