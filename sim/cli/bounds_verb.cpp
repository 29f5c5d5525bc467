#include <fmt/format.h>

#include "models/bounds.hpp"
#include "sim/cli/kernel_warning.hpp"
#include "sim/cli/known_output.hpp"
#include "sim/cli/common_options.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/ensemble/priors.hpp"
#include "sim/experiment/input/scenario_file.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kBoundsHelp{
    "ktlssim bounds SCENARIO [options]",
    "What no run of the scenario can exceed, and what sets that limit: the least time a record takes of each "
    "station, from the profiles alone; nothing is simulated. Waiting, locks and switches between threads are "
    "not in it, so a run may well stay below. Networks of product form are solved exactly. Of session groups "
    "each "
    "is bounded as if all sessions were of it, and so is any mix.",
    "  ktlssim bounds scenarios/ccr-tls12-gcm128.json\n"
    "  ktlssim bounds scenarios/ccr-tls12-gcm128.json --set /ktls/dispatch=blocking\n"
    "  ktlssim bounds scenarios/closed-ideal.json --format json\n"};

double gbps(double records_per_us, const Demands& demands) {
  return records_per_us * static_cast<double>(demands.payload_bytes) * 8 / 1e3;
}

std::string station_lines(const Demands& demands, const AsymptoticBounds& bounds) {
  std::string text = fmt::format("{:<30}{:>9}{:>13}{:>10}{:>17}\n", "station", "servers", "us/record",
                                 "every us", "at most Gbit/s");
  for (std::size_t i = 0; i < demands.stations.size(); ++i) {
    const StationDemand& station = demands.stations[i];
    text += fmt::format("{:<30}{:>9}{:>13}{:>10}{:>17}\n", station.name, number_text(station.servers),
                        number_text(station.demand_us), number_text(station.demand_us / station.servers),
                        number_text(gbps(bounds.stations[i].records_per_us, demands)));
  }
  return text;
}

std::string circulation_lines(const Demands& demands, const AsymptoticBounds& bounds) {
  if (bounds.knees.empty()) return {};
  std::string text = fmt::format("\n{:<30}{:>9}{:>13}{:>10}{:>17}\n", "circulation", "number", "cycle us",
                                 "knee", "at most Gbit/s");
  for (const Knee& knee : bounds.knees)
    text += fmt::format("{:<30}{:>9}{:>13}{:>10}{:>17}\n", knee.circulation.name,
                        number_text(knee.circulation.customers), number_text(knee.circulation.cycle_us),
                        number_text(knee.customers), number_text(gbps(knee.records_per_us, demands)));
  return text;
}

std::string product_form_lines(const ProductForm& form, const Demands& demands) {
  if (!form.network) return wrap(fmt::format("\nnot of product form: {}", form.why_not), columns());
  const MeanValues values = mean_value_analysis(*form.network);
  std::string text = fmt::format("\nproduct form, exact: {} Gbit/s, {} records/s, response {} us\n",
                                 number_text(gbps(values.records_per_us, demands)),
                                 number_text(values.records_per_us * 1e6), number_text(values.response_us));
  if (const auto balanced = balanced_job_bounds(*form.network))
    text += fmt::format("balanced-job bounds: {} to {} Gbit/s\n",
                        number_text(gbps(balanced->lower_per_us, demands)),
                        number_text(gbps(balanced->upper_per_us, demands)));
  text += fmt::format("{:<30}{:>9}{:>13}{:>10}{:>17}\n", "queue", "servers", "residence us", "length",
                      "utilization %");
  for (std::size_t i = 0; i < values.queues.size(); ++i) {
    const Queue& queue = form.network->queues[i];
    const QueueEstimate& estimate = values.queues[i];
    text += fmt::format("{:<30}{:>9}{:>13}{:>10}{:>17.1f}\n", queue.name, number_text(queue.servers),
                        number_text(estimate.residence_us), number_text(estimate.length),
                        100 * estimate.utilization);
  }
  return text;
}

std::string table(const Scenario& scenario, const Demands& demands) {
  const AsymptoticBounds bounds = asymptotic_bounds(demands);
  std::string text = wrap(fmt::format("{}: records of {} bytes; nothing is simulated", plain(scenario.name),
                                      demands.payload_bytes),
                          columns()) +
                     "\n" + station_lines(demands, bounds) + circulation_lines(demands, bounds);
  text += "\n" + wrap(fmt::format("bottleneck: {}: at most {} Gbit/s, a record every {} us",
                                  bounds.bottleneck.name, number_text(bounds.throughput_gbps),
                                  number_text(1 / bounds.bottleneck.records_per_us)),
                      columns());
  return text + product_form_lines(product_form(scenario), demands);
}

Json product_form_json(const ProductForm& form, const Demands& demands) {
  if (!form.network) return {{"why_not", form.why_not}};
  const MeanValues values = mean_value_analysis(*form.network);
  Json json{{"customers", form.network->customers},
            {"delay_us", form.network->delay_us},
            {"throughput_gbps", gbps(values.records_per_us, demands)},
            {"records_per_second", values.records_per_us * 1e6},
            {"response_us", values.response_us},
            {"queues", Json::array()}};
  for (std::size_t i = 0; i < values.queues.size(); ++i)
    json["queues"].push_back({{"name", form.network->queues[i].name},
                              {"residence_us", values.queues[i].residence_us},
                              {"length", values.queues[i].length},
                              {"utilization", values.queues[i].utilization}});
  if (const auto balanced = balanced_job_bounds(*form.network))
    json["balanced_job_gbps"] = {gbps(balanced->lower_per_us, demands),
                                 gbps(balanced->upper_per_us, demands)};
  return json;
}

