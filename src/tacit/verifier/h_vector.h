// Linear constraints on the vector H (protocol step 9), held so that both sides can bind coordinates one by one.
//
// H has 2^N entries. An *eq* functional is a point on an aligned block, a *power* functional the powers of a point of the
// domain on one or two blocks, a *dense* functional any weights on one aligned block.
#pragma once

#include <array>
#include <vector>

#include "tacit/verifier/parameters.h"

namespace tacit::verifier {

// An aligned block of H with a coefficient; binding a coordinate above the block scales it.
template <class E>
struct BlockTerm {
  E coefficient = E::one();
  uint64_t offset = 0;  // a multiple of 2^log_size
  uint8_t log_size = 0;

  // Binds bit t of H, t ≥ log_size, to r.
  void bind_outside(int t, const E& r) {
    coefficient *= (offset >> t) & 1 ? r : E::one() - r;
    offset &= (uint64_t{1} << t) - 1;
  }
};

template <class E>
struct EqFunctional {
  BlockTerm<E> block;
  std::vector<E> point;
};

// Σ over blocks of coefficient·Σ_i x^i·H[offset + i].
template <class E>
struct PowerFunctional {
  typename E::Base x;
  std::vector<typename E::Base> powers;  // x^(2^t)
  std::vector<BlockTerm<E>> blocks;
};

template <class E>
struct DenseFunctional {
  BlockTerm<E> block;
  std::vector<E> values;  // at most 2^log_size
};

template <class E>
class HConstraints {
 public:
  explicit HConstraints(int bits) : bits_(bits) {}
  int bits() const { return bits_; }
  const E& claim() const { return claim_; }
  // The constraints added since the last batch are open; `batch` closes them with powers of one challenge.
  //
  // ⟨eq(point, ·) on a block, H⟩ = value.
  void add_eq(const HBlock& block, std::span<const E> point, const E& value);
  // Σ_i x^i·H[block.offset + i] + x^M·Σ_i x^i·H[tail.offset + i] = value, M the size of `block`; tail may be absent.
  void add_powers(const HBlock& block, const HBlock* tail, typename E::Base x, const E& value);
  void add_dense(const HBlock& block, std::vector<E> values, const E& value);

  // Number of constraints still open.
  size_t open() const { return open_values_.size(); }
  // Multiplies open constraint j by κ^(j+1) and adds it to the claim.
  void batch(const E& kappa);
  // Binds the top bit of H to r; the claim is then `claim`.
  void bind_top(const E& r, const E& claim);
  // Σ of all functionals on the remaining vector.
  E evaluate(std::span<const E> vector) const;

 private:
  enum class Kind : uint8_t { kEq, kPower, kDense };
  static BlockTerm<E> term(const HBlock& block) { return {E::one(), block.offset, block.log_size}; }

  int bits_;
  E claim_ = E::zero();
  std::vector<EqFunctional<E>> eqs_;
  std::vector<PowerFunctional<E>> powers_;
  std::vector<DenseFunctional<E>> dense_;
  std::vector<std::pair<Kind, size_t>> open_;  // in order of addition
  std::vector<E> open_values_;
};

}  // namespace tacit::verifier
