#include "apps/cli/shell.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "apps/cli/help.h"

namespace tacit::cli {
namespace {

using Apps = std::vector<const CLI::App*>;
using Options = std::vector<const CLI::Option*>;

Apps commands(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* command) { return !command->get_name().empty(); });
}

Options named_options(const CLI::App& app) {
  return app.get_options([](const CLI::Option* option) { return option->nonpositional(); });
}

bool takes_value(const CLI::Option& option) { return option.get_expected_max() > 0 && option.get_type_size() != 0; }

// --name for every long name, -n for every short one.
std::vector<std::string> spellings(const CLI::Option& option) {
  std::vector<std::string> out;
  for (const std::string& name : option.get_lnames()) out.push_back("--" + name);
  for (const std::string& name : option.get_snames()) out.push_back("-" + name);
  return out;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

// 'text' for any of the shells; apostrophes are typographic, so no shell takes them for quotes.
std::string quoted(const std::string& text) { return "'" + replaced(text, "'", "’") + "'"; }

std::string words(const CLI::App& app) {
  std::string out;
  for (const CLI::App* command : commands(app)) out += command->get_name() + " ";
  for (const CLI::Option* option : named_options(app))
    for (const std::string& name : spellings(*option)) out += name + " ";
  if (!out.empty()) out.pop_back();
  return out;
}

std::string bash_script(const CLI::App& app) {
  std::string names, cases;
  for (const CLI::App* command : commands(app)) {
    names += (names.empty() ? "" : "|") + command->get_name();
    cases += fmt::format("    {}) options={} ;;\n", command->get_name(), quoted(words(*command)));
  }
  return fmt::format(R"(# tacit completion bash > /etc/bash_completion.d/tacit
_tacit() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} command='' word options=''
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case $word in {}) command=$word; break ;; esac
  done
  case $command in
    '') options={} ;;
{}  esac
  if [[ -z $command || $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}}
complete -o filenames -F _tacit tacit
)",
                     names, quoted(words(app)), cases);
}

// An option as zsh's _arguments wants it: '(-o --output)'{-o,--output}'[text]:TYPE:_files'.
std::string zsh_option(const CLI::Option& option) {
  const std::vector<std::string> names = spellings(option);
  std::string all, braces;
  for (const std::string& name : names)
    all += (all.empty() ? "" : " ") + name, braces += (braces.empty() ? "" : ",") + name;
  const bool repeats = option.get_expected_max() > 1;
  const std::string text = replaced(replaced(replaced(option.get_description(), "[", "("), "]", ")"), ":", ";");
  const std::string rest = fmt::format("[{}]{}", text, takes_value(option) ? ":value:_files" : "");
  if (names.size() == 1) return quoted((repeats ? "*" : "") + names[0] + rest);
  return fmt::format("{}{{{}}}{}", quoted(repeats ? "*" : "(" + all + ")"), braces, quoted(rest));
}

std::string zsh_script(const CLI::App& app) {
  std::string names, cases;
  for (const CLI::App* command : commands(app)) {
    names += fmt::format("    {}\n", quoted(command->get_name() + ":" + command->get_description()));
    cases += fmt::format("    {})\n      _arguments", command->get_name());
    for (const CLI::Option* option : named_options(*command)) cases += " \\\n        " + zsh_option(*option);
    cases += " \\\n        '*:file:_files'\n      ;;\n";
  }
  return fmt::format(R"(#compdef tacit
# tacit completion zsh > a file _tacit in a folder of $fpath
_tacit() {{
  local -a commands=(
{}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
{}  esac
}}
_tacit "$@"
)",
                     names, cases);
}

std::string fish_script(const CLI::App& app) {
  std::string out = "# tacit completion fish > ~/.config/fish/completions/tacit.fish\n";
  const auto add = [&](const char* condition, const CLI::Option& option) {
    out += fmt::format("complete -c tacit -n {}", quoted(condition));
    for (const std::string& name : option.get_lnames()) out += " -l " + name;
    for (const std::string& name : option.get_snames()) out += " -s " + name;
    out += fmt::format("{} -d {}\n", takes_value(option) ? " -r -F" : "", quoted(option.get_description()));
  };
  for (const CLI::Option* option : named_options(app)) add("__fish_use_subcommand", *option);
  for (const CLI::App* command : commands(app)) {
    out += fmt::format("complete -c tacit -f -n __fish_use_subcommand -a {} -d {}\n", command->get_name(),
                       quoted(command->get_description()));
    const std::string condition = "__fish_seen_subcommand_from " + command->get_name();
    for (const CLI::Option* option : named_options(*command)) add(condition.c_str(), *option);
  }
  return out;
}

std::string roff(const std::string& text) {
  std::string out = replaced(replaced(text, "\\", "\\e"), "-", "\\-");
  if (!out.empty() && (out[0] == '.' || out[0] == '\'')) out = "\\&" + out;
  out = replaced(replaced(out, "…", "..."), "’", "'");
  return replaced(replaced(out, "\n.", "\n\\&."), "\n'", "\n\\&'");
}

std::string verbatim(const std::string& text) { return ".nf\n" + roff(text) + ".fi\n"; }

std::string option_entries(const CLI::App& app) {
  std::string out;
  for (const CLI::Option* option : app.get_options()) {
    std::string names;
    for (const std::string& name : spellings(*option)) names += (names.empty() ? "" : ", ") + name;
    if (takes_value(*option)) names += (names.empty() ? "" : " ") + option->get_type_name();
    out += fmt::format(".TP\n.B {}\n{}\n", roff(names), roff(option->get_description()));
  }
  return out;
}

}  // namespace

std::string completion_script(const CLI::App& app, const std::string& shell) {
  return shell == "bash" ? bash_script(app) : shell == "zsh" ? zsh_script(app) : fish_script(app);
}

std::string manual_page(const CLI::App& app) {
  std::string out = fmt::format(".TH TACIT 1 \"\" \"tacit {}\"\n.SH NAME\ntacit \\- {}\n", TACIT_VERSION,
                                roff(app.get_description()));
  out += ".SH SYNOPSIS\n.B tacit\n.I COMMAND\n[options]\n.SH OPTIONS\n" + option_entries(app);
  for (const CLI::App* command : commands(app)) {
    std::string name = command->get_name();
    std::transform(name.begin(), name.end(), name.begin(), ::toupper);
    out += fmt::format(".SH {}\n{}.\n{}", name, roff(command->get_description()), option_entries(*command));
    if (!command->get_footer().empty()) out += ".PP\n" + verbatim(command->get_footer());
  }
  return out + ".SH CONCEPTS\n" + verbatim(kConcepts);
}

}  // namespace tacit::cli
