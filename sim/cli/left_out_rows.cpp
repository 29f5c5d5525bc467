#include "sim/cli/left_out_rows.hpp"

#include <fmt/format.h>

#include "sim/cli/text.hpp"

namespace ktlssim {

namespace {

std::string_view verdict(const LeftOut& left) {
  const double lowest = left.claim.published - left.claim.allowed();
  const double highest = left.claim.published + left.claim.allowed();
  if (left.lo >= lowest && left.hi <= highest) return "met";
  return left.lo <= highest && left.hi >= lowest ? "open" : "missed";
}

}  // namespace

std::string left_out_heads() {
  return fmt::format("{:<30}{:>10}{:>22}{:>16}\n", "claim left out", "published", "the others leave", "");
}

std::string left_out_rows(const std::vector<LeftOut>& all) {
  std::string text;
  for (const LeftOut& left : all)
    text +=
        fmt::format("{:<30}{:>10}{:>22}{:>16}\n", fit(left.claim.name, 30), number_text(left.claim.published),
                    fmt::format("{:.3g} to {:.3g}", left.lo, left.hi), verdict(left));
  return text;
}

}  // namespace ktlssim
