#include "tacit/simd/hash_lanes.h"

#include <algorithm>
#include <atomic>

#include "tacit/base/check.h"
#include "tacit/field/goldilocks.h"
#include "tacit/simd/hash_kernels.h"

namespace tacit::simd {

const HashKernels& hash_kernels(Level level) {
#if TACIT_SIMD_X86
  if (level == Level::kAvx512) return avx512::kHashKernels;
  if (level == Level::kAvx2) return avx2::kHashKernels;
#endif
  (void)level;
  return portable::kHashKernels;
}

void hash_pairs(std::span<const hash::Digest> lower, std::span<hash::Digest> upper) {
  TACIT_CHECK(lower.size() == 2 * upper.size());
  static_assert(sizeof(hash::Digest) == 32);
  auto* left = reinterpret_cast<const uint8_t*>(lower.data());
  auto* out = reinterpret_cast<uint8_t*>(upper.data());
  const uint8_t* right = left + 32 * upper.size();
  const HashKernels& kernels = hash_kernels(active_level());
  size_t n = upper.size() - upper.size() % kernels.batch;
  kernels.hash_pairs(left, right, out, n);
  portable::kHashKernels.hash_pairs(left + 32 * n, right + 32 * n, out + 32 * n, upper.size() - n);
}

void keystream(const hash::Xof& xof, uint64_t first_block, std::span<uint64_t> out) {
  const HashKernels& kernels = hash_kernels(active_level());
  size_t n_blocks = out.size() / 8, n = n_blocks - n_blocks % kernels.batch;
  auto run = [&](const HashKernels& k, size_t begin, size_t count, uint64_t* to) {
    BlockRole role{first_block + begin, xof.block_bytes, xof.flags};
    k.keystream(xof.cv.data(), xof.block.data(), role, to, count);
  };
  run(kernels, 0, n, out.data());
  run(portable::kHashKernels, n, n_blocks - n, out.data() + 8 * n);
  if (out.size() % 8 != 0) {
    Secret<std::array<uint64_t, 8>> last(xof.words(first_block + n_blocks));
    std::copy_n(last.expose().begin(), out.size() % 8, out.begin() + 8 * n_blocks);
  }
}

Keystream::Keystream(const hash::Seed& seed, std::string_view label) {
  hash::Blake3 hasher = hash::Blake3::derive_key("tacit v1 prg " + std::string(label));
  xof_.expose() = hasher.update(seed.expose()).xof();
  hasher.wipe();
}

void Keystream::fill(std::span<uint64_t> out) {
  size_t skip = next_ % 8;
  if (skip != 0 && !out.empty()) {
    size_t n = std::min(8 - skip, out.size());
    Secret<std::array<uint64_t, 8>> block(xof_.expose().words(next_ / 8));
    std::copy_n(block.expose().begin() + skip, n, out.begin());
    out = out.subspan(n);
    next_ += n;
  }
  if (out.empty()) return;
  keystream(xof_.expose(), next_ / 8, out);
  next_ += out.size();
}

void Keystream::fill_canonical(std::span<uint64_t> out) {
  while (!out.empty()) {
    fill(out);
    auto kept =
        std::remove_if(out.begin(), out.end(), [](uint64_t word) { return word >= field::Goldilocks::kModulus; });
    out = out.subspan(kept - out.begin());
  }
}

// Rounds of equal pieces in increasing order: the smallest nonce of the first round that has one.
uint64_t grind(const hash::BlockWords& block, uint32_t bits, Loop loop) {
  TACIT_CHECK(bits <= 40);
  const HashKernels& kernels = hash_kernels(active_level());
  constexpr size_t kPieces = 16;
  const size_t piece = bits < 12 ? 64 : 2048;
  const uint64_t mask = (uint64_t{1} << bits) - 1;
  for (uint64_t begin = 0;; begin += kPieces * piece) {
    std::atomic<uint64_t> best{~uint64_t{0}};
    for_each(loop, kPieces, [&](size_t i) {
      uint64_t first = begin + i * piece;
      if (best.load(std::memory_order_relaxed) < first) return;
      uint64_t nonce = kernels.grind(block.data(), mask, first, piece);
      if (nonce == first + piece) return;
      uint64_t seen = best.load(std::memory_order_relaxed);
      while (nonce < seen && !best.compare_exchange_weak(seen, nonce)) {
      }
    });
    if (best != ~uint64_t{0}) return best;
  }
}

std::array<uint8_t, 32> leaf_salt(const hash::Seed& seed, uint64_t tree_id, uint64_t row) {
  const uint64_t indices[] = {tree_id, row};
  return hash::Prg::derive(seed, "salt", indices);
}

}  // namespace tacit::simd
