#include "sim/experiment/result/saved_runs.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/parameters/effective.hpp"
#include "sim/experiment/text/build_info.hpp"
#include "sim/experiment/text/run_result_json.hpp"
#include "sim/experiment/text/sealed_json.hpp"

namespace ktlssim {

namespace {

constexpr const char* kFile = "runs.json";

Json found_json(const std::optional<FoundWindow>& window) {
  if (!window) return nullptr;
  return {{"warmup_ms", window->warmup_ms}, {"duration_ms", window->duration_ms}, {"simulated_ms", window->simulated_ms},
          {"believed", window->believed}, {"why", window->why}};
}

std::optional<FoundWindow> found_window(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return FoundWindow{json.at("warmup_ms").get<double>(), json.at("duration_ms").get<double>(),
                     json.at("simulated_ms").get<double>(), json.at("believed").get<bool>(),
                     json.at("why").get<std::string>()};
}

}  // namespace

void write_saved_runs(const OutputDirectory& out, const Scenario& asked, const Scenario& scenario,
                      const Experiment& experiment) {
  Json runs = Json::array();
  for (const Replication& run : experiment.runs)
    runs.push_back({{"replication", run.number}, {"result", saved_json(run.result)}});
  out.write(kFile, json_text(sealed({{"git", build_info().git},
                                     {"asked", effective_json(asked)},
                                     {"effective", effective_json(scenario)},
                                     {"window", found_json(experiment.window)},
                                     {"runs", std::move(runs)}})));
}

bool has_saved_runs(const std::filesystem::path& directory) { return std::filesystem::exists(directory / kFile); }

SavedRuns read_saved_runs(const std::filesystem::path& directory) {
  const std::string file = (directory / kFile).string();
  if (!has_saved_runs(directory))
    throw InputError({{directory.string(), "", "", "no results of ktlssim run: expected a directory with a runs.json"}});
  std::string why;
  const std::optional<Json> json = read_sealed(file, why);
  if (!json) throw InputError({{"", "", "", why}});
  try {
    SavedRuns saved{read_scenario(json->at("effective"), file), json->at("asked"), {}, json->at("git").get<std::string>()};
    saved.experiment.window = found_window(json->at("window"));
    for (const Json& run : json->at("runs"))
      saved.experiment.runs.push_back({run.at("replication").get<std::size_t>(), run_result_of(run.at("result"))});
    conclude(saved.experiment, saved.scenario);
    return saved;
  } catch (const std::out_of_range&) {
    throw InputError({{file, "/runs", "", "no such status of a run"}});
  } catch (const nlohmann::json::exception&) {
    throw InputError({{file, "", "", "not written by this version of ktlssim run"}});
  }
}

std::optional<SavedRuns> saved_runs_of(const Scenario& asked, const std::filesystem::path& directory) {
  if (!has_saved_runs(directory)) return std::nullopt;
  SavedRuns saved = read_saved_runs(directory);
  Problems problems;
  const std::string file = (directory / kFile).string();
  if (saved.git != build_info().git)
    problems.add(file, "/git", short_text(Json(saved.git)), fmt::format("results of another version: {} here", build_info().git));
  const Json ours = effective_json(asked);
  if (saved.asked != ours) {
    const Json changes = Json::diff(saved.asked, ours);
    const std::string pointer = changes.empty() ? "" : changes.front().at("path").get<std::string>();
    problems.add(file, "/asked" + pointer, "", "results of another scenario");
  }
  problems.throw_if_any();
  // An interruption may have left gaps; what stands behind one is simulated again.
  std::vector<Replication>& runs = saved.experiment.runs;
  std::size_t whole = 0;
  while (whole < runs.size() && runs[whole].number == whole) ++whole;
  runs.resize(whole);
  return saved;
}

}  // namespace ktlssim
