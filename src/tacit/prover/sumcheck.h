// The prover of the degree-2 sumcheck Σ_k scale_k·Σ_x A_k(x)·C_k(x) of verifier/claim.h.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "tacit/prover/channel.h"
#include "tacit/verifier/claim.h"

namespace tacit::prover {

// The rounds of a pair's top bits, for vectors that are too long to be written down.
template <class E>
class TopRounds {
 public:
  virtual ~TopRounds() = default;
  virtual int bits() const = 0;  // that are not bound yet, of the whole pair
  virtual E sum() const = 0;     // Σ A·C
  virtual std::array<E, 2> message() const = 0;
  // Binds the top bit. True after the last of these rounds: `rest` then has the vectors over the bits below.
  virtual bool bind(const E& r) = 0;
  virtual void rest(std::vector<E>& a, std::vector<E>& c) = 0;
};

template <class E>
struct SumcheckPair {
  E scale = E::one();
  std::vector<E> a, c;                     // of equal length 2^bits
  std::unique_ptr<TopRounds<E>> top = {};  // runs first, when there is one; a and c are empty meanwhile

  int bits() const { return top ? top->bits() : statement::log2_ceil(a.size()); }
};

// Runs all rounds; afterwards a[0] and c[0] of each pair are its final values. Returns the point.
template <class E>
std::vector<E> prove_sumcheck(VeilWriter<E>& veil, const verifier::SumcheckLabels& labels, int bits,
                              std::vector<SumcheckPair<E>>& pairs);

}  // namespace tacit::prover
