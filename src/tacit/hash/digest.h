// Digest: the 32-byte output of the hash, the name of everything committed.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace tacit::hash {

struct Digest {
  std::array<uint8_t, 32> bytes{};

  friend bool operator==(const Digest&, const Digest&) = default;
};

// 64 lower-case hexadecimal digits.
inline std::string hex(const Digest& digest) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(64);
  for (uint8_t byte : digest.bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

}  // namespace tacit::hash
