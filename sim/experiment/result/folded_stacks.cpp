#include "sim/experiment/result/folded_stacks.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <utility>

namespace ktlssim {

std::string folded_stacks(const CallProfile::Stacks& stacks) {
  std::string text;
  for (const auto& [stack, ns] : stacks) text += fmt::format("{} {}\n", stack, ns);
  return text;
}

std::string folded_difference(const CallProfile::Stacks& a, const CallProfile::Stacks& b) {
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> both;
  for (const auto& [stack, ns] : a) both[stack].first = ns;
  for (const auto& [stack, ns] : b) both[stack].second = ns;
  std::string text;
  for (const auto& [stack, ns] : both) text += fmt::format("{} {} {}\n", stack, ns.first, ns.second);
  return text;
}

}  // namespace ktlssim
