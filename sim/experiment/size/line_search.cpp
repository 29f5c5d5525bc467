#include "sim/experiment/size/line_search.hpp"

#include <algorithm>

namespace ktlssim {

namespace {

constexpr std::size_t kFirstPoints = 5;
constexpr std::size_t kMostScanned = 200;  // points of a line that is not monotone

}  // namespace

bool LineSearch::monotone() const {
  bool proven_before = false;
  for (const auto& [point, look] : looks_) {
    if (proven_before && !look.possible) return false;
    proven_before = proven_before || look.proven;
  }
  return true;
}

std::optional<std::size_t> LineSearch::first_of(bool Look::*property) const {
  for (const auto& [point, look] : looks_)
    if (look.*property) return point;
  return std::nullopt;
}

std::optional<std::size_t> LineSearch::middle(bool Look::*property) const {
  const std::optional<std::size_t> has = first_of(property);
  if (!has || *has == 0) return std::nullopt;
  std::size_t without = 0;  // all probes are known, the first point too
  for (const auto& [point, look] : looks_)
    if (point < *has) without = point;
  if (*has - without < 2) return std::nullopt;
  return without + (*has - without) / 2;
}

std::vector<std::size_t> LineSearch::wanted() const {
  std::vector<std::size_t> points;
  const auto want = [&](std::size_t point) {
    if (!looks_.contains(point) && std::ranges::find(points, point) == points.end()) points.push_back(point);
  };
  for (std::size_t i = 0; i < kFirstPoints; ++i) want(i * (points_ - 1) / (kFirstPoints - 1));
  if (!points.empty()) return points;
  if (!monotone()) {
    const std::size_t end = first().value_or(points_);
    const std::size_t step = std::max<std::size_t>(1, (end + kMostScanned - 1) / kMostScanned);
    for (std::size_t point = 0; point < end; point += step) want(point);
    if (!points.empty()) return points;
  }
  for (bool Look::*const property : {&Look::holds, &Look::possible, &Look::proven})
    if (const std::optional<std::size_t> next = middle(property)) want(*next);
  return points;
}

}  // namespace ktlssim
