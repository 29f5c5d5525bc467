#include "sim/experiment/fit/fit_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlopt.hpp>
#include <stdexcept>
#include <utility>

#include "sim/experiment/profiles/profiles.hpp"
#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/parameters/effective.hpp"
#include "sim/experiment/statistics/mean.hpp"
#include "sim/experiment/validation/validation.hpp"

namespace ktlssim {

namespace {

double value_at(const Json& json, const std::string& pointer) {
  const Json& found = json.at(Json::json_pointer(pointer));
  return found.is_object() ? found.at("value").get<double>() : found.get<double>();
}

}  // namespace

FitModel::FitModel(const FitProblem& problem, std::size_t replications, const Pool& pool)
    : problem_(problem), replications_(replications), pool_(pool), remembered_(problem.claims.size()) {
  for (const FitParameter& parameter : problem.parameters) {
    hosts_.push_back(parameter.times_host.empty()
                         ? Json()
                         : Json{{"host", profile_json(load_host_profile(parameter.times_host))}});
    committed_.push_back(committed(parameter, hosts_.back()));
  }
}

FitModel::Values FitModel::lower() const {
  Values all;
  for (const FitParameter& parameter : problem_.parameters) all.push_back(parameter.min);
  return all;
}

FitModel::Values FitModel::upper() const {
  Values all;
  for (const FitParameter& parameter : problem_.parameters) all.push_back(parameter.max);
  return all;
}

FitModel::Values FitModel::start() const {
  Values all;
  for (std::size_t p = 0; p < committed_.size(); ++p)
    all.push_back(std::clamp(committed_[p], problem_.parameters[p].min, problem_.parameters[p].max));
  return all;
}

FitModel::Values FitModel::first_steps() const {
  constexpr double kOfValue = 0.1;
  constexpr double kOfRange = 0.05;
  Values all = start();
  for (std::size_t p = 0; p < all.size(); ++p)
    all[p] =
        std::max(all[p] * kOfValue, (problem_.parameters[p].max - problem_.parameters[p].min) * kOfRange);
  return all;
}

bool FitModel::applies(const FitParameter& parameter, const Claim& claim) const {
  return parameter.claims.empty() ||
         std::find(parameter.claims.begin(), parameter.claims.end(), claim.name) != parameter.claims.end();
}

bool FitModel::applies(std::size_t parameter, std::size_t claim) const {
  return applies(problem_.parameters[parameter], problem_.claims[claim]);
}

const Claim& FitModel::first_claim(const FitParameter& parameter) const {
  return *std::find_if(problem_.claims.begin(), problem_.claims.end(),
                       [&](const Claim& c) { return applies(parameter, c); });
}

double FitModel::committed(const FitParameter& parameter, const Json& host) const {
  const Variant& variant = first_claim(parameter).variant;
  const Json scenario = effective_json(load_scenario(variant.scenario, variant.sets));
  const std::string& pointer = parameter.pointers.front();
  const double now = value_at(scenario, pointer);
  return host.is_null() ? now : now / value_at(host, pointer);
}

std::vector<std::pair<std::string, double>> FitModel::settings(std::size_t p, double value) const {
  std::vector<std::pair<std::string, double>> all;
  for (const std::string& pointer : problem_.parameters[p].pointers)
    all.emplace_back(pointer, hosts_[p].is_null() ? value : value * value_at(hosts_[p], pointer));
  return all;
}

// The figures that decided on a parameter, and the file that says how.
std::string FitModel::fitted_to(const FitParameter& parameter) const {
  std::vector<std::string> figures;
  for (const Claim& claim : problem_.claims)
    if (applies(parameter, claim))
      figures.push_back(fmt::format("{} {} of claim {} ({})", number_json(claim.published).dump(), claim.metric,
                                    claim.name, claim.source));
  return fmt::format("{}; {}", fmt::join(figures, ", "), problem_.file);
}

std::vector<ProfileValue> FitModel::profile_values(std::size_t p, double value) const {
  const FitParameter& parameter = problem_.parameters[p];
  const Variant& variant = first_claim(parameter).variant;
  std::vector<ProfileValue> all;
  for (const auto& [pointer, number] : settings(p, value)) {
    const auto kind = std::ranges::find_if(kProfileKinds, [&, &at = pointer](ProfileKind candidate) {
      return at.starts_with(fmt::format("/{}/", name(candidate)));
    });
    if (kind == std::end(kProfileKinds)) continue;  // a parameter of the scenario
    const auto file = profile_file_of(variant.scenario, variant.sets, *kind);
    all.push_back({*kind,
                   file.value_or(std::filesystem::path()),
                   pointer.substr(pointer.find('/', 1)),
                   {number, hosts_[p].is_null() ? 0 : value, fitted_to(parameter)}});
  }
  return all;
}

Claim FitModel::with_values(Claim claim, const Values& values) const {
  for (std::size_t p = 0; p < values.size(); ++p) {
    if (!applies(problem_.parameters[p], claim)) continue;
    for (const auto& [pointer, value] : settings(p, values[p])) {
      const std::string set = fmt::format("{}={}", pointer, number_json(value).dump());
      claim.variant.sets.push_back(set);
      if (claim.against) claim.against->sets.push_back(set);
    }
  }
  return claim;
}

FitModel::Values FitModel::own_values(const Asked& asked) const {
  Values own;
  for (std::size_t p = 0; p < asked.values.size(); ++p)
    if (applies(p, asked.claim)) own.push_back(asked.values[p]);
  return own;
}

FitModel::Values FitModel::predict(const std::vector<Asked>& asked) {
  std::vector<std::pair<std::size_t, Values>> missing;  // claims, with values of their own parameters
  std::vector<Claim> claims;
  for (const Asked& one : asked) {
    std::pair<std::size_t, Values> place{one.claim, own_values(one)};
    if (remembered_[one.claim].contains(place.second) || std::ranges::find(missing, place) != missing.end()) continue;
    claims.push_back(with_values(problem_.claims[one.claim], one.values));
    missing.push_back(std::move(place));
  }
  if (!claims.empty()) {
    ValidationRun run = validate(claims, replications_, pool_);
    if (run.interrupted) throw nlopt::forced_stop();
    for (std::size_t i = 0; i < missing.size(); ++i) {
      ClaimOutcome& outcome = run.outcomes[i];
      const double predicted = outcome.failure.empty() ? outcome.predicted.mean : kNaN;
      remembered_[missing[i].first][missing[i].second] = {predicted, std::move(outcome.failure)};
    }
    simulated_ += claims.size();
  }
  Values predicted;
  for (const Asked& one : asked) predicted.push_back(remembered_[one.claim].at(own_values(one)).predicted);
  return predicted;
}

FitModel::Values FitModel::predict(const Values& values) {
  ++evaluations_;
  failure_ = nullptr;
  std::vector<Asked> all;
  for (std::size_t i = 0; i < problem_.claims.size(); ++i) all.push_back({i, values});
  Values predicted = predict(all);
  for (const Asked& one : all) {
    const std::string& failure = remembered_[one.claim].at(own_values(one)).failure;
    if (failure.empty()) continue;
    failure_ = std::make_exception_ptr(std::runtime_error(fmt::format(
        "{}: a run failed with {}: {}", problem_.claims[one.claim].name, fmt::join(values, ", "), failure)));
    std::rethrow_exception(failure_);
  }
  return predicted;
}

void FitModel::optimize(nlopt::opt& optimizer, Values& x) {
  double reached = 0;
  try {
    optimizer.optimize(x, reached);
  } catch (...) {
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    throw;
  }
}

FitModel::Values FitModel::errors(const Values& predicted) const {
  Values all;
  for (std::size_t i = 0; i < predicted.size(); ++i)
    all.push_back((predicted[i] - problem_.claims[i].published) / problem_.claims[i].allowed());
  return all;
}

}  // namespace ktlssim
