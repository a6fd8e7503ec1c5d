// What shells and `man` want to know of the command line, made from the parser itself so that it can't differ from it.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace tacit::cli {

// A completion script. Shells: bash, zsh, fish. Requires one of these.
std::string completion_script(const CLI::App& app, const std::string& shell);

// The manual page tacit(1) in roff.
std::string manual_page(const CLI::App& app);

}  // namespace tacit::cli
