#include "sim/experiment/twin/twin_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/counted.hpp"
#include "sim/experiment/calibrate/thread_costs_output.hpp"
#include "sim/experiment/mechanism/slices.hpp"

namespace ktlssim {

namespace {

Json interval_json(const TwinInterval& interval) {
  return {{"value", number_json(interval.value)},
          {"low", number_json(interval.low)},
          {"high", number_json(interval.high)}};
}

// Null where there is no value.
Json figure_json(double value) { return std::isfinite(value) ? number_json(value) : Json(nullptr); }

struct Figure {
  const char* name;
  double TwinRun::*field;
};
constexpr Figure kFigures[] = {{"seconds", &TwinRun::seconds},
                               {"switches_per_record", &TwinRun::switches_per_record},
                               {"interrupt_us_mean", &TwinRun::interrupt_us_mean},
                               {"latency_us_mean", &TwinRun::latency_us_mean},
                               {"latency_us_p50", &TwinRun::latency_us_p50},
                               {"latency_us_p99", &TwinRun::latency_us_p99},
                               {"device_away_percent", &TwinRun::device_away_percent},
                               {"stolen_percent", &TwinRun::stolen_percent},
                               {"load", &TwinRun::load}};

Json rates_json(const TwinRates& rates) {
  return {{"records_per_second", number_json(rates.records_per_second)},
          {"cpu_us_per_record", number_json(rates.cpu_us_per_record)},
          {"in_flight_mean", number_json(rates.in_flight_mean)},
          {"interrupts_per_record", number_json(rates.interrupts_per_record)},
          {"device_utilization", number_json(rates.device_utilization)}};
}

Json run_json(const TwinRun& run) {
  Json json{{"records", run.records},
            {"slices", run.slices},
            {"slices_undisturbed", run.slices_undisturbed},
            {"plain", rates_json(run.plain)},
            {"undisturbed", run.slices_undisturbed > 0 ? rates_json(run.undisturbed) : Json(nullptr)}};
  for (const Figure& figure : kFigures) json[figure.name] = figure_json(run.*figure.field);
  for (const TwinThreads& kind : run.threads)
    json["threads"][kind.kind] = {{"threads", kind.threads},
                                  {"cpu_us_per_record", number_json(kind.cpu_us)},
                                  {"voluntary_switches_per_record", number_json(kind.voluntary)},
                                  {"involuntary_switches_per_record", number_json(kind.involuntary)}};
  return json;
}

Json row_json(const TwinRow& row) {
  Json setting{{"name", row.setting.name},
               {"path", name(row.setting.path)},
               {"kept_aside", row.setting.kept_aside}};
  for (const TwinParameter& parameter : twin_parameters())
    setting[std::string(parameter.name)] = row.setting.*parameter.field;
  Json json{{"setting", std::move(setting)}};
  json["measured"] = {{"records_per_second", interval_json(row.records_per_second)},
                      {"cpu_us_per_record", interval_json(row.cpu_us_per_record)},
                      {"switches_per_record", interval_json(row.switches_per_record)},
                      {"plain_records_per_second", interval_json(row.plain_records_per_second)},
                      {"plain_cpu_us_per_record", interval_json(row.plain_cpu_us_per_record)},
                      {"slices", row.slices()},
                      {"slices_undisturbed", row.slices_undisturbed()},
                      {"runs_with_too_few_slices", row.runs_with_too_few()}};
  json["predicted"] = {{"records_per_second", interval_json(row.predicted.records_per_second)},
                       {"cpu_us_per_record", interval_json(row.predicted.cpu_us_per_record)},
                       {"switches_per_record", interval_json(row.predicted.switches_per_record)},
                       {"latency_us_mean", figure_json(row.predicted.latency_us_mean)},
                       {"failure", row.predicted.failure}};
  json["runs"] = Json::array();
  for (const TwinRun& run : row.runs) json["runs"].push_back(run_json(run));
  return json;
}

Json score_json(const TwinScore& score) {
  return {{"settings", score.rows},
          {"throughput_within_10_percent", score.throughput_within_10},
          {"cpu_within_15_percent", score.cpu_within_15},
          {"throughput_intervals_meet", score.intervals_meet},
          {"worst_throughput_error", number_json(score.worst_throughput)},
          {"worst_cpu_error", number_json(score.worst_cpu)},
          {"gains_decided", score.gains_decided},
          {"gains_of_same_sign", score.gains_of_same_sign}};
}

std::string score_text(const char* what, const TwinScore& s) {
  return fmt::format(
      "{}: {}; throughput within 10 % in {}, intervals meet in {}, worst {:.0f} %; CPU within 15 % in "
      "{}, worst {:.0f} %; sign of the gain right in {} of {} decided\n",
      what, counted(s.rows, "setting"), s.throughput_within_10, s.intervals_meet, 100 * s.worst_throughput, s.cpu_within_15,
      100 * s.worst_cpu, s.gains_of_same_sign, s.gains_decided);
}

std::string ranged(const TwinInterval& i, double unit, int digits) {
  return fmt::format("{:.{}f} [{:.{}f}, {:.{}f}]", i.value / unit, digits, i.low / unit, digits, i.high / unit,
                     digits);
}

std::string row_text(const TwinRow& row) {
  return fmt::format(
      "{:<28}{:>3} {:>7.1f}{:>6.0f}{}{:>20}{:>20}{:>6.0f}%{:>18}{:>18}{:>6.0f}%{:>6.2f}{:>6.2f}\n",
      row.setting.label(), row.setting.kept_aside ? "*" : "", row.plain_records_per_second.value / 1e3,
      100.0 * row.slices_undisturbed() / std::max(1, row.slices()), row.runs_with_too_few() > 0 ? '!' : ' ', ranged(row.records_per_second, 1e3, 1),
      ranged(row.predicted.records_per_second, 1e3, 1),
      100 * error_of(row.predicted.records_per_second, row.records_per_second),
      ranged(row.cpu_us_per_record, 1, 0), ranged(row.predicted.cpu_us_per_record, 1, 0),
      100 * error_of(row.predicted.cpu_us_per_record, row.cpu_us_per_record), row.switches_per_record.value,
      row.predicted.switches_per_record.value);
}

std::string gain_text(const TwinGain& gain) {
  const char* const verdict = !gain.decided() ? "open" : gain.same_sign() ? "right" : "WRONG";
  return fmt::format("{:<20}{:>3} {:>22}{:>22}  {}\n", gain.name, gain.kept_aside ? "*" : "",
                     ranged(gain.measured, 0.01, 0), ranged(gain.predicted, 0.01, 0), verdict);
}

// What the threads had, over all runs.
std::string had_text(const TwinTable& table) {
  std::vector<double> away;
  std::vector<double> stolen;
  bool realtime = true;
  bool urgent = true;
  for (const TwinRow& row : table.rows)
    for (const TwinRun& run : row.runs) {
      away.push_back(run.device_away_percent);
      if (std::isfinite(run.stolen_percent)) stolen.push_back(run.stolen_percent);
      realtime = realtime && run.realtime;
      urgent = urgent && run.urgent;
    }
  std::string text = fmt::format("load {:.1f} before, {:.1f} after (the twin counts); ", table.load_before,
                                 table.load_after);
  if (!away.empty()) {
    const MeasuredCost cost = cost_of("", "", away);
    text += fmt::format("others had the device's CPU for {:.1f} % [{:.1f}, {:.1f}]; ", cost.value, cost.low,
                        cost.high);
  }
  double sum = 0;
  for (const double percent : stolen) sum += percent;
  if (!stolen.empty())
    text += fmt::format("the hypervisor had {:.2f} % of all CPUs", sum / static_cast<double>(stolen.size()));
  text += '\n';
  if (!realtime)
    text += "NOT ALLOWED: real-time priorities. Threads ran as ordinary ones; the predictions take fixed "
            "priorities for granted.\n";
  if (!urgent) text += "NOT ALLOWED: a more urgent device. Others may have had its CPU.\n";
  return text;
}

std::string slices_text(const TwinTable& table) {
  int all = 0;
  int undisturbed = 0;
  int too_few = 0;
  for (const TwinRow& row : table.rows) {
    all += row.slices();
    undisturbed += row.slices_undisturbed();
    too_few += row.runs_with_too_few();
  }
  return fmt::format(
      "plain: over all of the time; the other rates and CPU time are those of {} of {} slices of {} ms (%) in which\n"
      "nobody was taken off a CPU{}\n",
      undisturbed, all, TwinSlices::kSliceNs / 1'000'000,
      too_few > 0 ? fmt::format("; !: {} with fewer than {} of them: all of their time counts", counted(too_few, "run"),
                                TwinRun::kEnoughSlices)
                  : "");
}

}  // namespace

std::string twin_text(const TwinTable& table) {
  std::string text = fmt::format("{}, {}, {}: {} for the threads, one for the device\n", table.machine.cpu,
                                 table.system, counted(table.machine.cpus, "CPU"), table.machine.cpus - 1);
  text += fmt::format("{}, {} {:.0f} ms each, in turn\n", counted(table.rows.size(), "setting"), counted(table.plan.repeats, "time"),
                      table.plan.options.measured_ms);
  text += had_text(table) + '\n' + thread_costs_text(table.costs, true) + '\n';
  text += fmt::format("{:<31} {:>7}{:>7}{:>20}{:>20}{:>7}{:>18}{:>18}{:>7}{:>12}\n", "", "plain", "% ", "1000 records/s",
                      "predicted", "", "CPU us/record", "predicted", "", "switches");
  for (const TwinRow& row : table.rows) text += row_text(row);
  text += slices_text(table);
  text += fmt::format("\n{:<23} {:>22}{:>22}\n", "async over blocking, %", "measured", "predicted");
  for (const TwinGain& gain : table.gains) text += gain_text(gain);
  text += '\n' + score_text("looked at while the model was made", table.score(false));
  text += score_text("* kept aside until then", table.score(true));
  return text;
}

Json twin_json(const TwinTable& table) {
  Json json{{"machine",
             {{"cpu", table.machine.cpu},
              {"cpus", table.machine.cpus},
              {"threads_per_core", table.machine.threads_per_core},
              {"system", table.system},
              {"openssl", table.machine.openssl}}},
            {"plan",
             {{"repeats", table.plan.repeats},
              {"warmup_ms", number_json(table.plan.options.warmup_ms)},
              {"measured_ms", number_json(table.plan.options.measured_ms)},
              {"keep_awake", table.plan.options.keep_awake},
              {"draws", table.plan.draws}}},
            {"load_before", figure_json(table.load_before)},
            {"load_after", figure_json(table.load_after)},
            {"realtime", table.costs.realtime},
            {"urgent", table.costs.urgent},
            {"costs", thread_costs_json(table.costs)},
            {"settings", Json::array()},
            {"gains", Json::array()}};
  for (const TwinRow& row : table.rows) json["settings"].push_back(row_json(row));
  for (const TwinGain& gain : table.gains)
    json["gains"].push_back({{"name", gain.name},
                             {"kept_aside", gain.kept_aside},
                             {"measured", interval_json(gain.measured)},
                             {"predicted", interval_json(gain.predicted)},
                             {"decided", gain.decided()},
                             {"same_sign", gain.same_sign()}});
  json["score"] = {{"looked_at", score_json(table.score(false))}, {"kept_aside", score_json(table.score(true))}};
  return json;
}

std::string twin_csv(const TwinTable& table) {
  std::string text =
      "setting,path,kept_aside,records_per_second,low,high,predicted_records_per_second,low_predicted,"
      "high_predicted,cpu_us_per_record,predicted_cpu_us_per_record,switches_per_record,"
      "predicted_switches_per_record,plain_records_per_second,slices,slices_undisturbed\n";
  for (const TwinRow& row : table.rows) {
    const TwinInterval& m = row.records_per_second;
    const TwinInterval& p = row.predicted.records_per_second;
    text += fmt::format("{},{},{},{:.0f},{:.0f},{:.0f},{:.0f},{:.0f},{:.0f},{:.3f},{:.3f},{:.3f},{:.3f},{:.0f},{},{}\n",
                        row.setting.name, name(row.setting.path), row.setting.kept_aside, m.value, m.low, m.high,
                        p.value, p.low, p.high, row.cpu_us_per_record.value,
                        row.predicted.cpu_us_per_record.value, row.switches_per_record.value,
                        row.predicted.switches_per_record.value, row.plain_records_per_second.value, row.slices(),
                        row.slices_undisturbed());
  }
  return text;
}

}  // namespace ktlssim
