#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <optional>

#include "models/counted.hpp"
#include "models/kernel_profile.hpp"
#include "models/scenario.hpp"
#include "sim/cli/common_options.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/profiles/profile_files.hpp"
#include "sim/experiment/input/scenario_template.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kInitHelp{
    "ktlssim init [FILE] [options]",
    "Writes a scenario to begin with, each parameter with a comment, to FILE or to standard output. On a terminal it asks "
    "for what no option says; elsewhere, and with --yes, it takes the defaults. `ktlssim check` takes the result; "
    "--set changes any other parameter.",
    "  ktlssim init\n"
    "  ktlssim init mine.json --host epyc-7502p --driver aesni-zen2 --sessions 200\n"
    "  ktlssim init --yes --driver qat-c62x --set /ktls/workers=4 | ktlssim run -\n"};

constexpr std::int64_t kMaxSessions = 1'000'000;
constexpr std::int64_t kMaxDuration_ms = 3'600'000;

class Terminal {
 public:
  explicit Terminal(bool asks) : asks_(asks) {}

  // `given`, or an answer that is among `allowed` (any if there are none), or the default.
  std::string choose(std::string_view what, const std::optional<std::string>& given, const std::string& fallback,
                     const Texts& allowed) const {
    if (given || !asks_) return given.value_or(fallback);
    for (;;) {
      fmt::print(stderr, "{}{} [{}]: ", what, allowed.empty() ? "" : fmt::format(" ({})", fmt::join(allowed, ", ")),
                 fallback);
      std::string answer;
      if (!std::getline(std::cin, answer)) throw UsageError("the answers ended: give options, or --yes for the defaults");
      if (answer.empty()) return fallback;
      if (allowed.empty() || std::ranges::find(allowed, answer) != allowed.end() || is_profile_path(answer))
        return answer;
      complain(fmt::format("there is no \"{}\"{}", answer, did_you_mean(answer, allowed)));
    }
  }

  std::int64_t count(std::string_view what, const std::optional<std::string>& given, std::int64_t fallback,
                     std::int64_t max) const {
    for (;;) {
      try {
        return integer_value(what, choose(what, given, std::to_string(fallback), {}), 1, max);
      } catch (const UsageError& error) {
        if (given || !asks_) throw;
        complain(error.what());
      }
    }
  }

 private:
  bool asks_;
};

Texts words(std::span<const std::string_view> names) { return {names.begin(), names.end()}; }

// What FILE makes of the name; a name of its own otherwise.
std::string name_of(const Values& values, const std::string& driver) {
  return values.operands().empty() ? driver : std::filesystem::path(values.operands().front()).stem().string();
}

std::vector<Assignment> answers(const Values& values, const Terminal& terminal) {
  const std::string host =
      terminal.choose("host", values.optional_text("host"), "xeon-e5-1620v3", profile_names(ProfileKind::host));
  const std::string driver =
      terminal.choose("driver", values.optional_text("driver"), "ccr-t6", profile_names(ProfileKind::driver));
  const std::string kernel = terminal.choose("kernel", values.optional_text("kernel"), std::string(kDefaultKernel),
                                             profile_names(ProfileKind::kernel));
  const std::string kind = terminal.choose("workload", values.optional_text("workload"),
                                           std::string(kWorkloadKindNames.front()), words(kWorkloadKindNames));
  const std::int64_t sessions = terminal.count("sessions", values.optional_text("sessions"), 64, kMaxSessions);
  const std::int64_t duration_ms = terminal.count("duration-ms", values.optional_text("duration-ms"), 100, kMaxDuration_ms);
  const auto stem = [](const std::string& reference) { return std::filesystem::path(reference).filename().string(); };
  return {{"/name", name_of(values, stem(driver))},
          {"/description", fmt::format("What {} {} get from {} on {}?", sessions == 1 ? "does" : "do", counted(sessions, "session"), stem(driver), stem(host))},
          {"/kernel", kernel},
          {"/host", host},
          {"/driver", driver},
          {"/ktls/dispatch", "driver"},
          {"/tls/version", "1.2"},
          {"/tls/cipher", "aes-128-gcm"},
          {"/workload/kind", kind},
          {"/workload/sessions", sessions},
          {"/measure/duration_ms", duration_ms}};
}

// What --set says, over the answers or after them.
void add_settings(const Texts& sets, std::vector<Assignment>& values) {
  for (const std::string& set : sets) {
    const std::size_t equals = set.find('=');
    if (equals == std::string::npos || !set.starts_with('/'))
      throw UsageError(fmt::format("--set {}: expected /json/pointer=VALUE", set));
    const std::string pointer = set.substr(0, equals);
    const Json parsed = Json::parse(set.substr(equals + 1), nullptr, false);
    const bool text = parsed.is_discarded() || pointer == "/tls/version";
    Json value = text ? Json(set.substr(equals + 1)) : parsed;
    const auto known = std::ranges::find(values, pointer, &Assignment::pointer);
    if (known != values.end())
      known->value = std::move(value);
    else
      values.push_back({pointer, std::move(value)});
  }
}

}  // namespace

Options init_options() {
  Options options(kInitHelp, {"FILE", 0, 1});
  options.add("host", "NAME", Text{}, "host profile, a name or a path");
  options.add("driver", "NAME", Text{}, "driver profile, likewise");
  options.add("kernel", "NAME", Text{}, "kernel profile, likewise");
  options.add("workload", "NAME", Text{}, "what offers records: sendfile, send, closed or poisson");
  options.add("sessions", "N", Integer{1, kMaxSessions}, "TLS connections");
  options.add("duration-ms", "N", Integer{1, kMaxDuration_ms}, "simulated time that is measured");
  add_sets(options);
  options.flag("yes", "ask nothing");
  options.flag("force", "write over a file that is there");
  return options;
}

int init_verb(const Values& values) {
  const bool asks = !values.given("yes") && isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
  std::vector<Assignment> written = answers(values, Terminal(asks));
  add_settings(values.texts("set"), written);
  const std::string text = json_text(commented_scenario(written, values.operands().empty() ? "init" : values.operands().front()));
  if (values.operands().empty() || values.operands().front() == "-") {
    print(text);
    return kExitDone;
  }
  const OutputFile file = new_file(values.operands().front(), values);
  file.write(text);
  complain(fmt::format("wrote {0}: ktlssim run {0}", values.operands().front()));
  return kExitDone;
}

}  // namespace ktlssim
