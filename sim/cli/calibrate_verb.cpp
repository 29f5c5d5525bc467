#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "models/counted.hpp"
#include "sim/cli/common_options.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/calibrate/machine_profiles.hpp"
#include "sim/experiment/calibrate/thread_costs_output.hpp"
#include "sim/experiment/derive/step_table.hpp"
#include "sim/experiment/text/output_directory.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kCalibrateHelp{
    "ktlssim calibrate [options]",
    "Measures what encryption costs this machine: AES-GCM, ChaCha20-Poly1305, AES-CBC and HMAC through "
    "OpenSSL, over record sizes, on hot and cold data, with 1 to twice as many threads as it has CPUs. Fits "
    "request_ns + byte_ns x bytes to the cold timings, predicts "
    "from that "
    "what several threads encrypt together, and prints it beside what they did. Time is CPU time, so other "
    "work on the machine disturbs little. With --out, writes a driver "
    "and a host "
    "profile; with --steps, step costs that were measured on FreeBSD go into the host profile.",
    "  ktlssim calibrate\n"
    "  ktlssim calibrate --out this-machine\n"
    "  KTLSSIM_DATA=this-machine ktlssim profiles measured\n"
    "  ktlssim calibrate --host xeon-e5-1620v3 --steps steps.csv --out this-machine\n"};

// What several threads do together: every AEAD, and one pair of CBC and HMAC.
constexpr std::array kOfThreads{Cipher::aes_128_gcm, Cipher::aes_256_gcm, Cipher::chacha20_poly1305,
                                Cipher::aes_128_cbc_sha1};

std::vector<Algorithm> algorithms_of(Cipher cipher) {
  if (is_aead(cipher)) return {encryption(cipher)};
  return {mac(cipher), encryption(cipher)};
}

// One, two, four, ..., as many as there are CPUs, and twice as many.
std::vector<int> thread_counts(int cpus) {
  std::vector<int> counts;
  for (int threads = 1; threads < cpus; threads *= 2) counts.push_back(threads);
  counts.push_back(cpus);
  counts.push_back(2 * cpus);
  return counts;
}

struct ThreadRow {
  Cipher cipher;
  int threads;
  ThreadsMeasurement measured;
  double predicted;  // records/s
};

std::string timing_lines(const std::vector<AlgorithmMeasurement>& algorithms) {
  std::string text = fmt::format("{:<20}{:>8}{:>12}{:>9}{:>12}{:>9}{:>10}\n", "algorithm", "bytes", "hot ns",
                                 "spread", "cold ns", "spread", "line ns");
  const auto spread = [](const Timing& t) {
    return fmt::format("{:.0f} %", 100 * (t.highest_ns - t.lowest_ns) / t.ns);
  };
  for (const AlgorithmMeasurement& m : algorithms) {
    const std::size_t sizes = m.timings.size() / 2;
    for (std::size_t i = 0; i < sizes; ++i) {
      const Timing& hot = m.timings[i];
      const Timing& cold = m.timings[i + sizes];
      text += fmt::format("{:<20}{:>8}{:>12}{:>9}{:>12}{:>9}{:>10}\n", name(m.algorithm), hot.bytes,
                          number_text(hot.ns), spread(hot), number_text(cold.ns), spread(cold),
                          number_text(m.cost.request_ns + m.cost.byte_ns * static_cast<double>(hot.bytes)));
    }
  }
  return text;
}

std::string cost_lines(const std::vector<AlgorithmMeasurement>& algorithms) {
  std::string text =
      fmt::format("\n{:<20}{:>14}{:>14}{:>20}\n", "algorithm", "request_ns", "byte_ns", "worst error");
  for (const AlgorithmMeasurement& m : algorithms)
    text += fmt::format("{:<20}{:>14.1f}{:>14.4f}{:>18.1f} %\n", name(m.algorithm), m.cost.request_ns,
                        m.cost.byte_ns, 100 * m.cost.worst_error);
  return text;
}

double gbps(double records_per_second) { return records_per_second * kTlsMaxPayloadBytes * 8 / 1e9; }

std::string thread_lines(const std::vector<ThreadRow>& rows) {
  std::string text = fmt::format("\n{:<20}{:>9}{:>10}{:>15}{:>16}{:>10}\n", "cipher", "threads", "CPUs had",
                                 "measured Gb/s", "predicted Gb/s", "error");
  for (const ThreadRow& row : rows)
    text += fmt::format("{:<20}{:>9}{:>10.2f}{:>15.2f}{:>16.2f}{:>8.1f} %\n", name(row.cipher), row.threads,
                        row.measured.cpus_had, gbps(row.measured.records_per_second), gbps(row.predicted),
                        100 * (row.predicted / row.measured.records_per_second - 1));
  return text;
}

