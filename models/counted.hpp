// Counts as a sentence has them.
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <string>
#include <string_view>

namespace ktlssim {

// "1 machine", "2 machines": of a noun that takes an s.
template <std::integral Count>
std::string counted(Count count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

// The verb behind it: "1 of 1 connection is gone".
template <std::integral Count>
std::string_view are(Count count) {
  return count == 1 ? "is" : "are";
}

}  // namespace ktlssim
