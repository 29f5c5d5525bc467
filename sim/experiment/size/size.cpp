#include "sim/experiment/size/size.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "sim/experiment/statistics/mean.hpp"

namespace ktlssim {

namespace {

// A line under way: the numbers of its points among PointRuns', as far as they are looked at.
struct Line {
  std::vector<Assignment> fixed;
  std::vector<std::optional<std::size_t>> points;
  LineSearch search;
  bool races = false;
};

class Sizing {
 public:
  Sizing(PointRuns& runs, const SizeQuestion& question) : runs_(runs), question_(question) {
    for (std::size_t i = 0; i < question.axes.size() && !along_; ++i)
      if (question.axes[i].ordered) along_ = i;
    make_lines();
  }

  SizeAnswer run() {
    answer_.interrupted = !search_lines() || !race();
    if (answer_.interrupted) return std::move(answer_);
    for (const Line& line : lines_) answer_.lines.push_back(conclude(line));
    std::ranges::stable_sort(answer_.lines, [this](const SizeLine& a, const SizeLine& b) { return cheaper(a, b); });
    return std::move(answer_);
  }

 private:
  std::size_t length() const { return along_ ? question_.axes[*along_].size() : 1; }

  void make_lines() {
    std::vector<std::size_t> row(question_.axes.size(), 0);
    for (;;) {
      std::vector<Assignment> fixed;
      for (std::size_t i = 0; i < row.size(); ++i)
        if (i != along_) fixed.push_back({question_.axes[i].pointer, question_.axes[i].values[row[i]]});
      lines_.push_back({std::move(fixed), std::vector<std::optional<std::size_t>>(length()), LineSearch(length())});
      std::size_t axis = row.size();
      while (axis-- > 0) {
        if (axis == along_) continue;
        if (++row[axis] < question_.axes[axis].size()) break;
        row[axis] = 0;
      }
      if (axis >= row.size()) break;
      if (lines_.size() >= kMostLines)
        throw InputError({{"--vary", "", "", fmt::format("more than {} combinations beside the parameter that is searched", kMostLines)}});
    }
    for (Line& line : lines_) line.races = !rises(line);
    const std::size_t racers = static_cast<std::size_t>(std::ranges::count(lines_, true, &Line::races)) * length();
    if (racers > kMostRacers)
      throw InputError({{"--vary", "", "",
                         fmt::format("{} points race, since what is minimized need not rise with {}: at most {} are allowed",
                                     racers, question_.axes[*along_].pointer, kMostRacers)}});
  }

  std::size_t point(Line& line, std::size_t i) {
    if (line.points[i]) return *line.points[i];
    std::vector<Assignment> values = line.fixed;
    if (along_) values.push_back({question_.axes[*along_].pointer, question_.axes[*along_].values[i]});
    const std::size_t number = runs_.add(values);
    line.points[i] = number;
    if (number >= answer_.settings.size()) {
      answer_.settings.resize(number + 1);
      answer_.judgements.resize(number + 1, {{false, false, false}, 0, std::nullopt, "not simulated"});
      answer_.cost.resize(number + 1, kNaN);
    }
    answer_.settings[number] = std::move(values);
    return number;
  }

  // Of what parameters alone decide.
  std::optional<double> cost_before(std::size_t number) const {
    if (!question_.minimize) return along_ ? position_cost(number) : std::optional(0.0);
    if (!runs_.refused(number).empty()) return std::nullopt;
    return question_.minimize->number([&](const std::string& name) { return runs_.parameter(number, name); });
  }

  std::optional<double> position_cost(std::size_t number) const {
    for (const Assignment& a : answer_.settings[number])
      if (a.pointer == question_.axes[*along_].pointer) return a.value.get<double>();
    return std::nullopt;
  }

  // Whether the cheapest points of the line are its first ones.
  bool rises(Line& line) {
    if (!question_.minimize || length() == 1) return true;
    if (!question_.minimize->names().empty()) return false;
    const std::size_t step = std::max<std::size_t>(1, length() / kMostRacers);
    double last = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < length(); i += step) {
      const std::optional<double> cost = cost_before(point(line, i));
      if (!cost) continue;
      if (*cost < last) return false;
      last = *cost;
    }
    return true;
  }

  bool judge_points(const std::vector<std::size_t>& points, const Replications& replications) {
    const auto judged = judge_all(runs_, points, question_.margins, replications);
    if (!judged) return false;
    for (std::size_t i = 0; i < points.size(); ++i) {
      answer_.judgements[points[i]] = (*judged)[i];
      answer_.cost[points[i]] = cost(points[i]);
    }
    return true;
  }

