#include "sim/cli/kernel_warning.hpp"

#include "sim/cli/output.hpp"
#include "sim/experiment/input/kernel_notes.hpp"

namespace ktlssim {

void warn_of_kernel(const Scenario& scenario, std::string_view before) {
  for (const std::string& note : kernel_notes(scenario)) complain(std::string(before) + note);
}

void warn_of_unread(std::span<const Problem> unread, std::string_view before) {
  for (const Problem& problem : unread) complain(std::string(before) + problem.line());
}

}  // namespace ktlssim
