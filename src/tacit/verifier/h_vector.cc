#include "tacit/verifier/h_vector.h"

#include <algorithm>

#include "tacit/base/check.h"
#include "tacit/poly/eq.h"
#include "tacit/verifier/instantiate.h"

namespace tacit::verifier {

template <class E>
void HConstraints<E>::add_eq(const HBlock& block, std::span<const E> point, const E& value) {
  TACIT_CHECK(point.size() == block.log_size);
  open_.emplace_back(Kind::kEq, eqs_.size());
  eqs_.push_back({term(block), {point.begin(), point.end()}});
  open_values_.push_back(value);
}

template <class E>
void HConstraints<E>::add_powers(const HBlock& block, const HBlock* tail, typename E::Base x, const E& value) {
  PowerFunctional<E> f{x, {x}, {term(block)}};
  const int longest = std::max<int>(block.log_size, tail != nullptr ? tail->log_size : 0);
  for (int t = 0; t < longest; ++t) f.powers.push_back(f.powers.back() * f.powers.back());
  if (tail != nullptr) {
    f.blocks.push_back(term(*tail));
    f.blocks.back().coefficient = E(f.powers[block.log_size]);
  }
  open_.emplace_back(Kind::kPower, powers_.size());
  powers_.push_back(std::move(f));
  open_values_.push_back(value);
}

template <class E>
void HConstraints<E>::add_dense(const HBlock& block, std::vector<E> values, const E& value) {
  TACIT_CHECK(values.size() <= (uint64_t{1} << block.log_size));
  open_.emplace_back(Kind::kDense, dense_.size());
  dense_.push_back({term(block), std::move(values)});
  open_values_.push_back(value);
}

template <class E>
void HConstraints<E>::batch(const E& kappa) {
  E power = kappa;
  for (size_t j = 0; j < open_.size(); ++j, power *= kappa) {
    claim_ += power * open_values_[j];
    const auto [kind, index] = open_[j];
    if (kind == Kind::kEq) eqs_[index].block.coefficient *= power;
    if (kind == Kind::kDense) dense_[index].block.coefficient *= power;
    if (kind == Kind::kPower)
      for (BlockTerm<E>& b : powers_[index].blocks) b.coefficient *= power;
  }
  open_.clear();
  open_values_.clear();
}

template <class E>
void HConstraints<E>::bind_top(const E& r, const E& claim) {
  TACIT_CHECK(bits_ > 0 && open_.empty());
  const int t = --bits_;
  claim_ = claim;
  for (EqFunctional<E>& f : eqs_) {
    if (t >= f.block.log_size) {
      f.block.bind_outside(t, r);
      continue;
    }
    const E z = f.point.back();
    f.point.pop_back();
    f.block.log_size = static_cast<uint8_t>(t);
    f.block.coefficient *= E::one() - z + r * (z + z - E::one());
  }
  for (PowerFunctional<E>& f : powers_)
    for (BlockTerm<E>& b : f.blocks) {
      if (t >= b.log_size) {
        b.bind_outside(t, r);
        continue;
      }
      b.log_size = static_cast<uint8_t>(t);
      b.coefficient *= E::one() - r + r * f.powers[static_cast<size_t>(t)];
    }
  for (DenseFunctional<E>& f : dense_) {
    if (t >= f.block.log_size) {
      f.block.bind_outside(t, r);
      continue;
    }
    const size_t half = size_t{1} << t;
    f.values.resize(2 * half, E::zero());
    for (size_t i = 0; i < half; ++i) f.values[i] += r * (f.values[half + i] - f.values[i]);
    f.values.resize(half);
    f.block.log_size = static_cast<uint8_t>(t);
  }
}

namespace {

// Σ_i x_j^i·v[i] for a few points at once: the chains of products are independent and overlap.
constexpr size_t kTogether = 8;
template <class E>
void horner_together(const typename E::Base* x, size_t n, std::span<const E> v, E* out) {
  E sum[kTogether] = {};
  for (size_t i = v.size(); i-- > 0;)
    for (size_t j = 0; j < n; ++j) sum[j] = sum[j] * x[j] + v[i];
  std::copy(sum, sum + n, out);
}

}  // namespace

template <class E>
E HConstraints<E>::evaluate(std::span<const E> vector) const {
  TACIT_CHECK(vector.size() == (size_t{1} << bits_));
  E out = E::zero();
  for (const EqFunctional<E>& f : eqs_) {
    const std::vector<E> eq = poly::eq_table<E>(f.point);
    E sum = E::zero();
    for (size_t i = 0; i < eq.size(); ++i) sum += eq[i] * vector[f.block.offset + i];
    out += f.block.coefficient * sum;
  }
  for (const DenseFunctional<E>& f : dense_) {
    E sum = E::zero();
    for (size_t i = 0; i < f.values.size(); ++i) sum += f.values[i] * vector[f.block.offset + i];
    out += f.block.coefficient * sum;
  }
  // Blocks that have shrunk onto the whole vector are grouped; the others stand alone.
  std::vector<typename E::Base> x;
  std::vector<E> coefficient;
  for (const PowerFunctional<E>& f : powers_) {
    E whole = E::zero();
    for (const BlockTerm<E>& b : f.blocks) {
      if (b.log_size == bits_) {
        whole += b.coefficient;
        continue;
      }
      E value;
      horner_together<E>(&f.x, 1, vector.subspan(b.offset, size_t{1} << b.log_size), &value);
      out += b.coefficient * value;
    }
    x.push_back(f.x);
    coefficient.push_back(whole);
  }
  for (size_t j = 0; j < x.size(); j += kTogether) {
    E values[kTogether];
    const size_t n = std::min(kTogether, x.size() - j);
    horner_together<E>(&x[j], n, vector, values);
    for (size_t i = 0; i < n; ++i) out += coefficient[j + i] * values[i];
  }
  return out;
}

#define TACIT_INSTANTIATE(E) template class HConstraints<E>;
TACIT_FOR_EACH_FIELD(TACIT_INSTANTIATE)

}  // namespace tacit::verifier
