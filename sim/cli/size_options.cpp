#include "sim/cli/size_options.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/cli/text.hpp"
#include "sim/experiment/size/size.hpp"

namespace ktlssim {

namespace {

constexpr std::int64_t kMostReplications = 10000;
constexpr std::int64_t kUsualReplications = 16;
constexpr std::size_t kFirstReplications = 4;

std::string plain_text(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

}  // namespace

void add_vary(Options& options, std::string help) {
  options.add("vary", "/POINTER=VALUES", Repeatable{}, std::move(help));
}

void add_search(Options& options) {
  options.add("replications", "N", Integer{1, kMostReplications, kUsualReplications},
              "simulate a point at most N times, and fewer times where they decide");
  add_pool(options);
  add_format(options);
}

std::vector<VaryAxis> vary_option(const Values& values) {
  std::vector<VaryAxis> axes;
  for (const std::string& text : values.texts("vary")) {
    axes.push_back(parse_axis(text, "--vary"));
    for (std::size_t i = 0; i + 1 < axes.size(); ++i)
      if (axes[i].pointer == axes.back().pointer)
        throw InputError({{"--vary", axes.back().pointer, "", "varies twice"}});
  }
  return axes;
}

Replications replications_option(const Values& values) {
  const std::size_t most = values.count("replications");
  return {std::min(most, kFirstReplications), most};
}

Margins margins_option(const Values& values) {
  Margins margins;
  for (const char* const option : {"target", "subject-to"}) {
    if (!values.has(option)) continue;
    for (const std::string& text : values.texts(option)) {
      const std::string name = fmt::format("--{}", option);
      try {
        for (Margin& margin : checked_expression(text, name).margins()) margins.push_back(std::move(margin));
      } catch (const ExpressionError& error) {
        throw InputError({{name, "", short_text(Json(text)), error.what()}});
      }
    }
  }
  return margins;
}

std::string settings_text(const std::vector<Assignment>& values) {
  std::string text;
  for (const Assignment& a : values) text += fmt::format("{}{}={}", text.empty() ? "" : " ", a.pointer, plain_text(a.value));
  return text;
}

Json settings_json(const std::vector<Assignment>& values) {
  Json json = Json::object();
  for (const Assignment& a : values) json[a.pointer] = a.value;
  return json;
}

std::string estimate_text(const std::optional<Estimate>& e) {
  if (!e) return "-";
  if (e->spread == Spread::deterministic) return number_text(e->mean);
  if (e->spread == Spread::single) return number_text(e->mean) + " (one replication)";
  return fmt::format("{} [{}, {}]", number_text(e->mean), number_text(e->lo), number_text(e->hi));
}

Json estimate_json(const std::optional<Estimate>& e) {
  if (!e) return nullptr;
  Json json{{"mean", number_json(e->mean)}, {"n", e->n}};
  if (e->spread == Spread::deterministic)
    json["deterministic"] = true;
  else
    json["ci95"] = e->spread == Spread::interval ? Json{number_json(e->lo), number_json(e->hi)} : Json();
  return json;
}

std::string limit_text(const PointRuns& runs, std::size_t point) {
  if (!runs.refused(point).empty()) return runs.refused(point);
  const Experiment& experiment = runs.experiment(point);
  for (const Replication& run : experiment.runs)
    if (run.result.status != RunStatus::done)
      return fmt::format("replication {} {}: {}", run.number, name(run.result.status),
                         run.result.diagnosis.substr(0, run.result.diagnosis.find('\n')));
  const Resource* const limit = experiment.summary.bottleneck();
  if (limit == nullptr) return {};
  const std::string use = fmt::format("{}, utilization {:.1f} %", limit->name, 100 * limit->utilization);
  return limit->utilization >= kSaturated ? fmt::format("{}: {}", use, limit->what_it_means)
                                          : fmt::format("nothing is saturated; nearest: {}", use);
}

std::string unsteady_text(const PointRuns& runs, std::size_t point) {
  if (!runs.refused(point).empty() || runs.experiment(point).steadiness.steady()) return {};
  return runs.experiment(point).steadiness.why.front().what;
}

}  // namespace ktlssim
