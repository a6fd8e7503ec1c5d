// Little-endian words in byte buffers. On little-endian machines each compiles to one load or store.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace tacit::hash {

inline uint32_t load32(const uint8_t* in) {
  if constexpr (std::endian::native == std::endian::little) {
    uint32_t word;
    std::memcpy(&word, in, 4);
    return word;
  } else {
    return uint32_t{in[0]} | uint32_t{in[1]} << 8 | uint32_t{in[2]} << 16 | uint32_t{in[3]} << 24;
  }
}

inline uint64_t load64(const uint8_t* in) { return load32(in) | static_cast<uint64_t>(load32(in + 4)) << 32; }

inline void store32(uint8_t* out, uint32_t word) {
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(out, &word, 4);
  } else {
    for (int i = 0; i < 4; ++i) out[i] = static_cast<uint8_t>(word >> (8 * i));
  }
}

inline void store64(uint8_t* out, uint64_t word) {
  store32(out, static_cast<uint32_t>(word));
  store32(out + 4, static_cast<uint32_t>(word >> 32));
}

}  // namespace tacit::hash