Json json(const MachineDescription& machine, const std::vector<AlgorithmMeasurement>& algorithms,
          const std::vector<ThreadRow>& rows) {
  Json json{{"machine",
             {{"cpu", machine.cpu},
              {"openssl", machine.openssl},
              {"cpus", machine.cpus},
              {"threads_per_core", machine.threads_per_core}}},
            {"algorithms", Json::object()},
            {"threads", Json::array()}};
  for (const AlgorithmMeasurement& m : algorithms) {
    Json timings = Json::array();
    for (const Timing& t : m.timings)
      timings.push_back({{"bytes", t.bytes},
                         {"cold", t.cold},
                         {"ns", t.ns},
                         {"lowest_ns", t.lowest_ns},
                         {"highest_ns", t.highest_ns}});
    json["algorithms"][std::string(name(m.algorithm))] = {{"request_ns", m.cost.request_ns},
                                                          {"byte_ns", m.cost.byte_ns},
                                                          {"worst_error", m.cost.worst_error},
                                                          {"timings", std::move(timings)}};
  }
  for (const ThreadRow& row : rows)
    json["threads"].push_back({{"cipher", name(row.cipher)},
                               {"threads", row.threads},
                               {"cpus_had", row.measured.cpus_had},
                               {"measured_gbps", gbps(row.measured.records_per_second)},
                               {"predicted_gbps", gbps(row.predicted)}});
  return json;
}

}  // namespace

Options calibrate_options() {
  Options options(kCalibrateHelp, kNoOperands);
  options.add("repetitions", "N", Integer{1, 1000, 7}, "of each timing; the median counts");
  options.add("milliseconds", "N", Integer{1, 10000, 20}, "length of one repetition");
  options.add("host", "NAME", Text{"ideal"}, "host profile whose step costs are kept");
  options.add("steps", "FILE", Text{}, "CSV of measured step costs: step,mean,unit");
  add_out(options, "write the profiles \"measured\" to DIR/profiles");
  add_progress(options);
  add_format(options);
  return options;
}

int calibrate_verb(const Values& values) {
  const auto repetitions = static_cast<int>(values.integer("repetitions"));
  const auto milliseconds = static_cast<double>(values.integer("milliseconds"));
  const std::optional<std::string> steps = values.optional_text("steps");
  const std::optional<std::string> directory = values.optional_text("out");
  const MachineDescription machine = describe_machine();
  Json host = host_profile(machine, values.text("host"));
  std::vector<MeasuredStep> measured;  // read before minutes are spent
  if (steps) measured = read_steps(*steps, ProfileKind::host, host);
  std::optional<OutputDirectory> hosts;
  std::optional<OutputDirectory> drivers;
  if (directory) {
    hosts.emplace(std::filesystem::path(*directory) / "profiles" / "hosts");
    drivers.emplace(std::filesystem::path(*directory) / "profiles" / "drivers");
  }

  const std::vector<int> counts = thread_counts(machine.cpus);
  Progress progress = progress_option(values, "measurements");
  PoolCounts counted{2 + kOfThreads.size() * counts.size()};
  const auto step_ended = [&] {
    ++counted.done;
    progress.show(counted, counted.done);
  };
  const ThreadCosts thread_costs = measure_thread_costs(repetitions);
  step_ended();
  apply_thread_costs(thread_costs, host);
  apply_steps(measured, host);
  const std::vector<AlgorithmMeasurement> algorithms = measure_algorithms(repetitions, milliseconds);
  step_ended();
  const Json driver = driver_profile(machine, algorithms);
  std::vector<ThreadRow> rows;
  for (const Cipher cipher : kOfThreads)
    for (const int threads : counts) {
      rows.push_back(
          {cipher, threads,
           measure_threads(algorithms_of(cipher), threads, machine.cpus, repetitions, 5 * milliseconds),
           predict_threads(machine, driver, cipher, threads)});
      step_ended();
    }
  progress.end();
  if (hosts) {
    hosts->write("measured.json", json_text(host));
    drivers->write("measured.json", json_text(driver));
  }
  if (as_json(values)) {
    Json all = json(machine, algorithms, rows);
    all["thread_costs"] = thread_costs_json(thread_costs);
    print_json("calibrate", all);
    return kExitDone;
  }
  print_table(wrap(plain(fmt::format("{}, {}, {} a core, {}", machine.cpu, ktlssim::counted(machine.cpus, "CPU"),
                               machine.threads_per_core, machine.openssl)),
             columns()) +
        "\n" + timing_lines(algorithms) + cost_lines(algorithms) + thread_lines(rows) + "\n" +
        thread_costs_text(thread_costs, false));
  return kExitDone;
}

}  // namespace ktlssim
