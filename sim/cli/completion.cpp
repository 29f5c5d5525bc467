#include "sim/cli/completion.hpp"

#include <fmt/format.h>

#include <vector>

#include "sim/cli/verbs.hpp"

namespace ktlssim {

namespace {

std::string all_verbs() {
  std::string text;
  for (const Verb& verb : verbs()) text += fmt::format("{} ", verb.name);
  return text + "help";
}

// The only values that an option takes; none: any.
std::vector<std::string_view> words_of(const Option& option) {
  if (const auto* choice = std::get_if<Choice>(&option.type)) return {choice->names.begin(), choice->names.end()};
  if (const auto* texts = std::get_if<Repeatable>(&option.type)) return texts->names;
  return {};
}

bool takes_no_value(const Option& option) { return std::holds_alternative<Flag>(option.type); }

// Within single quotes, without what else means something to `_arguments` in zsh.
std::string quotable(std::string_view text, std::string_view dropped = "") {
  std::string quoted;
  for (const char c : text) {
    if (dropped.find(c) != std::string_view::npos)
      quoted += ' ';
    else if (c == '\'')
      quoted += "'\\''";
    else
      quoted += c;
  }
  return quoted;
}

// --- bash

std::string bash_values(const Option& option) {
  if (const auto words = words_of(option); !words.empty())
    return fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$word\"))", fmt::join(words, " "));
  if (option.value == "DIR") return "COMPREPLY=($(compgen -d -- \"$word\"))";
  if (option.value == "FILE") return "COMPREPLY=($(compgen -f -- \"$word\"))";
  return "COMPREPLY=()";
}

std::string bash_verb(const Verb& verb) {
  const Options options = verb.options();
  std::string names;
  std::string values;
  for (const Option& option : options.all()) {
    names += fmt::format("--{} ", option.name);
    if (takes_no_value(option)) continue;
    const std::string letter = option.letter == 0 ? "" : fmt::format(" | -{}", option.letter);
    values += fmt::format("        --{}{}) {}; return ;;\n", option.name, letter, bash_values(option));
  }
  const std::string chosen = values.empty() ? "" : fmt::format("      case \"$before\" in\n{}      esac\n", values);
  return fmt::format("    {})\n      options='{}--help'\n{}      ;;\n", verb.name, names, chosen);
}

std::string bash_script() {
  std::string text = fmt::format(
      "# bash: source <(ktlssim completion bash)\n"
      "_ktlssim() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} options='--help --version'\n"
      "  COMPREPLY=()\n"
      "  if ((COMP_CWORD == 1)) || [[ $before == help ]]; then\n"
      "    COMPREPLY=($(compgen -W '{} --help --version' -- \"$word\"))\n"
      "    return\n"
      "  fi\n"
      "  case \"${{COMP_WORDS[1]}}\" in\n",
      all_verbs());
  for (const Verb& verb : verbs()) text += bash_verb(verb);
  return text +
         "  esac\n"
         "  if [[ $word == -* ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
         "  else\n"
         "    COMPREPLY=($(compgen -f -- \"$word\"))\n"
         "  fi\n"
         "}\n"
         "complete -o filenames -F _ktlssim ktlssim\n";
}

// --- zsh

std::string zsh_values(const Option& option) {
  if (takes_no_value(option)) return {};
  std::string action;
  if (const auto words = words_of(option); !words.empty())
    action = fmt::format("({})", fmt::join(words, " "));
  else if (option.value == "DIR")
    action = "_files -/";
  else if (option.value == "FILE")
    action = "_files";
  return fmt::format(":{}:{}", option.value, action);
}

std::string zsh_option(const Option& option) {
  const bool again = std::holds_alternative<Repeatable>(option.type);
  const std::string explained = fmt::format("[{}]{}", quotable(option.help, "[]:"), zsh_values(option));
  std::string text = fmt::format(" \\\n        '{}--{}{}'", again ? "*" : "", option.name, explained);
  if (option.letter != 0) text += fmt::format(" \\\n        '{}-{}{}'", again ? "*" : "", option.letter, explained);
  return text;
}

std::string zsh_script() {
  std::string text = "#compdef ktlssim\n_ktlssim() {\n  local -a verbs\n  verbs=(\n";
  for (const Verb& verb : verbs()) text += fmt::format("    '{}:{}'\n", verb.name, quotable(verb.summary, ":"));
  text +=
      "    'help:explain a verb, with examples'\n  )\n"
      "  if ((CURRENT == 2)) || [[ $words[2] == help ]]; then\n    _describe verb verbs\n    return\n  fi\n"
      "  local verb=$words[2]\n  shift words\n  ((CURRENT--))\n  case $verb in\n";
  for (const Verb& verb : verbs()) {
    text += fmt::format("    {})\n      _arguments '--help[print this text]'", verb.name);
    const Options options = verb.options();
    for (const Option& option : options.all()) text += zsh_option(option);
    text += options.operands().max == 0 ? "\n      ;;\n" : " '*:file:_files'\n      ;;\n";
  }
  return text + "  esac\n}\n_ktlssim \"$@\"\n";
}

// --- fish

std::string fish_values(const Option& option) {
  if (takes_no_value(option)) return {};
  if (const auto words = words_of(option); !words.empty()) return fmt::format(" -x -a '{}'", fmt::join(words, " "));
  if (option.value == "DIR") return " -x -a '(__fish_complete_directories)'";
  return option.value == "FILE" ? " -r -F" : " -x";
}

std::string fish_script() {
  std::string text = "# fish: ktlssim completion fish | source\ncomplete -c ktlssim -f\n";
  for (const Verb& verb : verbs())
    text += fmt::format("complete -c ktlssim -n __fish_use_subcommand -a {} -d '{}'\n", verb.name,
                        quotable(verb.summary, "'"));
  for (const Verb& verb : verbs()) {
    const std::string here = fmt::format("complete -c ktlssim -n '__fish_seen_subcommand_from {}'", verb.name);
    const Options options = verb.options();
    if (options.operands().max > 0) text += here + " -F\n";
    for (const Option& option : options.all()) {
      const std::string letter = option.letter == 0 ? "" : fmt::format(" -s {}", option.letter);
      text += fmt::format("{} -l {}{}{} -d '{}'\n", here, option.name, letter, fish_values(option),
                          quotable(option.help, "'"));
    }
  }
  return text;
}

}  // namespace

std::string completion_script(Shell shell) {
  switch (shell) {
    case Shell::bash:
      return bash_script();
    case Shell::zsh:
      return zsh_script();
    case Shell::fish:
      return fish_script();
  }
  return {};
}

}  // namespace ktlssim
