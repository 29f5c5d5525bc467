#include "sim/experiment/size/frontier.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ktlssim {

namespace {

class FrontierSearch {
 public:
  FrontierSearch(PointRuns& runs, const FrontierQuestion& question) : runs_(runs), question_(question) {}

  Frontier run() {
    make_points();
    Frontier found;
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < settings_.size(); ++i) open.push_back(i);
    for (std::size_t n = question_.replications.first; !open.empty(); n = question_.replications.after(n)) {
      std::vector<std::pair<std::size_t, std::size_t>> wanted;
      for (const std::size_t i : open) wanted.emplace_back(numbers_[i], n);
      if (!runs_.extend(wanted)) {
        found.interrupted = true;
        return found;
      }
      evaluate(found);
      std::erase_if(open, [this, &found](std::size_t i) { return is_settled(i, found); });
      if (n >= question_.replications.last) break;
    }
    std::ranges::stable_sort(found.points, [this](const FrontierPoint& a, const FrontierPoint& b) {
      return signed_mean(a, 0) > signed_mean(b, 0);
    });
    return found;
  }

 private:
  void make_points() {
    settings_ = {{}};
    for (const VaryAxis& axis : question_.axes) {
      if (settings_.size() * axis.size() > kMostFrontierPoints)
        throw InputError({{"--vary", axis.pointer, "",
                           fmt::format("more than {} points: expected fewer values, such as FROM..TO:STEP", kMostFrontierPoints)}});
      std::vector<std::vector<Assignment>> longer;
      for (const std::vector<Assignment>& values : settings_)
        for (const Json& value : axis.values) {
          longer.push_back(values);
          longer.back().push_back({axis.pointer, value});
        }
      settings_ = std::move(longer);
    }
    for (const std::vector<Assignment>& values : settings_) numbers_.push_back(runs_.add(values));
  }

  double signed_mean(const FrontierPoint& point, std::size_t goal) const {
    return question_.goals[goal].more_is_better ? point.goals[goal].mean : -point.goals[goal].mean;
  }

  std::vector<double> signed_means(const FrontierPoint& point) const {
    std::vector<double> means;
    for (std::size_t g = 0; g < point.goals.size(); ++g) means.push_back(signed_mean(point, g));
    return means;
  }

  static bool may_beat(const FrontierPoint& a, const FrontierPoint& b) { return a.steady || !b.steady; }

  bool beats_on_average(const FrontierPoint& a, const FrontierPoint& b) const {
    return may_beat(a, b) && beats(signed_means(a), signed_means(b));
  }

  // The same with the intervals on the side of `b`.
  bool surely_beats(const FrontierPoint& a, const FrontierPoint& b) const {
    if (!may_beat(a, b)) return false;
    bool better = false;
    for (std::size_t g = 0; g < a.goals.size(); ++g) {
      const Estimate& of_a = a.goals[g];
      const Estimate& of_b = b.goals[g];
      if (of_a.spread == Spread::single || of_b.spread == Spread::single) return false;
      const bool more = question_.goals[g].more_is_better;
      const double worst_a = more ? of_a.lo : -of_a.hi;
      const double best_b = more ? of_b.hi : -of_b.lo;
      if (worst_a < best_b) return false;
      better = better || worst_a > best_b;
    }
    return better;
  }

  void evaluate(Frontier& found) const {
    found.points.clear();
    found.left_out.clear();
    for (std::size_t i = 0; i < settings_.size(); ++i) {
      std::string why;
      FrontierPoint point{numbers_[i], settings_[i], {}, false, false, true};
      for (const Goal& goal : question_.goals)
        if (const auto value = runs_.estimate(numbers_[i], goal.of, why)) point.goals.push_back(*value);
      if (question_.margins && why.empty()) {
        const Judgement judgement = judge(runs_, numbers_[i], *question_.margins);
        if (!judgement.look.holds) why = fmt::format("does not meet {}", (*question_.margins)[judgement.worst].by.text());
      }
      if (!why.empty()) {
        found.left_out.emplace_back(settings_[i], why);
        continue;
      }
      point.steady = runs_.experiment(numbers_[i]).steadiness.steady();
      found.points.push_back(std::move(point));
    }
    for (FrontierPoint& point : found.points) {
      point.front = std::ranges::none_of(found.points, [&](const FrontierPoint& other) { return beats_on_average(other, point); });
      if (!point.steady) continue;
      point.proven = point.front ? std::ranges::all_of(found.points, [&](const FrontierPoint& other) {
        return &other == &point || cannot_beat(other, point);
      })
                                 : std::ranges::any_of(found.points, [&](const FrontierPoint& other) {
                                     return surely_beats(other, point);
                                   });
    }
  }

  // By the intervals, `b` is better than `a` in something.
  bool cannot_beat(const FrontierPoint& a, const FrontierPoint& b) const {
    if (!may_beat(a, b)) return true;
    for (std::size_t g = 0; g < a.goals.size(); ++g) {
      const Estimate& of_a = a.goals[g];
      const Estimate& of_b = b.goals[g];
      if (of_a.spread == Spread::single || of_b.spread == Spread::single) continue;
      if (question_.goals[g].more_is_better ? of_b.lo > of_a.hi : of_b.hi < of_a.lo) return true;
    }
    return false;
  }

  bool is_settled(std::size_t i, const Frontier& found) const {
    if (!runs_.refused(numbers_[i]).empty() || !runs_.random(numbers_[i])) return true;
    const auto point = std::ranges::find(found.points, numbers_[i], &FrontierPoint::number);
    return point == found.points.end() || point->proven || !point->steady;
  }

  PointRuns& runs_;
  const FrontierQuestion& question_;
  std::vector<std::vector<Assignment>> settings_;
  std::vector<std::size_t> numbers_;
};

}  // namespace

bool beats(std::span<const double> a, std::span<const double> b) {
  bool better = false;
  for (std::size_t g = 0; g < a.size(); ++g) {
    if (a[g] < b[g]) return false;
    better = better || a[g] > b[g];
  }
  return better;
}

Frontier frontier(PointRuns& runs, const FrontierQuestion& question) { return FrontierSearch(runs, question).run(); }

}  // namespace ktlssim
