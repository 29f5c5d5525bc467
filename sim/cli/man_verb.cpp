#include <fmt/format.h>

#include "sim/cli/output.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/text/build_info.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kManHelp{"ktlssim man",
                         "Prints the manual page, for man(1): every verb, with its options and examples.",
                         "  ktlssim man > ktlssim.1\n"
                         "  ktlssim man | man -l -\n"};

// Text as man(7) takes it: nothing in it is a request.
std::string roff(std::string_view text) {
  std::string escaped;
  bool begins = true;
  for (const char c : text) {
    if (begins && (c == '.' || c == '\'')) escaped += "\\&";
    begins = c == '\n';
    if (c == '\\')
      escaped += "\\e";
    else if (c == '-')
      escaped += "\\-";
    else if (c == '`' || c == '\'')
      escaped += c == '`' ? "\\(ga" : "\\(aq";
    else
      escaped += c;
  }
  return escaped;
}

std::string option_entry(const Option& option) {
  std::string names = option.letter == 0 ? "" : fmt::format("\\fB\\-{}\\fR, ", option.letter);
  names += fmt::format("\\fB{}\\fR", roff("--" + option.name));
  if (!option.value.empty()) names += fmt::format(" \\fI{}\\fR", roff(option.value));
  const std::string fallback = fallback_text(option);
  const std::string by_default = fallback.empty() ? "" : fmt::format("; {} unless given", fallback);
  return fmt::format(".TP\n{}\n{}\n", names, roff(full_help(option) + by_default));
}

std::string verb_section(const Verb& verb) {
  const Options options = verb.options();
  std::string text =
      fmt::format(".SS {}\n{}\n", roff(fmt::format("{} {}", verb.name, verb.arguments)), roff(options.help().text));
  for (const Option& option : options.all()) text += option_entry(option);
  return text + fmt::format(".PP\nExamples:\n.PP\n.nf\n{}.fi\n", roff(options.help().examples));
}

std::string man_page() {
  std::string text = fmt::format(
      ".TH KTLSSIM 1 \"\" \"ktlssim {}\" \"User Commands\"\n"
      ".SH NAME\nktlssim \\- simulate FreeBSD kernel TLS over OpenCrypto drivers\n"
      ".SH SYNOPSIS\n\\fBktlssim\\fR \\fIVERB\\fR [\\fIarguments\\fR]\n"
      ".SH DESCRIPTION\nPredicts throughput, latency and CPU use of kernel TLS.\n"
      ".SH VERBS\n",
      build_info().version);
  for (const Verb& verb : verbs()) text += verb_section(verb);
  return text +
         ".SH EXIT STATUS\n0 done, 1 a run failed or stalled, 2 the command line or an input is wrong, "
         "130 interrupted.\n";
}

}  // namespace

Options man_options() { return {kManHelp, kNoOperands}; }

int man_verb(const Values&) {
  print(man_page());
  return kExitDone;
}

}  // namespace ktlssim
