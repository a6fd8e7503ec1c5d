// Where a proof's randomness comes from: blinding rows, masks and pads, always exactly uniform.
#pragma once

#include <span>
#include <string_view>

#include "tacit/field/uniform.h"
#include "tacit/hash/prg.h"
#include "tacit/prover/words.h"
#include "tacit/simd/hash_lanes.h"

namespace tacit::prover {

// A source of uniform base-field elements. Each use has a label of its own; the order of calls is fixed.
template <class F>
class Randomness {
 public:
  virtual ~Randomness() = default;
  virtual void fill(std::string_view label, std::span<F> out) = 0;
  // The seed of salts; salts of a tree depend on it, the tree's id and the row.
  virtual hash::Seed salt_seed() = 0;
};

// Everything from one secret seed, which must never serve twice.
template <class F>
class SeededRandomness final : public Randomness<F> {
 public:
  explicit SeededRandomness(const hash::Seed& seed) : seed_(seed) {}
  void fill(std::string_view label, std::span<F> out) override {
    if constexpr (std::is_same_v<F, field::Goldilocks>) {
      simd::Keystream(seed_, label).fill_canonical({words(out.data()), out.size()});
    } else {
      hash::Prg prg(seed_, label);
      for (F& x : out) x = field::sample<F>([&] { return prg.next_word(); });
    }
  }
  hash::Seed salt_seed() override { return hash::Seed(hash::Prg::derive(seed_, "salts", {})); }

 private:
  hash::Seed seed_;
};

}  // namespace tacit::prover
