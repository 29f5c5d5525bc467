#include "sim/cli/kernel_warning.hpp"

#include "sim/cli/output.hpp"
#include "sim/experiment/input/kernel_notes.hpp"
#include "sim/experiment/input/scenario_file.hpp"

namespace ktlssim {

void warn_of_kernel(const Scenario& scenario, std::string_view before) {
  for (const std::string& note : kernel_notes(scenario)) complain(std::string(before) + note);
}

Scenario load_told(const std::filesystem::path& path, std::span<const std::string> sets) {
  std::vector<Problem> unread;
  Scenario scenario = load_scenario(path, sets, &unread);
  warn_of_unread(unread);
  return scenario;
}

void warn_of_unread(std::span<const Problem> unread, std::string_view before) {
  for (const Problem& problem : unread) complain(std::string(before) + problem.line());
}

}  // namespace ktlssim
