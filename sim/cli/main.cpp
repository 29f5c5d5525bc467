#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "sim/cli/output.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/profiles/profile_files.hpp"
#include "sim/experiment/text/build_info.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

namespace {

std::string general_help() {
  constexpr std::size_t kSummaries = 29;
  constexpr std::size_t kOptions = 13;
  std::string text = "usage: ktlssim VERB [arguments]\n\n" +
                     wrap("Simulates FreeBSD kernel TLS over OpenCrypto drivers: throughput, latency, CPU.", columns()) + '\n';
  for (const Verb& verb : verbs())
    text += entry(fmt::format("  {:<12}{:<15}", verb.name, verb.arguments), verb.summary, kSummaries);
  return text + entry(fmt::format("  {:<12}{:<15}", "help", "VERB"), "explain a verb, with examples", kSummaries) + '\n' +
         entry("  --version", "version, compiler and SimGrid", kOptions) + entry("  --help", "this text", kOptions) + '\n' +
         wrap("Exit status: 0 done, 1 a run failed or stalled, 2 the command line or an input is wrong, 130 interrupted.",
              columns());
}

std::string version_text() {
  const BuildInfo& build = build_info();
  return fmt::format("ktlssim {} ({}, {}, {}), SimGrid {}\n", build.version, build.git, build.compiler,
                     build.build_type, build.simgrid);
}

std::string command_line(const std::vector<std::string>& words) {
  std::string text = "ktlssim";
  for (const std::string& word : words) {
    const bool safe =
        !word.empty() && word.find_first_of(" \t\n'\"\\$`*?[]{}()<>|&;#~!") == std::string::npos;
    if (safe) {
      text += " " + word;
      continue;
    }
    text += " '";
    for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
    text += "'";
  }
  return text;
}

int run_verb_line(const Verb& verb, const Arguments& arguments) {
  const Options options = verb.options();
  const std::optional<Values> values = parse(options, arguments);
  for (const std::filesystem::path& missing : missing_data_directories())
    complain(fmt::format("KTLSSIM_DATA: \"{}\": no such directory; no profile is found there", missing.string()));
  if (values) return verb.run(*values);
  print(help_text(options));
  return kExitDone;
}

int dispatch(const std::vector<std::string>& words) {
  if (words.empty()) throw UsageError("a verb is missing");
  const std::string& first = words.front();
  if (first == "--version") {
    print(version_text());
    return kExitDone;
  }
  if (first == "--help" || first == "-h" || (first == "help" && words.size() == 1)) {
    print(general_help());
    return kExitDone;
  }
  if (first != "help") return run_verb_line(find_verb(first), {{words.begin() + 1, words.end()}, command_line(words)});
  if (words.size() > 2) throw UsageError(fmt::format("unexpected argument \"{}\"", words[2]));
  print(help_text(find_verb(words[1]).options()));
  return kExitDone;
}

// Rather than one that could not be written.
bool cannot_be_looked_at(const std::filesystem::filesystem_error& error) {
  constexpr std::array kReasons{std::errc::too_many_symbolic_link_levels, std::errc::filename_too_long, std::errc::permission_denied,
                                std::errc::not_a_directory};
  return error.path2().empty() && std::ranges::any_of(kReasons, [&](std::errc reason) { return error.code() == reason; });
}

// Every error of the user ends here.
int run_command_line(const std::vector<std::string>& words) {
  try {
    return dispatch(words);
  } catch (const OutputClosed&) {
    return kExitDone;
  } catch (const InputError& error) {
    for (const Problem& problem : error.problems()) complain(problem.line());
    return kExitWrongInput;
  } catch (const UsageError& error) {
    const bool verb = !words.empty() && std::ranges::find(verbs(), words.front(), &Verb::name) != verbs().end();
    complain(fmt::format("{}\nTry `ktlssim {}--help`.", error.what(), verb ? words.front() + ' ' : ""));
    return kExitWrongInput;
  } catch (const std::filesystem::filesystem_error& error) {
    const std::filesystem::path& path = error.path2().empty() ? error.path1() : error.path2();
    complain(fmt::format("{}: {}", path.string(), error.code().message()));
    return cannot_be_looked_at(error) ? kExitWrongInput : kExitRunFailed;
  } catch (const std::exception& error) {
    complain(error.what());
    return kExitRunFailed;
  }
}

}  // namespace

}  // namespace ktlssim

int main(int argc, char** argv) {
  // A file that is opened must not become standard output because there is none.
  for (int fd = 0; fd <= STDERR_FILENO; ++fd)
    if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) < 0) return ktlssim::kExitRunFailed;
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is noticed where it is written
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is noticed where the output is written
  return ktlssim::run_command_line({argv + (argc > 0 ? 1 : 0), argv + argc});
}
