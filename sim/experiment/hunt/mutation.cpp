#include "sim/experiment/hunt/mutation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <sstream>

#include "sim/experiment/parameters/effective.hpp"
#include "sim/experiment/parameters/parameter_list.hpp"

namespace ktlssim {

namespace {

// Groups of which everything may change. What-ifs are in no kernel, costs are no settings, and how long is measured breaks
// nothing.
constexpr std::array<std::string_view, 5> kGroups{"/ktls/", "/tls/", "/workload/", "/network/", "/faults/"};
constexpr double kFurthest = 16;        // a number becomes at most so many times as large or small
constexpr double kMostFromNothing = 64; // or so large, where it is zero
constexpr double kMostThreads = 512;    // sessions are threads where I/O is blocking
constexpr std::int64_t kSeeds = 1000;

using Random = boost::random::mt19937_64;

// Plain arithmetic, since distributions of libraries differ from one version to the next.
double uniform(Random& random) { return static_cast<double>(random() >> 11) * 0x1p-53; }
std::size_t below(Random& random, std::size_t n) { return static_cast<std::size_t>(uniform(random) * static_cast<double>(n)); }

std::vector<Json> choices(const std::string& allowed) {
  std::vector<Json> names;
  std::istringstream words(allowed);
  for (std::string word; std::getline(words, word, ',');) {
    const std::size_t begin = word.find_first_not_of(" \"");
    const std::size_t end = word.find_last_not_of(" \"");
    if (begin != std::string::npos) names.emplace_back(word.substr(begin, end - begin + 1));
  }
  return names;
}

bool is_within(const std::string& pointer, const std::vector<std::string>& groups) {
  return std::ranges::any_of(groups, [&](const std::string& group) { return pointer == group || pointer.starts_with(group + '/'); });
}

}  // namespace

Mutator::Mutator(Json effective, double window_ms, const std::vector<std::string>& kept) : effective_(std::move(effective)) {
  for (const Parameter& p : scenario_parameters()) {
    if (std::ranges::none_of(kGroups, [&](std::string_view group) { return p.pointer.starts_with(group); })) continue;
    if (is_within(p.pointer, kept)) continue;
    Gene gene{p.pointer, {}};
    const Json now = original(p.pointer);
    if (p.type == ParameterType::flag) {
      gene.choices = {true, false};
    } else if (p.type == ParameterType::choice) {
      gene.choices = choices(p.allowed);
    } else if ((p.type == ParameterType::integer || p.type == ParameterType::number) && now.is_number()) {
      const std::size_t to = p.allowed.find(" to ");
      if (to == std::string::npos) continue;
      const double value = now.get<double>();
      gene.whole = p.type == ParameterType::integer;
      gene.low = std::max(std::strtod(p.allowed.c_str(), nullptr), value / kFurthest);
      gene.high = std::min(std::strtod(p.allowed.c_str() + to + 4, nullptr), value == 0 ? kMostFromNothing : value * kFurthest);
      if (p.pointer.starts_with("/faults/") && p.pointer.ends_with("_ms")) {
        gene.low = 0;  // at a time of the run, where it is never by default
        gene.high = window_ms;
      }
      if (p.pointer == "/workload/sessions") gene.high = std::min(gene.high, std::max(value, kMostThreads));
      if (!(gene.high > gene.low)) continue;
    } else {
      continue;
    }
    genes_.push_back(std::move(gene));
  }
  if (!is_within("/seed", kept)) genes_.push_back({"/seed", {}, 1, static_cast<double>(kSeeds), true});
  if (genes_.empty()) throw InputError({{"--keep", "", "", "leaves nothing that could change"}});
}

Json Mutator::original(const std::string& pointer) const { return effective_value(effective_, pointer); }

// Numbers by equal factors, as most of them have effects; at times an end of the range.
Json Mutator::draw(const Gene& gene, Random& random) const {
  if (!gene.choices.empty()) return gene.choices[below(random, gene.choices.size())];
  const double part = uniform(random);
  double value = gene.low + (gene.high - gene.low) * part;
  if (gene.low >= 0 && gene.high <= 1 && !gene.whole)
    value = std::pow(10, -4 * (1 - part)) * gene.high;  // a probability
  else if (gene.low > 0)
    value = gene.low * std::pow(gene.high / gene.low, part);
  else if (gene.whole)
    value = std::pow(gene.high + 1, part) - 1;
  constexpr double kEnd = 0.05;
  if (const double end = uniform(random); end < 2 * kEnd) value = end < kEnd ? gene.low : gene.high;
  return number_json(gene.whole ? std::round(value) : std::strtod(fmt::format("{:.4g}", value).c_str(), nullptr));
}

Changes Mutator::mutate(const Changes& parent, Random& random) const {
  Changes changes = parent;
  // More than one at a time reaches what single steps do not.
  const std::size_t steps = 1 + below(random, 3);
  for (std::size_t i = 0; i < steps; ++i) {
    const Gene& gene = genes_[below(random, genes_.size())];
    const Json value = draw(gene, random);
    std::erase_if(changes, [&](const Assignment& a) { return a.pointer == gene.pointer; });
    if (value != original(gene.pointer)) changes.push_back({gene.pointer, value});
  }
  return changes;
}

}  // namespace ktlssim
