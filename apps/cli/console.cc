#include "apps/cli/console.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace tacit::cli {

using Json = nlohmann::ordered_json;

Exit exit_of(Code code, Purpose purpose) {
  switch (code) {
    case Code::kUsage:
    case Code::kExists:
      return Exit::kUsage;
    case Code::kIo:
    case Code::kLocked:
    case Code::kBadLedger:
    case Code::kEnvironment:
      return Exit::kEnvironment;
    case Code::kWrongEpoch:
      return purpose == Purpose::kVerify ? Exit::kRefused : Exit::kEnvironment;
    case Code::kBadInput:
      return Exit::kBadInput;
    case Code::kBudgetSpent:
      return Exit::kRefused;
    default:
      return purpose == Purpose::kVerify ? Exit::kRefused : Exit::kBadInput;
  }
}

Console::Console(const Settings& settings) : settings_(settings) {
  const bool wanted = !settings.no_color && std::getenv("NO_COLOR") == nullptr;
  colour_out_ = wanted && ::isatty(STDOUT_FILENO) != 0;
  colour_err_ = wanted && ::isatty(STDERR_FILENO) != 0;
  progress_ = !settings.quiet && !settings.json && ::isatty(STDERR_FILENO) != 0;
}

std::string Console::paint(const char* colour, const std::string& text) const {
  return colour_out_ ? colour + text + "\033[0m" : text;
}

void Console::line(const std::string& text) const {
  if (settings_.quiet || settings_.json) return;
  fmt::print("{}\n", text);
}

void Console::json(const Json& value) const {
  fmt::print("{}\n", value.dump(2, ' ', false, Json::error_handler_t::replace));
}

api::Progress Console::progress() const {
  if (!progress_) return {};
  return [](const char* stage) {
    fmt::print(stderr, "\r\033[K{} …", stage);
    std::fflush(stderr);
  };
}

void Console::clear_progress() const {
  if (progress_) fmt::print(stderr, "\r\033[K");
}

Exit Console::report(const Error& error, Purpose purpose) const {
  clear_progress();
  const Exit exit = exit_of(error.code, purpose);
  if (settings_.json) {
    Json out;
    if (purpose == Purpose::kVerify)
      out = {{"verified", false},
             {"code", code_name(error.code)},
             {"where", error.place},
             {"message", code_text(error.code)}};
    out["error"] = {{"code", code_name(error.code)},
                    {"where", error.place},
                    {"index", error.index},
                    {"message", code_text(error.code)},
                    {"hint", error.hint}};
    json(out);
    return exit;
  }
  const char* red = colour_err_ ? "\033[1;31m" : "";
  const char* plain = colour_err_ ? "\033[0m" : "";
  if (exit == Exit::kRefused) {
    const std::string what = error.hint.empty() || error.place.empty()
                                 ? fmt::format("{} ({})", code_text(error.code), safe(error.place))
                                 : fmt::format("{}: {}", code_text(error.code), safe(error.hint));
    fmt::print(stderr, "{}REFUSED{} {}: {}\n", red, plain, code_name(error.code), what);
    return exit;
  }
  fmt::print(stderr, "{}error{}: {}: {}{}{}\n", red, plain, safe(error.place), code_text(error.code),
             error.hint.empty() ? "" : ": ", safe(error.hint));
  return exit;
}

std::string bytes_text(uint64_t bytes) {
  static constexpr const char* kUnits[] = {"bytes", "KB", "MB", "GB", "TB"};
  if (bytes < 1024) return fmt::format("{} bytes", bytes);
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1024 && unit < 4) value /= 1024, ++unit;
  return value < 10 ? fmt::format("{:.1f} {}", value, kUnits[unit]) : fmt::format("{:.0f} {}", value, kUnits[unit]);
}

std::string seconds_text(double seconds) {
  if (seconds < 0.01) return fmt::format("{:.1f} ms", seconds * 1e3);
  if (seconds < 10) return fmt::format("{:.2f} s", seconds);
  if (seconds < 120) return fmt::format("{:.0f} s", seconds);
  return fmt::format("{:.1f} min", seconds / 60);
}

std::string count_text(uint64_t n) {
  std::string digits = std::to_string(n);
  for (size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string time_text(int64_t unix_seconds) {
  const std::time_t time = unix_seconds;
  std::tm parts{};
  char text[64];
  if (::gmtime_r(&time, &parts) == nullptr || std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts) == 0)
    return fmt::format("{} s", unix_seconds);
  return text;
}

std::string short_id(const hash::Digest& digest) {
  const std::string hex = hash::hex(digest);
  return hex.substr(0, 8) + "…" + hex.substr(hex.size() - 4);
}

std::string shape_text(const std::vector<uint32_t>& shape) {
  std::string out;
  for (const uint32_t length : shape) out += (out.empty() ? "" : "×") + std::to_string(length);
  return out.empty() ? "1 number" : out;
}

std::string safe(const std::string& text) {
  std::string out = text;
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  return out;
}

std::string values_text(const api::NamedTensor& tensor) {
  constexpr size_t kShown = 6;
  const model::Tensor& value = tensor.value;
  const size_t n = value.size();
  const auto number = [&](size_t i) {
    return value.is_real() ? fmt::format("{:.4g}", value.reals()[i]) : std::to_string(value.ints()[i]);
  };
  std::string out = "[";
  for (size_t i = 0; i < n; ++i) {
    if (n > kShown && i == kShown / 2) {
      out += " …";
      i = n - kShown / 2;
    }
    out += " " + number(i);
  }
  out += " ]";
  // A single vector of scores has a class: the first of its largest elements.
  const model::Shape& shape = value.shape();
  if (value.is_real() && n > 1 && !shape.empty() && shape.back() == static_cast<int64_t>(n)) {
    const auto reals = value.reals();
    out += fmt::format(", class {}", std::max_element(reals.begin(), reals.end()) - reals.begin());
  }
  return out;
}

}  // namespace tacit::cli
