#include "sim/experiment/size/crossing.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace ktlssim {

namespace {

constexpr std::size_t kProbes = 9;
constexpr double kWide = 8;  // a range whose ends are so many times apart is looked at by equal factors

// Indices over the whole line, both ends among them.
std::vector<std::size_t> probes(const VaryAxis& axis) {
  const std::size_t last = axis.size() - 1;
  const double low = axis.values.front().get<double>();
  const double high = axis.values.back().get<double>();
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < kProbes; ++i) {
    const double part = static_cast<double>(i) / (kProbes - 1);
    std::size_t index = static_cast<std::size_t>(std::llround(part * static_cast<double>(last)));
    if (low > 0 && high / low >= kWide) {
      const double wanted = low * std::pow(high / low, part);
      const auto at = std::ranges::lower_bound(axis.values, wanted, {}, [](const Json& v) { return v.get<double>(); });
      index = std::min(static_cast<std::size_t>(at - axis.values.begin()), last);
    }
    if (indices.empty() || index > indices.back()) indices.push_back(index);
  }
  return indices;
}

std::optional<Estimate> paired(std::vector<double> of, const std::vector<double>& minus, double factor, bool random) {
  if (of.empty() || minus.empty()) return std::nullopt;
  of.resize(std::min(of.size(), minus.size()));
  for (std::size_t i = 0; i < of.size(); ++i) of[i] -= factor * minus[i];
  return estimate("", "", of, random);
}

bool settled(const std::optional<Estimate>& difference) {
  if (!difference || difference->spread == Spread::deterministic) return true;
  return difference->spread == Spread::interval && (difference->lo > 0 || difference->hi < 0);
}

int proven_sign(const Estimate& e) {
  if (e.spread == Spread::single) return 0;
  return e.lo > 0 ? 1 : e.hi < 0 ? -1 : 0;
}

class BreakEvenSearch {
 public:
  BreakEvenSearch(PointRuns& a, PointRuns& b, const BreakEvenQuestion& question) : a_(a), b_(b), question_(question) {}

  BreakEven run() {
    BreakEven found;
    found.interrupted = !look(probes(question_.over)) || !cross(found);
    for (const auto& [index, point] : points_) found.points.push_back(point);
    found.runs = a_.simulated() + b_.simulated();
    return found;
  }

 private:
  std::size_t number(PointRuns& runs, std::size_t index) const {
    return runs.add({{question_.over.pointer, question_.over.values[index]}});
  }

  BreakEvenPoint point(std::size_t index) {
    const std::size_t a = number(a_, index);
    const std::size_t b = number(b_, index);
    BreakEvenPoint said{index, {}, {}, {}, ""};
    const std::vector<double> of_a = a_.values(a, question_.of, said.why_none);
    const std::vector<double> of_b = b_.values(b, question_.of, said.why_none);
    if (!of_a.empty()) said.a = estimate("", "", of_a, a_.random(a));
    if (!of_b.empty()) said.b = estimate("", "", of_b, b_.random(b));
    if (said.a && said.b) said.difference = paired(of_b, of_a, 1, a_.random(a) || b_.random(b));
    return said;
  }

  bool look(const std::vector<std::size_t>& indices) {
    std::vector<std::size_t> open;
    for (const std::size_t index : indices)
      if (!points_.contains(index)) open.push_back(index);
    for (std::size_t n = question_.replications.first; !open.empty(); n = question_.replications.after(n)) {
      std::vector<std::pair<std::size_t, std::size_t>> of_a, of_b;
      for (const std::size_t index : open) {
        of_a.emplace_back(number(a_, index), n);
        of_b.emplace_back(number(b_, index), n);
      }
      if (!a_.extend(of_a) || !b_.extend(of_b)) return false;
      for (const std::size_t index : open) points_.insert_or_assign(index, point(index));
      std::erase_if(open, [this](std::size_t index) { return settled(points_.at(index).difference); });
      if (n >= question_.replications.last) break;
    }
    return true;
  }

  static int sign(const BreakEvenPoint& point) {
    if (!point.difference || point.difference->mean == 0) return 0;
    return point.difference->mean > 0 ? 1 : -1;
  }

  bool cross(BreakEven& found) {
    const std::map<std::size_t, BreakEvenPoint> first_looks = points_;
    const BreakEvenPoint* last = nullptr;
    for (const auto& [index, point] : first_looks) {
      if (sign(point) == 0) continue;
      if (last != nullptr && sign(*last) != sign(point))
        if (!narrow(last->index, index, sign(point), found)) return false;
      last = &point;
    }
    return true;
  }

  // The sign is `above` at `to`, and the other at `from`.
  bool narrow(std::size_t from, std::size_t to, int above, BreakEven& found) {
    LineSearch search(to - from + 1);
    for (std::vector<std::size_t> wanted = search.wanted(); !wanted.empty(); wanted = search.wanted()) {
      std::vector<std::size_t> indices;
      for (const std::size_t i : wanted) indices.push_back(from + i);
      if (!look(indices)) return false;
      for (const std::size_t i : wanted) {
        const std::optional<Estimate>& difference = points_.at(from + i).difference;
        if (difference)
          search.tell(i, {proven_sign(*difference) != -above, difference->mean * above > 0, proven_sign(*difference) == above});
        else
          search.tell(i, {false, false, false});
      }
    }
    const std::optional<std::size_t> first = search.first();
    if (!first || *first == 0) return true;
    Crossing crossing{from + *first - 1, from + *first, above > 0, {}, {}};
    if (const auto possible = search.first_possible(); possible && *possible > 0)
      crossing.proven_below = from + *possible - 1;
    if (const auto proven = search.first_proven()) crossing.proven_above = from + *proven;
    widen(above, crossing);
    found.crossings.push_back(crossing);
    return true;
  }

