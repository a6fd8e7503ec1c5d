#include "tacit/verifier/h_vector.h"

#include "tacit/base/check.h"
#include "tacit/poly/eq.h"
#include "tacit/verifier/instantiate.h"

namespace tacit::verifier {

template <class E>
TensorFunctional<E> HConstraints<E>::in_block(const HBlock& block) const {
  TensorFunctional<E> f;
  f.factors.assign(static_cast<size_t>(bits_), {E::one(), E::one()});
  for (int t = block.log_size; t < bits_; ++t) {
    const bool bit = (block.offset >> t) & 1;
    f.factors[static_cast<size_t>(t)] = {bit ? E::zero() : E::one(), bit ? E::one() : E::zero()};
  }
  return f;
}

template <class E>
void HConstraints<E>::add_eq(const HBlock& block, std::span<const E> point, const E& value) {
  TACIT_CHECK(point.size() == block.log_size);
  TensorFunctional<E> f = in_block(block);
  for (size_t t = 0; t < point.size(); ++t) f.factors[t] = {E::one() - point[t], point[t]};
  open_.push_back({false, tensors_.size(), open_values_.size()});
  tensors_.push_back(std::move(f));
  open_values_.push_back(value);
}

template <class E>
void HConstraints<E>::add_powers(const HBlock& block, const HBlock* tail, const E& x, const E& value) {
  auto add = [&](const HBlock& part, const E& scale) {
    TensorFunctional<E> f = in_block(part);
    f.coefficient = scale;
    E power = x;  // x^(2^t)
    for (size_t t = 0; t < part.log_size; ++t, power *= power) f.factors[t] = {E::one(), power};
    open_.push_back({false, tensors_.size(), open_values_.size()});
    tensors_.push_back(std::move(f));
  };
  add(block, E::one());
  if (tail != nullptr) {
    E shift = x;  // x^M
    for (int t = 0; t < block.log_size; ++t) shift *= shift;
    add(*tail, shift);
  }
  open_values_.push_back(value);
}

template <class E>
void HConstraints<E>::add_dense(const HBlock& block, std::vector<E> values, const E& value) {
  TACIT_CHECK(values.size() <= (uint64_t{1} << block.log_size));
  open_.push_back({true, dense_.size(), open_values_.size()});
  dense_.push_back({E::one(), block.offset, block.log_size, std::move(values)});
  open_values_.push_back(value);
}

template <class E>
void HConstraints<E>::batch(const E& kappa) {
  std::vector<E> powers(open_values_.size());
  E power = kappa;
  for (size_t j = 0; j < powers.size(); ++j, power *= kappa) {
    powers[j] = power;
    claim_ += power * open_values_[j];
  }
  for (const Open& o : open_) {
    E& k = o.dense ? dense_[o.index].coefficient : tensors_[o.index].coefficient;
    k *= powers[o.constraint];
  }
  open_.clear();
  open_values_.clear();
}

template <class E>
void HConstraints<E>::bind_top(const E& r, const E& claim) {
  TACIT_CHECK(bits_ > 0 && open_.empty());
  --bits_;
  claim_ = claim;
  for (TensorFunctional<E>& f : tensors_) {
    const std::array<E, 2> top = f.factors.back();
    f.factors.pop_back();
    f.coefficient *= top[0] + r * (top[1] - top[0]);
  }
  for (DenseFunctional<E>& f : dense_) {
    if (bits_ >= f.log_size) {
      const bool bit = (f.offset >> bits_) & 1;
      f.coefficient *= bit ? r : E::one() - r;
      f.offset &= (uint64_t{1} << bits_) - 1;
      continue;
    }
    const size_t half = size_t{1} << bits_;
    f.values.resize(2 * half, E::zero());
    for (size_t i = 0; i < half; ++i) f.values[i] += r * (f.values[half + i] - f.values[i]);
    f.values.resize(half);
    f.log_size = static_cast<uint8_t>(bits_);
  }
}

template <class E>
E HConstraints<E>::evaluate(std::span<const E> vector) const {
  TACIT_CHECK(vector.size() == (size_t{1} << bits_));
  E out = E::zero();
  std::vector<E> work(vector.size());
  for (const TensorFunctional<E>& f : tensors_) {
    std::copy(vector.begin(), vector.end(), work.begin());
    size_t size = work.size();
    for (int t = bits_; t-- > 0;) {
      const auto& [low, high] = f.factors[static_cast<size_t>(t)];
      size /= 2;
      for (size_t i = 0; i < size; ++i) work[i] = low * work[i] + high * work[i + size];
    }
    out += f.coefficient * work[0];
  }
  for (const DenseFunctional<E>& f : dense_) {
    E sum = E::zero();
    for (size_t i = 0; i < f.values.size(); ++i) sum += f.values[i] * vector[f.offset + i];
    out += f.coefficient * sum;
  }
  return out;
}

#define TACIT_INSTANTIATE(E) template class HConstraints<E>;
TACIT_FOR_EACH_FIELD(TACIT_INSTANTIATE)

}  // namespace tacit::verifier
