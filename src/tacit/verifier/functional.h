// Linear functionals on tensors and views, and their value at a point of an oracle.
//
// A *separable weight* over axes is factor·Π_a w_a[i_a], each w_a given on a range of its axis and zero elsewhere. A
// claim on a view pulls back through its maps to separable weights on tensors, accumulators and publics:
//
//   w_axis[y] = Σ { Π u_label[x_label] : offset + Σ stride·x_label = y },
//
// times Σ_x u_label[x] for each label that the source does not use.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "tacit/poly/eq.h"
#include "tacit/statement/system.h"

namespace tacit::verifier {

// Values w[begin], w[begin + 1], … of one axis.
template <class E>
struct AxisWeight {
  uint32_t begin = 0;
  std::vector<E> values;
  bool operator==(const AxisWeight&) const = default;
};

template <class E>
struct Weight {
  E factor = E::one();
  std::vector<AxisWeight<E>> axes;
};

// A weight on a tensor, an accumulator or a public.
template <class E>
struct Functional {
  uint32_t id = 0;
  Weight<E> weight;
};

// A view's claim, pulled back to its sources.
template <class E>
struct Expansion {
  std::vector<Functional<E>> tensors;
  std::vector<Functional<E>> accumulators;
  std::vector<Functional<E>> publics;
  E constant = E::zero();
};

// Adds scale·⟨view, weight⟩ to `out`. `labels` are the relation's; weight has one entry for each.
template <class E>
void expand(const statement::System& system, const statement::Space& labels, const statement::View& view,
            const Weight<E>& weight, const E& scale, Expansion<E>& out);

// The sum of all entries of a weight.
template <class E>
E total(const Weight<E>& weight);

// ⟨public, weight⟩ over row-major values. Cost: one product an element.
template <class E>
E evaluate(const statement::Space& space, std::span<const int64_t> values, const Weight<E>& weight);

// A point with the eq tables of runs of its coordinates: the tensors of an oracle share most of them.
template <class E>
class EqTables {
 public:
  explicit EqTables(std::span<const E> point) : point_(point) {}
  std::span<const E> point() const { return point_; }
  const std::vector<E>& table(size_t first, size_t n) {
    std::vector<E>& out = tables_[{first, n}];
    if (out.empty()) out = poly::eq_table<E>(point_.subspan(first, n));
    return out;
  }

 private:
  std::span<const E> point_;
  std::map<std::pair<size_t, size_t>, std::vector<E>> tables_;
};

// The multilinear extension, at a point of the oracle's address space or of a larger one, of the functional's weight laid
// out on the tensor's places. Cost: the lengths of the axes plus the number of blocks.
template <class E>
E evaluate_at(const statement::Tensor& tensor, const Weight<E>& weight, int log_address, EqTables<E>& tables);

// The weights that a point of a tree of leaves gives to the elements of a space whose place 0 is at address `base`:
// eq(point, base + place(x)), as a sum of separable weights with disjoint supports.
template <class E>
std::vector<Weight<E>> leaf_weights(const statement::Space& space, uint64_t base, std::span<const E> point);

// eq(point, x) over a space of labels, each label using ⌈log₂ length⌉ coordinates of its own, last label first.
template <class E>
Weight<E> point_weight(const statement::Space& labels, std::span<const E> point);
// How many coordinates point_weight uses.
int point_bits(const statement::Space& labels);

// eq(point, 0 … length − 1).
template <class E>
AxisWeight<E> eq_weight(std::span<const E> point, uint32_t length);

}  // namespace tacit::verifier