  int proven_sign_at(const BreakEvenPoint& point) const { return point.difference ? proven_sign(*point.difference) : 0; }

  // Where no point between the two has its sign proven, the next one further away that has it bounds the crossing.
  void widen(int above, Crossing& crossing) const {
    if (!crossing.proven_above)
      for (auto at = points_.upper_bound(crossing.above); at != points_.end() && sign(at->second) != -above; ++at)
        if (proven_sign_at(at->second) == above) {
          crossing.proven_above = at->first;
          break;
        }
    if (!crossing.proven_below)
      for (auto at = points_.lower_bound(crossing.below); at != points_.begin() && sign(std::prev(at)->second) != above; --at)
        if (proven_sign_at(std::prev(at)->second) == -above) {
          crossing.proven_below = std::prev(at)->first;
          break;
        }
  }

  PointRuns& a_;
  PointRuns& b_;
  const BreakEvenQuestion& question_;
  std::map<std::size_t, BreakEvenPoint> points_;
};

class KneeSearch {
 public:
  KneeSearch(PointRuns& runs, const KneeQuestion& question) : runs_(runs), question_(question) {}

  KneeAnswer run() {
    KneeAnswer found;
    found.interrupted = !simulate(probes(question_.over), question_.replications.first) || !find(found);
    std::string why;
    for (const auto& [index, number] : numbers_) {
      found.indices.push_back(index);
      found.values.push_back(runs_.estimate(number, question_.of, why));
    }
    return found;
  }

 private:
  bool simulate(const std::vector<std::size_t>& indices, std::size_t n) {
    std::vector<std::pair<std::size_t, std::size_t>> wanted;
    for (const std::size_t index : indices) {
      const auto [place, is_new] = numbers_.try_emplace(index, 0);
      if (is_new) place->second = runs_.add({{question_.over.pointer, question_.over.values[index]}});
      wanted.emplace_back(place->second, n);
    }
    return runs_.extend(wanted);
  }

  double better(double value) const { return question_.more_is_better ? value : -value; }

  void find_best(KneeAnswer& found) const {
    std::string why;
    double most = 0;
    for (const auto& [index, number] : numbers_) {
      const auto value = runs_.estimate(number, question_.of, why);
      if (!value || (found.best && better(value->mean) <= most)) continue;
      found.best = index;
      most = better(value->mean);
    }
  }

  // By how much a point is within `worth` of the best.
  std::optional<Estimate> margin(std::size_t index, std::size_t best) const {
    std::string why;
    const std::size_t number = numbers_.at(index);
    const std::size_t of_best = numbers_.at(best);
    std::vector<double> mine = runs_.values(number, question_.of, why);
    const std::vector<double> theirs = runs_.values(of_best, question_.of, why);
    if (mine.empty() || theirs.empty()) return std::nullopt;
    // Of the size of the best, which may be below zero.
    const bool below_zero = runs_.estimate(of_best, question_.of, why)->mean < 0;
    const double factor = question_.more_is_better != below_zero ? 1 - question_.worth : 1 + question_.worth;
    std::optional<Estimate> found = paired(std::move(mine), theirs, factor, runs_.random(number) || runs_.random(of_best));
    if (question_.more_is_better) return found;
    found->mean = -found->mean;
    std::swap(found->lo, found->hi);
    found->lo = -found->lo;
    found->hi = -found->hi;
    return found;
  }

  bool find(KneeAnswer& found) {
    find_best(found);
    if (!found.best) return true;
    const std::size_t best = *found.best;
    LineSearch search(best + 1);
    for (std::vector<std::size_t> wanted = search.wanted(); !wanted.empty(); wanted = search.wanted()) {
      for (std::size_t n = question_.replications.first;; n = question_.replications.after(n)) {
        std::vector<std::size_t> open;
        for (const std::size_t index : wanted)
          if (!numbers_.contains(index) || runs_.replications(numbers_.at(index)) < question_.replications.first ||
              !settled(margin(index, best)))
            open.push_back(index);
        if (open.empty()) break;
        open.push_back(best);
        if (!simulate(open, n)) return false;
        if (n >= question_.replications.last) break;
      }
      for (const std::size_t index : wanted) {
        const std::optional<Estimate> by = margin(index, best);
        const bool alone = by && by->spread == Spread::single;
        if (by)
          search.tell(index, {by->hi >= 0 || alone, by->mean >= 0, by->lo >= 0 && !alone});
        else
          search.tell(index, {false, false, false});
      }
    }
    found.knee = search.first();
    found.possible = search.first_possible();
    found.proven = search.first_proven();
    found.monotone = search.monotone();
    return true;
  }

  PointRuns& runs_;
  const KneeQuestion& question_;
  std::map<std::size_t, std::size_t> numbers_;  // index on the line: number among PointRuns'
};

}  // namespace

BreakEven break_even(PointRuns& a, PointRuns& b, const BreakEvenQuestion& question) {
  return BreakEvenSearch(a, b, question).run();
}

KneeAnswer knee(PointRuns& runs, const KneeQuestion& question) { return KneeSearch(runs, question).run(); }

}  // namespace ktlssim
