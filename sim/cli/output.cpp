#include "sim/cli/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include "sim/cli/colour.hpp"
#include "sim/cli/text.hpp"

namespace ktlssim {

void print(std::string_view plain_text) {
  // JSON is for programs, a terminal or not.
  const bool in_colour = has_colour(STDOUT_FILENO) && !plain_text.starts_with('{');
  const std::string text = in_colour ? coloured(plain_text) : std::string(plain_text);
  errno = 0;
  const bool written =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (written) return;
  if (errno == EPIPE) throw OutputClosed();
  throw std::system_error(errno, std::generic_category(), "standard output");
}

void print_table(std::string_view text) {
  constexpr std::size_t kMadeFor = 80;
  const bool as_it_is = columns() >= kMadeFor || text.starts_with('{');
  print(as_it_is ? std::string(text) : fitted(text));
}

std::string json_of_verb(std::string_view verb, const Json& content) {
  Json whole{{"verb", verb}};
  whole.update(content);
  return json_text(whole);
}

void print_json(std::string_view verb, const Json& content) { print(json_of_verb(verb, content)); }

void complain(std::string_view message) {
  const bool in_colour = has_colour(STDERR_FILENO);
  const std::string line =
      fmt::format("{}ktlssim:{} {}\n", in_colour ? "\x1b[1m" : "", in_colour ? "\x1b[0m" : "", message);
  // Where standard error is closed or full there is nobody to tell.
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace ktlssim
