#include "sim/cli/left_out_rows.hpp"

#include <fmt/format.h>

#include "sim/cli/text.hpp"

namespace ktlssim {

namespace {

std::string row(std::string_view name, std::string_view published, std::string_view left,
                std::string_view error, std::string_view verdict) {
  return fmt::format("{:<26}{:>8} {:>21}{:>17}{:>7}\n", shortened(name, 26), published, left, error, verdict);
}

std::string_view verdict(const LeftOut& left) {
  const double lowest = left.claim.published - left.claim.allowed();
  const double highest = left.claim.published + left.claim.allowed();
  if (left.lo >= lowest && left.hi <= highest) return "met";
  return left.lo <= highest && left.hi >= lowest ? "open" : "missed";
}

double per_cent(const Claim& claim, double value) { return 100 * (value / claim.published - 1); }

}  // namespace

std::string left_out_heads() { return row("claim left out", "publ.", "the others leave", "error", ""); }

std::string left_out_rows(const std::vector<LeftOut>& all) {
  std::string text;
  for (const LeftOut& left : all)
    text +=
        row(left.claim.name, fmt::format("{:.3g}", left.claim.published),
            fmt::format("{:.3g} to {:.3g}", left.lo, left.hi),
            fmt::format("{:+.0f} to {:+.0f} %", per_cent(left.claim, left.lo), per_cent(left.claim, left.hi)),
            verdict(left));
  for (const LeftOut& left : all)
    if (left.failed_places > 0)
      text += fmt::format("{}: passed over {} of the places searched: a run stalled there\n", left.claim.name,
                          left.failed_places);
  return text;
}

std::string unfitted_row(const ClaimOutcome& outcome) {
  const Claim& claim = outcome.claim;
  const std::string limit = claim.relation == Relation::below ? "< " : "";
  return row(claim.name, fmt::format("{}{:.3g}", limit, claim.published),
             fmt::format("{:.3g}", outcome.predicted.mean),
             claim.published == 0 ? fmt::format("{:+.3g}", outcome.error())
                                  : fmt::format("{:+.1f} %", per_cent(claim, outcome.predicted.mean)),
             name(outcome.verdict));
}

}  // namespace ktlssim
