#include "sim/cli/run_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <set>
#include <utility>
#include <vector>

#include "models/bounds.hpp"
#include "models/counted.hpp"
#include "sim/cli/text.hpp"
#include "sim/experiment/parameters/effective.hpp"
#include "sim/experiment/result/bound_check.hpp"
#include "sim/experiment/result/result_json.hpp"
#include "sim/machine/metrics.hpp"

namespace ktlssim {

namespace {

std::string with_changes(const std::string& name, std::size_t changed) {
  if (changed == 0) return plain(name);
  return fmt::format("{} ({} changed)", plain(name), counted(changed, "value"));
}

std::string network_text(const Scenario& s) {
  if (!s.has_application()) return "no network";
  if (s.network.kind == NetworkKind::loopback) return "loopback";
  return fmt::format("nic {} Gbit/s, rtt {} us", s.network.rate_gbps, s.network.rtt_us);
}

// Who encrypts for sessions that the NIC takes.
std::string nic_text(const Scenario& s) {
  return s.driver.traits().encrypts_in_nic ? s.driver.name : std::string("the NIC");
}

// The drivers; where OpenCrypto has a choice, those that do the work are named.
std::string drivers_text(const Scenario& s) {
  if (s.other_drivers.empty()) return "driver " + with_changes(s.driver.name, changed_values(s.driver));
  std::string text;
  for (const DriverProfile* const driver : s.drivers())
    text += fmt::format("{}{}", text.empty() ? "drivers " : ", ",
                        with_changes(driver->name, changed_values(*driver)));
  std::set<std::pair<Algorithm, std::string>> pairs;  // with who does it
  for (const SessionGroup& kind : kinds_of_sessions(s)) {
    const bool nic = s.with_all(kind).ktls.mode == KtlsMode::ifnet;
    const auto add = [&](Algorithm a) {
      if (nic)
        pairs.emplace(a, nic_text(s));
      else if (const DriverProfile* const driver = s.selected(a))
        pairs.emplace(a, driver->name);
    };
    add(encryption(kind.tls.cipher));
    if (!is_aead(kind.tls.cipher)) add(mac(kind.tls.cipher));
  }
  std::string_view separator = " (";
  for (const auto& [algorithm, who] : pairs) {
    text += fmt::format("{}{} by {}", separator, name(algorithm), who);
    separator = ", ";
  }
  return pairs.empty() ? text : text + ")";
}

std::string tls_text(const TlsParameters& tls) {
  return fmt::format("{} {}", name(tls.version),
                     name(tls.cipher));
}

// "TLS 1.2 aes-128-gcm, 64 sessions", or each group of them.
std::string sessions_text(const Scenario& s) {
  std::string text;
  std::int64_t left = s.workload.sessions;
  for (const SessionGroup& group : s.session_groups) {
    text += fmt::format("{}TLS {}{}, {}", text.empty() ? "" : "; ", tls_text(group.tls),
                        group.software ? " not by the NIC" : "", counted(group.sessions, "session"));
    left -= group.sessions;
  }
  if (left > 0) text += fmt::format("{}TLS {}, {}", text.empty() ? "" : "; ", tls_text(s.tls), counted(left, "session"));
  return text;
}

std::string precision_text(const Scenario& s, const Experiment& experiment) {
  if (!experiment.precise) return {};
  return fmt::format("; {} +/-{}% in {}", *experiment.precise ? "precise to" : "STILL NOT precise to",
                     number_text(100 * s.measure.relative_precision), s.measure.precision_metrics);
}

std::string set_up(const Scenario& s, const Experiment& experiment) {
  const Summary& summary = experiment.summary;

  std::string text = fmt::format("kernel {}, host {}, {}, dispatch {}, {}, {}, {}, {}",
                                 with_changes(s.kernel.name, changed_values(s.kernel)),
                                 with_changes(s.host.name, changed_values(s.host)), drivers_text(s),
                                 name(s.ktls.dispatch),
                                 name(s.workload.kind),
                                 sessions_text(s), counted(s.workers(), "worker"), network_text(s));
  if (summary.metrics.empty()) return text;
  switch (summary.metrics.front().spread) {
    case Spread::interval:
      return text + fmt::format("; mean of {} replications and its 95% confidence interval{}", summary.done,
                                precision_text(s, experiment));
    case Spread::single:
      return text + "; one replication (its spread is unknown; see --replications)";
    case Spread::growing:
    case Spread::deterministic:
      break;
  }
  return text + "; deterministic";
}

// `done`: replications there are; how many have the metric is said where it is not all.
std::string metric_line(std::string_view label, const Estimate& metric, std::string_view unit, std::size_t done) {
  std::string line = fmt::format("{:<22} {:>12} ", label, number_text(metric.mean));
  if (metric.spread == Spread::interval)
    line += fmt::format("{:<22} ", fmt::format("[{}, {}]", number_text(metric.lo), number_text(metric.hi)));
  if (metric.spread == Spread::growing) line += fmt::format("{:<22} ", "(grows: no mean)");
  line += unit;
  if (metric.n < done) line += fmt::format(", n {}", metric.n);
  while (line.ends_with(' ')) line.pop_back();
  return fitted(line);
}

// Of names, beside `others` columns; no more than a terminal of 80 has room for.
std::size_t name_width(std::size_t others) {
  constexpr std::size_t kLeast = 10;
  constexpr std::size_t kMost = 40;
  return columns() < others + kLeast ? kLeast : std::min(kMost, columns() - others);
}

// Throughput of each group of sessions, where there are groups.
std::string group_lines(const Scenario& s, const Summary& summary) {
  std::string text;
  std::map<std::string_view, const Estimate*> by_name;  // there may be a hundred thousand
  for (const Estimate& metric : summary.metrics) by_name.emplace(metric.name, &metric);
  const std::vector<TlsParameters> all = s.all_tls();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (const auto found = by_name.find(fmt::format("throughput_gbps_group_{}", i)); found != by_name.end())
      text += metric_line("  " + tls_text(all[i]), *found->second, "Gbit/s", summary.done);
  return text;
}

std::string metric_lines(const Scenario& s, const Summary& summary) {
  const Estimate* records = summary.metric("records_per_second");
  std::string text;
  for (const MetricInfo& row : metric_table()) {
    const Estimate* metric = summary.metric(row.name);
    if (!metric || (row.label.empty() && row.shown_unit.empty())) continue;
    text += metric_line(row.label, *metric, row.shown_unit, summary.done);
    if (row.name == "throughput_gbps") text += group_lines(s, summary);
    if (row.also_per_record && records && records->mean > 0)
      text += fitted(fmt::format("{:<22} {:>12} per record", "", number_text(metric->mean / records->mean)));
  }
  return text;
}

struct ClassUse {
  std::string name;
  double busy_ns = 0;
  std::map<std::string, double> functions;
};

std::vector<ClassUse> by_class(const Summary& summary) {
  std::vector<ClassUse> classes;
  for (const CpuShare& share : summary.cpu) {
    auto found = std::find_if(classes.begin(), classes.end(),
                              [&](const ClassUse& use) { return use.name == share.thread_class; });
    if (found == classes.end()) found = classes.insert(classes.end(), {share.thread_class, 0, {}});
    found->busy_ns += share.busy_ns;
    found->functions.try_emplace(share.function, 0).first->second += share.busy_ns;
  }
  std::stable_sort(classes.begin(), classes.end(),
                   [](const ClassUse& a, const ClassUse& b) { return a.busy_ns > b.busy_ns; });
  return classes;
}

std::string cpu_lines(const Scenario& scenario, const Summary& summary) {
  constexpr double kListed = 0.9;  // of a class's time: the functions listed
  const std::size_t width = name_width(24);
  std::string text;
  for (const ClassUse& use : by_class(summary)) {
    if (use.busy_ns <= 0) continue;
    text += fmt::format("{:<{}} {:>10} {:>12}\n", shortened(plain(use.name), width), width,
                        number_text(percent_of(use.busy_ns, scenario.cpus(), scenario)),
                        number_text(us_per_record(use.busy_ns, scenario, summary)));
    std::vector<std::pair<std::string, double>> functions(use.functions.begin(), use.functions.end());
    std::stable_sort(functions.begin(), functions.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    double shown = 0;
    for (const auto& [function, busy_ns] : functions) {
      if (shown >= kListed * use.busy_ns) break;
      shown += busy_ns;
      text += fmt::format("  {:<{}} {:>10} {:>12}\n", shortened(plain(function), width - 2), width - 2, "",
                          number_text(us_per_record(busy_ns, scenario, summary)));
    }
  }
  if (text.empty()) return {};
  return fmt::format("\n{:<{}} {:>10} {:>12}\n", "CPU time", width, "% of all", "us/record") + text;
}

// How busy each CPU is, in the order of their numbers.
std::string cpus_line(const Scenario& scenario, const Summary& summary) {
  if (summary.cpu_busy_ns.empty()) return {};
  std::string text = "each CPU, % busy:";
  std::size_t busiest = 0;
  for (std::size_t i = 0; i < summary.cpu_busy_ns.size(); ++i) {
    text += fmt::format(" {:.0f}", percent_of(summary.cpu_busy_ns[i], 1, scenario));
    if (summary.cpu_busy_ns[i] > summary.cpu_busy_ns[busiest]) busiest = i;
  }
  return '\n' + wrap(text + fmt::format("; busiest: CPU {}", busiest), columns());
}

std::string finding_lines(const Summary& summary, const Steadiness& steadiness) {
  std::string text;
  for (const std::string& finding : summary.findings)
    if (std::ranges::find(steadiness.why, finding, &UnsteadyReason::what) == steadiness.why.end())
      text += wrap(plain("note: " + finding), columns());
  return text;
}

std::string resource_lines(const Summary& summary) {
  if (summary.resources.empty()) return {};
  const std::size_t width = name_width(39);
  const bool narrow = columns() < width + 39;
  const int last = narrow ? 5 : 14;
  std::string text = fmt::format("\n{:<{}} {:>{}} {:>{}} {:>{}}\n", "resource", width, "servers", narrow ? 7 : 10, "us/record",
                                 narrow ? 9 : 12, narrow ? "busy%" : "utilization %", last);
  for (const Resource& resource : summary.resources)
    text += fmt::format("{:<{}} {:>{}} {:>{}} {:>{}.1f}\n", shortened(plain(resource.name), width), width,
                        number_text(resource.servers), narrow ? 7 : 10, number_text(resource.demand_us), narrow ? 9 : 12,
                        100 * resource.utilization, last);
  return text;
}

std::string churn_line(const Scenario& s, const Summary& summary) {
  const Estimate* const live = summary.metric("live_connections");
  const Estimate* const aborted = summary.metric("aborted_connections");
  if (!live || !aborted) return {};
  const auto sessions = static_cast<double>(s.workload.sessions);
  const double gone = sessions - live->mean;
  if (gone <= 0 || s.workload.reconnect_us == 0) return {};  // those that are gone for good were said first
  std::string text = fmt::format("{} of {} {} gone at the end, dropped because a crypto request failed",
                                 number_text(gone), counted(s.workload.sessions, "connection"), gone == 1 ? "is" : "are");
  if (gone > aborted->mean) text += fmt::format(", {} of them before the measured time", number_text(gone - aborted->mean));
  return '\n' + wrap(text, columns());
}

std::string bottleneck_line(const Summary& summary) {
  const Resource* resource = summary.bottleneck();
  if (!resource) return {};
  const std::string use =
      fmt::format("{}, utilization {:.1f} %", resource->name, 100 * resource->utilization);
  const std::string text = resource->utilization >= kSaturated
                               ? fmt::format("bottleneck: {}: {}", use, resource->what_it_means)
                               : fmt::format("nothing is saturated; nearest: {}", use);
  return '\n' + wrap(plain(text), columns());
}

std::string bound_line(const Scenario& scenario, const Summary& summary) {
  const std::optional<BoundCheck> check = check_against_bound(scenario, summary);
  if (!check) return {};
  std::string text = fmt::format("bound from the profiles: at most {} Gbit/s ({}); simulated: {:.1f} % of it",
                                 number_text(check->bound_gbps), check->limited_by, 100 * check->part);
  if (check->reach == BoundReach::at_edges)
    text += check->chance_gbps > 0 ? ", the part above being work that was under way when the measured time began or ended, or chance"
                                   : ", the part above being work that was under way when the measured time began or ended";
  if (check->reach == BoundReach::above) text += ". That CANNOT BE: a fault of the model, or of its bound";
  if (check->exact_gbps)
    text += fmt::format("; exactly {} Gbit/s, which is {} the interval", number_text(*check->exact_gbps),
                        check->exact_inside ? "inside" : "OUTSIDE");
  return wrap(text, columns());
}

}  // namespace

std::string steadiness_lines(const Steadiness& steadiness) {
  if (steadiness.steady()) return {};
  std::string text;
  for (const UnsteadyReason& reason : steadiness.why) text += wrap(plain("NOT STEADY: " + reason.what), columns());
  return text + '\n';
}

std::string run_table(const Scenario& scenario, const Experiment& experiment) {
  const Summary& summary = experiment.summary;
  std::string title = plain(scenario.name);
  if (!scenario.description.empty()) title += ": " + plain(scenario.description);
  std::string text = wrap(title, columns()) + wrap(set_up(scenario, experiment), columns()) + '\n';
  if (experiment.window) text += wrap(plain(window_text(*experiment.window)), columns()) + '\n';
  if (summary.done == 0) return text + "no replication was completed\n";
  if (summary.done < experiment.runs.size())
    text += fmt::format("{} of {} failed or stalled: left out\n\n",
                        experiment.runs.size() - summary.done, counted(experiment.runs.size(), "replication"));
  return text + steadiness_lines(experiment.steadiness) + metric_lines(scenario, summary) + cpu_lines(scenario, summary) + cpus_line(scenario, summary) +
         resource_lines(summary) + churn_line(scenario, summary) + bottleneck_line(summary) + finding_lines(summary, experiment.steadiness) + bound_line(scenario, summary);
}

}  // namespace ktlssim