  double cost(std::size_t number) const {
    if (!question_.minimize) return cost_before(number).value_or(kNaN);
    std::string why;
    const std::optional<Estimate> found = runs_.estimate(number, *question_.minimize, why);
    return found ? found->mean : kNaN;
  }

  // All lines at once, step by step.
  bool search_lines() {
    for (;;) {
      std::vector<std::size_t> points;
      std::vector<std::pair<Line*, std::size_t>> places;
      for (Line& line : lines_) {
        if (line.races) continue;
        for (const std::size_t i : line.search.wanted()) {
          points.push_back(point(line, i));
          places.emplace_back(&line, i);
        }
      }
      if (points.empty()) return judge_points(dearer_ones(), question_.replications);
      if (!judge_points(points, question_.replications)) return false;
      for (std::size_t k = 0; k < points.size(); ++k)
        places[k].first->search.tell(places[k].second, answer_.judgements[points[k]].look);
    }
  }

  // What a step more than the answer gives is told too.
  std::vector<std::size_t> dearer_ones() {
    std::vector<std::size_t> points;
    for (Line& line : lines_) {
      const std::optional<std::size_t> first = line.search.first();
      if (!line.races && first && *first + 1 < length()) points.push_back(point(line, *first + 1));
    }
    return points;
  }

  bool race() {
    std::vector<std::size_t> racers;
    for (Line& line : lines_)
      if (line.races)
        for (std::size_t i = 0; i < length(); ++i) racers.push_back(point(line, i));
    for (std::size_t n = question_.replications.first; !racers.empty(); n = question_.replications.after(n)) {
      if (!judge_points(racers, {n, n})) return false;
      drop_losers(racers);
      if (n >= question_.replications.last) break;
    }
    return true;
  }

  void drop_losers(std::vector<std::size_t>& racers) const {
    std::string why;
    double best = std::numeric_limits<double>::infinity();  // dearest that the cheapest proven one can be
    for (const std::size_t racer : racers)
      if (answer_.judgements[racer].look.proven)
        if (const auto found = runs_.estimate(racer, *question_.minimize, why)) best = std::min(best, found->hi);
    std::erase_if(racers, [&](std::size_t racer) {
      if (!answer_.judgements[racer].look.possible) return true;
      const auto found = runs_.estimate(racer, *question_.minimize, why);
      return !found || found->lo > best;
    });
  }

  SizeLine conclude(const Line& line) const {
    SizeLine said{.fixed = line.fixed, .first = {}, .possible = {}, .proven = {}, .next_cheaper = {}, .next_dearer = {}};
    said.raced = line.races;
    std::vector<std::size_t> looked;  // in the order of their cost
    for (const auto& number : line.points)
      if (number && (runs_.replications(*number) > 0 || !runs_.refused(*number).empty())) looked.push_back(*number);
    if (line.races)
      std::ranges::stable_sort(looked, [this](std::size_t a, std::size_t b) { return answer_.cost[a] < answer_.cost[b]; });
    else
      said.monotone = line.search.monotone();
    const auto first = [&](bool Look::*property) -> std::optional<std::size_t> {
      const auto found = std::ranges::find_if(looked, [&](std::size_t n) { return answer_.judgements[n].look.*property; });
      return found == looked.end() ? std::nullopt : std::optional(*found);
    };
    said.first = first(&Look::holds);
    said.possible = first(&Look::possible);
    said.proven = first(&Look::proven);
    add_neighbours(looked, said);
    return said;
  }

  void add_neighbours(const std::vector<std::size_t>& looked, SizeLine& said) const {
    if (!said.first) {
      const auto severity = [this](std::size_t n) {
        const auto& by = answer_.judgements[n].worst_by;
        return by ? by->mean : -std::numeric_limits<double>::infinity();
      };
      const auto closest = std::ranges::max_element(looked, {}, severity);
      if (closest != looked.end()) said.next_dearer = *closest;
      return;
    }
    const auto at = std::ranges::find(looked, *said.first);
    if (at != looked.begin()) said.next_cheaper = *std::prev(at);
    if (std::next(at) != looked.end()) said.next_dearer = *std::next(at);
  }

  bool cheaper(const SizeLine& a, const SizeLine& b) const {
    if (a.first.has_value() != b.first.has_value()) return a.first.has_value();
    return a.first && answer_.cost[*a.first] < answer_.cost[*b.first];
  }

  PointRuns& runs_;
  const SizeQuestion& question_;
  std::optional<std::size_t> along_;
  std::vector<Line> lines_;
  SizeAnswer answer_;
};

}  // namespace

SizeAnswer size(PointRuns& runs, const SizeQuestion& question) { return Sizing(runs, question).run(); }

}  // namespace ktlssim
