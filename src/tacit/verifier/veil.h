// The veil: how a proof shows relations between scalars without showing the scalars.
//
// Every scalar s of the layer protocols is sent as ŝ = s − pad_k, pads being consecutive entries of a committed uniform
// vector p. The verifier holds *affine forms* in the pads:
//
//   s = ŝ + pad_k,   and all that follows linearly from it.
//
// Linear relations are collected (assert_zero). A relation Σ_j κ_j x_j y_j = z splits, with x = x₀ + dx and dx linear in
// the pads, into a linear part and Σ_j κ_j dx_j dy_j; all quadratic parts of a proof are shown by one sumcheck
// (veil_finish.h), at whose end everything is one linear claim on p.
//
// An affine form is known + factor·node, where a node is a pad or a linear combination of earlier nodes; nodes form a
// tape that is swept once backwards at the end, so long chains of rounds cost linear time.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "tacit/base/check.h"
#include "tacit/verifier/channel.h"

namespace tacit::verifier {

template <class E>
struct Affine {
  E known = E::zero();
  E factor = E::zero();
  uint32_t node = 0;  // meaningful when factor ≠ 0

  Affine() = default;
  explicit Affine(const E& value) : known(value) {}
  Affine(const E& k, const E& f, uint32_t n) : known(k), factor(f), node(n) {}
  bool is_known() const { return factor == E::zero(); }

  friend Affine operator*(const Affine& x, const E& k) { return {x.known * k, x.factor * k, x.node}; }
  friend Affine operator+(const Affine& x, const E& k) { return {x.known + k, x.factor, x.node}; }
  friend Affine operator-(const Affine& x, const E& k) { return {x.known - k, x.factor, x.node}; }
};

template <class E>
struct ProductTerm {
  E coefficient;
  Affine<E> x, y;
};

// A linear claim on the pads: Σ weights_k·pad_k = value.
template <class E>
struct PadClaim {
  std::vector<E> weights;
  E value = E::zero();
};

template <class E>
class Veil {
 public:
  explicit Veil(Channel<E>& channel) : channel_(channel) {}

  Channel<E>& channel() { return channel_; }

  // P → V: the next veiled scalar.
  Affine<E> receive(Label label) {
    Affine<E> one;
    receive(label, std::span(&one, 1));
    return one;
  }
  void receive(Label label, std::span<Affine<E>> out) {
    std::vector<E> raw(out.size());
    channel_.receive(label, std::span<E>(raw));
    for (size_t i = 0; i < out.size(); ++i) {
      pad_nodes_.push_back(new_node());
      out[i] = {raw[i], E::one(), pad_nodes_.back()};
    }
  }
  std::vector<Affine<E>> receive(Label label, size_t n) {
    std::vector<Affine<E>> out(n);
    receive(label, std::span(out));
    return out;
  }

  // Σ coefficient·form.
  Affine<E> sum(std::span<const std::pair<E, Affine<E>>> terms) {
    Affine<E> out;
    size_t live = 0;
    for (const auto& [k, x] : terms) {
      out.known += k * x.known;
      if (x.is_known() || k == E::zero()) continue;
      edges_.push_back({x.node, k * x.factor});
      ++live;
    }
    if (live == 1) {
      out.node = edges_.back().child;
      out.factor = edges_.back().coefficient;
      edges_.pop_back();
    } else if (live > 1) {
      out.node = new_node();
      out.factor = E::one();
    }
    return out;
  }
  Affine<E> sum(std::initializer_list<std::pair<E, Affine<E>>> terms) {
    return sum(std::span(terms.begin(), terms.size()));
  }
  Affine<E> add(const Affine<E>& x, const Affine<E>& y) { return sum({{E::one(), x}, {E::one(), y}}); }
  Affine<E> subtract(const Affine<E>& x, const Affine<E>& y) { return sum({{E::one(), x}, {-E::one(), y}}); }

  // The form is zero. `place` names the check when its form is known (then it is decided at once).
  void assert_zero(const Affine<E>& form, const char* place) {
    if (form.is_known()) {
      channel_.require(form.known == E::zero(), Code::kLinearCheck, place);
    } else {
      zeros_.push_back(form);
    }
  }
  void assert_equal(const Affine<E>& x, const Affine<E>& y, const char* place) { assert_zero(subtract(x, y), place); }

  // Σ_j coefficient_j·x_j·y_j = z.
  void assert_products(std::vector<ProductTerm<E>> terms, const Affine<E>& z) {
    products_.push_back({std::move(terms), z});
  }

  struct Products {
    std::vector<ProductTerm<E>> terms;
    Affine<E> sum;
  };
  const std::vector<Products>& products() const { return products_; }
  const std::vector<Affine<E>>& zeros() const { return zeros_; }
  size_t pads() const { return pad_nodes_.size(); }
  // The next pads without a scalar (the two extra slots of the product check).
  Affine<E> bare_pad() {
    pad_nodes_.push_back(new_node());
    return {E::zero(), E::one(), pad_nodes_.back()};
  }

  // Backward sweep: the weights over the pads of Σ coefficient·(linear part of form).
  std::vector<E> pad_weights(std::span<const std::pair<E, Affine<E>>> forms) const {
    std::vector<E> adjoint(begin_.size(), E::zero());
    for (const auto& [k, x] : forms)
      if (!x.is_known()) adjoint[x.node] += k * x.factor;
    for (size_t n = begin_.size(); n-- > 0;) {
      if (adjoint[n] == E::zero()) continue;
      for (size_t e = begin_[n]; e < end_[n]; ++e) adjoint[edges_[e].child] += adjoint[n] * edges_[e].coefficient;
    }
    std::vector<E> weights(pad_nodes_.size());
    for (size_t k = 0; k < weights.size(); ++k) weights[k] = adjoint[pad_nodes_[k]];
    return weights;
  }

  // Forward sweep, for the prover, who knows the pads: the value of every node.
  std::vector<E> node_values(std::span<const E> pads) const {
    TACIT_CHECK(pads.size() >= pad_nodes_.size());
    std::vector<E> values(begin_.size(), E::zero());
    for (size_t k = 0; k < pad_nodes_.size(); ++k) values[pad_nodes_[k]] = pads[k];
    for (size_t n = 0; n < begin_.size(); ++n)
      for (size_t e = begin_[n]; e < end_[n]; ++e) values[n] += edges_[e].coefficient * values[edges_[e].child];
    return values;
  }

 private:
  struct Edge {
    uint32_t child;
    E coefficient;
  };
  // The edges pushed since the last node are the new node's.
  uint32_t new_node() {
    begin_.push_back(closed_);
    end_.push_back(edges_.size());
    closed_ = edges_.size();
    return static_cast<uint32_t>(begin_.size() - 1);
  }

  Channel<E>& channel_;
  std::vector<Edge> edges_;
  std::vector<size_t> begin_, end_;
  size_t closed_ = 0;
  std::vector<uint32_t> pad_nodes_;
  std::vector<Affine<E>> zeros_;
  std::vector<Products> products_;
};

}  // namespace tacit::verifier
