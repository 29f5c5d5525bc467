#include "sim/experiment/size/judgement.hpp"

#include <algorithm>
#include <cmath>

namespace ktlssim {

namespace {

Look look_of(const Margin& margin, const Estimate& e) {
  Look look{margin.holds(e.hi), margin.holds(e.mean), margin.holds(e.lo)};
  if (e.spread == Spread::single) look = {true, look.holds, false};
  return look;
}

// The smaller, the worse; of one size for margins of different units.
double severity(const Estimate& e) {
  const double half = (e.hi - e.lo) / 2;
  return half > 0 ? e.mean / half : e.mean < 0 ? -1e300 : 1e300;
}

bool settled(const Judgement& judgement) { return judgement.look.proven || !judgement.look.possible; }

}  // namespace

std::size_t Replications::after(std::size_t n) const {
  return std::min(last, std::max(first, n + (n + 1) / 2));
}

Judgement judge(const PointRuns& runs, std::size_t point, const Margins& margins) {
  Judgement judgement{{true, true, true}, 0, std::nullopt, ""};
  for (std::size_t i = 0; i < margins.size(); ++i) {
    const std::optional<Estimate> by = runs.estimate(point, margins[i].by, judgement.why_none);
    if (!by) return {{false, false, false}, i, std::nullopt, judgement.why_none};
    const Look look = look_of(margins[i], *by);
    judgement.look.possible = judgement.look.possible && look.possible;
    judgement.look.holds = judgement.look.holds && look.holds;
    judgement.look.proven = judgement.look.proven && look.proven;
    if (judgement.worst_by && severity(*by) >= severity(*judgement.worst_by)) continue;
    judgement.worst = i;
    judgement.worst_by = by;
  }
  return judgement;
}

std::optional<std::vector<Judgement>> judge_all(PointRuns& runs, const std::vector<std::size_t>& points,
                                                const Margins& margins, const Replications& replications) {
  for (;;) {
    std::vector<std::pair<std::size_t, std::size_t>> wanted;
    std::vector<Judgement> judgements;
    for (const std::size_t point : points) {
      const std::size_t n = runs.refused(point).empty() ? runs.replications(point) : replications.last;
      judgements.push_back(judge(runs, point, margins));
      const bool random = n == 0 || (n < replications.last && runs.experiment(point).runs.front().result.random);
      if (n < replications.first || (random && !settled(judgements.back()) && n < replications.last))
        wanted.emplace_back(point, random ? replications.after(n) : n);
    }
    std::erase_if(wanted, [&](const auto& w) { return w.second <= runs.replications(w.first); });
    if (wanted.empty()) return judgements;
    if (!runs.extend(wanted)) return std::nullopt;
  }
}

}  // namespace ktlssim
