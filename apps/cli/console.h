// What a person or a program sees of a command: text or JSON, colours and progress on terminals only, exit codes.
//
//   0 done or valid   1 refused (a verdict)   2 usage   3 unsupported or bad model or input   4 environment
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tacit/api/tacit.h"

namespace tacit::cli {

struct Settings {
  bool json = false;
  bool quiet = false;
  bool no_color = false;
};

enum class Exit : int { kDone = 0, kRefused = 1, kUsage = 2, kBadInput = 3, kEnvironment = 4 };

// What a command's errors mean where the code alone doesn't tell: to `verify` everything wrong with a file is a verdict.
enum class Purpose : uint8_t { kMake, kVerify };
Exit exit_of(Code code, Purpose purpose);

class Console {
 public:
  explicit Console(const Settings& settings);

  // A line of the result, on stdout; not with --quiet or --json.
  void line(const std::string& text) const;
  // The result of a command with --json.
  void json(const nlohmann::ordered_json& value) const;
  // Shows a stage that begins; on a terminal only.
  api::Progress progress() const;
  void clear_progress() const;

  // Says what is wrong: one line on stderr, or {"error": …} on stdout with --json. Returns the exit code.
  Exit report(const Error& error, Purpose purpose) const;

  bool is_json() const { return settings_.json; }
  std::string green(const std::string& text) const { return paint("\033[1;32m", text); }

 private:
  std::string paint(const char* colour, const std::string& text) const;
  Settings settings_;
  bool colour_out_ = false, colour_err_ = false, progress_ = false;
};

// ---- what a person reads

std::string bytes_text(uint64_t bytes);                      // "171 KB"
std::string seconds_text(double seconds);                    // "0.02 s", "6 ms"
std::string count_text(uint64_t n);                          // "61,706"
std::string time_text(int64_t unix_seconds);                 // "2026-11-24 10:02 UTC"
std::string short_id(const hash::Digest& digest);            // "9f3c6a01…e1"
std::string shape_text(const std::vector<uint32_t>& shape);  // "1×1×32×32"
// A name or text from a file: control characters become '?'.
std::string safe(const std::string& text);
// "[ -3.1 0.2 … 11.8 ], class 7"
std::string values_text(const api::NamedTensor& tensor);

}  // namespace tacit::cli
