#include "sim/experiment/text/problems.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <limits>

namespace ktlssim {

namespace {

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

std::string join_lines(const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems) {
    if (!text.empty()) text += '\n';
    text += problem.line();
  }
  return text;
}

}  // namespace

std::string Problem::line() const {
  std::string text;
  for (const std::string* part : {&file, &pointer, &value})
    if (!part->empty()) text += *part + ": ";
  return text + message;
}

InputError::InputError(std::vector<Problem> problems)
    : problems_(std::move(problems)), text_(join_lines(problems_)) {}

void Problems::add(std::string file, std::string pointer, std::string value, std::string message) {
  list_.push_back({std::move(file), std::move(pointer), std::move(value), std::move(message)});
}

void Problems::throw_if_any() const {
  if (!list_.empty()) throw InputError(list_);
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Three rows of the usual table: a swap looks two rows back.
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + replaced});
      const bool swapped =
          i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(above);
    above.swap(row);
  }
  return above[b.size()];
}

std::string nearest(std::string_view name, std::span<const std::string> candidates) {
  constexpr std::size_t kLongestName = 200;  // nobody mistypes more; bounds the work for hostile input
  if (name.empty() || name.size() > kLongestName) return {};
  std::string best;
  std::size_t best_distance = std::numeric_limits<std::size_t>::max();
  for (const std::string& candidate : candidates) {
    std::size_t distance = edit_distance(name, candidate);
    // A part of a name, such as "ccr" for "ccr-t6", is near although many letters are missing.
    if (name.size() >= 3 && candidate.find(name) != std::string::npos)
      distance = std::min<std::size_t>(distance, 1);
    const std::size_t allowed = std::max<std::size_t>(1, std::max(name.size(), candidate.size()) * 2 / 5);
    if (distance > allowed || distance >= best_distance) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

std::string did_you_mean(std::string_view name, std::span<const std::string> candidates) {
  const std::string near = nearest(name, candidates);
  return near.empty() ? std::string() : fmt::format("; did you mean \"{}\"?", near);
}

std::string quoted_list(std::span<const std::string> names) {
  std::string text;
  for (const std::string& name : names) text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", name);
  return text;
}

}  // namespace ktlssim