Json json(const Scenario& scenario, const Demands& demands) {
  const AsymptoticBounds bounds = asymptotic_bounds(demands);
  Json stations = Json::array();
  for (std::size_t i = 0; i < demands.stations.size(); ++i)
    stations.push_back({{"name", demands.stations[i].name},
                        {"servers", demands.stations[i].servers},
                        {"demand_us_per_record", demands.stations[i].demand_us},
                        {"throughput_gbps", gbps(bounds.stations[i].records_per_us, demands)}});
  Json circulations = Json::array();
  for (const Knee& knee : bounds.knees)
    circulations.push_back({{"name", knee.circulation.name},
                            {"customers", knee.circulation.customers},
                            {"cycle_us", knee.circulation.cycle_us},
                            {"knee_customers", knee.customers},
                            {"throughput_gbps", gbps(knee.records_per_us, demands)}});
  return {{"scenario", scenario.name},
          {"payload_bytes", demands.payload_bytes},
          {"stations", std::move(stations)},
          {"circulations", std::move(circulations)},
          {"bottleneck", bounds.bottleneck.name},
          {"throughput_gbps", bounds.throughput_gbps},
          {"product_form", product_form_json(product_form(scenario), demands)}};
}

std::string name_of(const Scenario& scenario, const SessionGroup& kind) {
  const bool software =
      scenario.ktls.mode == KtlsMode::ifnet && scenario.with_all(kind).ktls.mode == KtlsMode::software;
  return fmt::format("TLS {} {}{}", name(kind.tls.version), name(kind.tls.cipher), software ? ", software" : "");
}

std::string mix_table(const Scenario& scenario) {
  std::string text =
      wrap(fmt::format("{}: if all sessions were of one kind; nothing is simulated", plain(scenario.name)),
           columns()) +
      fmt::format("\n{:<32}{:>15}  {}\n", "kind", "at most Gbit/s", "limited by");
  std::vector<Demands> kinds;
  for (const SessionGroup& kind : kinds_of_sessions(scenario)) {
    kinds.push_back(demands_of(scenario.with_all(kind)));
    const AsymptoticBounds bounds = asymptotic_bounds(kinds.back());
    text += fmt::format("{:<32}{:>15}  {}\n", name_of(scenario, kind), number_text(bounds.throughput_gbps),
                        bounds.bottleneck.name);
  }
  const Limit mix = mix_bound(kinds);
  return text + fmt::format("{:<32}{:>15}  {}\n", "any mix of them",
                            number_text(gbps(mix.records_per_us, kinds.front())), mix.name);
}

Json mix_json(const Scenario& scenario) {
  Json kinds = Json::array();
  std::vector<Demands> demands;
  for (const SessionGroup& kind : kinds_of_sessions(scenario)) {
    const Scenario alone = scenario.with_all(kind);
    demands.push_back(demands_of(alone));
    kinds.push_back(json(alone, demands.back()));
    kinds.back()["kind"] = name_of(scenario, kind);
  }
  const Limit mix = mix_bound(demands);
  return {{"scenario", scenario.name},
          {"kinds", std::move(kinds)},
          {"bottleneck", mix.name},
          {"throughput_gbps", gbps(mix.records_per_us, demands.front())}};
}

// The bound on the machines of the ensemble: what the parameters leave open. A bound has no discrepancy. Nothing where no
// value has a range.
std::optional<Known> known_bound(const Scenario& scenario, const EnsembleOption& ensemble) {
  if (!ensemble.wanted()) return std::nullopt;
  Machines machines = ensemble.machines(scenario);
  if (machines.all.empty()) return std::nullopt;
  for (Discrepancy& discrepancy : machines.discrepancies) discrepancy.sd = 0;
  ByMachine bounds;
  for (const Machine& machine : machines.all)
    bounds.push_back(asymptotic_bounds(demands_of(on_machine(scenario, machine.draw))).throughput_gbps);
  return known(machines, bounds, FigureKind::throughput);
}

}  // namespace

Options bounds_options() {
  Options options(kBoundsHelp, {"SCENARIO", 1, 1});
  add_sets(options);
  add_ensemble(options);
  add_format(options);
  return options;
}

int bounds_verb(const Values& values) {
  std::vector<Problem> unread;
  const Scenario scenario = load_scenario(values.operands().front(), settings(values), &unread);
  warn_of_unread(unread);
  warn_of_kernel(scenario);
  if (!scenario.session_groups.empty()) {
    print_table(as_json(values) ? json_of_verb("bounds", mix_json(scenario)) : mix_table(scenario));
    return kExitDone;
  }
  const Demands demands = demands_of(scenario);
  const std::optional<Known> known = known_bound(scenario, EnsembleOption(values));
  if (as_json(values)) {
    Json bounds = json(scenario, demands);
    if (known) put_known(bounds, *known);
    print_json("bounds", bounds);
    return kExitDone;
  }
  print_table(table(scenario, demands));
  if (known)
    print_table(fmt::format("what the profiles leave open: at most {} to {} Gbit/s (90 % of machines)\n",
                            number_text(known->ninety.lo), number_text(known->ninety.hi)));
  return kExitDone;
}

}  // namespace ktlssim
