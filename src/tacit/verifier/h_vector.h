// Linear constraints on the vector H (protocol step 9), held so that both sides can bind coordinates one by one.
//
// H has 2^N entries. A *tensor* functional is coefficient·Π_t f_t(bit t of the index); eq points, powers of x and the
// place of a block inside H are all of this form. The pads' claim is a *dense* functional on one aligned block.
#pragma once

#include <array>
#include <vector>

#include "tacit/verifier/parameters.h"

namespace tacit::verifier {

template <class E>
struct TensorFunctional {
  E coefficient = E::one();
  std::vector<std::array<E, 2>> factors;  // one for each bit, lowest first
};

template <class E>
struct DenseFunctional {
  E coefficient = E::one();
  uint64_t offset = 0;    // a multiple of 2^log_size
  uint8_t log_size = 0;
  std::vector<E> values;  // at most 2^log_size
};

template <class E>
class HConstraints {
 public:
  explicit HConstraints(int bits) : bits_(bits) {}
  int bits() const { return bits_; }
  const E& claim() const { return claim_; }
  const std::vector<TensorFunctional<E>>& tensors() const { return tensors_; }
  const std::vector<DenseFunctional<E>>& dense() const { return dense_; }

  // The constraints added since the last batch are open; `batch` closes them with powers of one challenge.
  //
  // ⟨eq(point, ·) on a block, H⟩ = value.
  void add_eq(const HBlock& block, std::span<const E> point, const E& value);
  // Σ_i x^i·H[block.offset + i] + x^M·Σ_i x^i·H[tail.offset + i] = value, M the size of `block`; tail may be absent.
  void add_powers(const HBlock& block, const HBlock* tail, const E& x, const E& value);
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
  struct Open {
    bool dense;
    size_t index;
    size_t constraint;
  };
  TensorFunctional<E> in_block(const HBlock& block) const;

  int bits_;
  E claim_ = E::zero();
  std::vector<TensorFunctional<E>> tensors_;
  std::vector<DenseFunctional<E>> dense_;
  std::vector<Open> open_;
  std::vector<E> open_values_;
};

}  // namespace tacit::verifier
