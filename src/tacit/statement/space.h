// Axes, strips and addresses.
//
// A tensor of shape n_0 × … × n_{d−1} (slowest axis first) is stored as *strip blocks*. Axis a, of length n_a, is cut
// into m_a = ⌈n_a / 2^{k_a}⌉ strips of 2^{k_a}. A block is one strip of every axis: a hypercube of 2^{Σ k_a} places.
//
//   index i_a = s_a·2^{k_a} + j_a
//   place   = (Σ_a s_a·Π_{b>a} m_b)·2^{Σ k}  +  Σ_a j_a·2^{Σ_{b>a} k_b}
//
// so the last axis is the fastest, both among blocks and inside one. Places of a block that lie outside the shape are
// padding. Bit t of a place ↔ coordinate t of a point (protocol: index i = Σ i_t 2^t).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tacit::statement {

// The number of bits that address n things: ⌈log₂ n⌉ (0 for n ≤ 1).
inline int log2_ceil(uint64_t n) { return n <= 1 ? 0 : 64 - std::countl_zero(n - 1); }

struct Axis {
  uint32_t length = 1;
  uint8_t log_strip = 0;
  bool batched = false;  // in a template: the axis of samples, to be given its length by `instantiate` (instance.h)

  uint32_t strips() const { return static_cast<uint32_t>((uint64_t{length} + strip() - 1) >> log_strip); }
  uint64_t strip() const { return uint64_t{1} << log_strip; }
  bool operator==(const Axis&) const = default;
};

// The axis of this length that is padded to a power of two: a single strip.
inline Axis whole_axis(uint32_t length) { return {length, static_cast<uint8_t>(log2_ceil(length)), false}; }

// The axis of samples in a template.
inline Axis batch_axis() { return {1, 0, true}; }

// The axis of this length with the widest strips that pad by no more than 1/`waste` of it.
Axis strip_axis(uint32_t length, uint32_t waste = 8);

// The axes of a tensor or of a relation, slowest first.
struct Space {
  std::vector<Axis> axes;

  int log_block() const;    // Σ k_a
  uint64_t blocks() const;  // Π m_a
  uint64_t places() const { return blocks() << log_block(); }
  uint64_t elements() const;  // Π n_a
  bool operator==(const Space&) const = default;
};

// Calls f(row_place, flat) for each run of consecutive elements: `flat` is the row-major index of the run's first
// element, `place` its place; `count` elements of the last axis follow, at consecutive places.
template <class Visit>
void for_each_run(const Space& space, Visit&& visit);
// The same for rows [begin, end) only; a row is everything along the last axis.
template <class Visit>
void for_each_run(const Space& space, uint64_t begin, uint64_t end, Visit&& visit);
// The number of rows.
inline uint64_t rows_of(const Space& space) {
  return space.axes.empty() ? 1 : space.elements() / space.axes.back().length;
}

// The place of every element in row-major order; for tests and set-up, not for inner loops.
std::vector<uint64_t> places_of(const Space& space);

// ---- implementation

template <class Visit>
void for_each_run(const Space& space, Visit&& visit) {
  for_each_run(space, 0, rows_of(space), visit);
}

template <class Visit>
void for_each_run(const Space& space, uint64_t begin, uint64_t end, Visit&& visit) {
  if (space.axes.empty()) {
    if (begin < end) visit(uint64_t{0}, uint64_t{0}, uint64_t{1});
    return;
  }
  const size_t outer = space.axes.size() - 1;
  const Axis last = space.axes.back();
  const int log_block = space.log_block();
  std::vector<uint32_t> index(outer, 0);
  uint64_t rest = begin;
  for (size_t a = outer; a-- > 0;) {
    index[a] = static_cast<uint32_t>(rest % space.axes[a].length);
    rest /= space.axes[a].length;
  }
  for (uint64_t row = begin; row < end; ++row) {
    uint64_t block = 0, inside = 0;
    for (size_t a = 0; a < outer; ++a) {
      const Axis& axis = space.axes[a];
      block = block * axis.strips() + (index[a] >> axis.log_strip);
      inside = (inside << axis.log_strip) | (index[a] & (axis.strip() - 1));
    }
    for (uint32_t s = 0; s < last.strips(); ++s) {
      const uint64_t first = s * last.strip();
      const uint64_t count = first + last.strip() <= last.length ? last.strip() : last.length - first;
      visit(((block * last.strips() + s) << log_block) + (inside << last.log_strip), row * last.length + first, count);
    }
    for (size_t a = outer; a-- > 0;) {
      if (++index[a] < space.axes[a].length) break;
      index[a] = 0;
    }
  }
}

}  // namespace tacit::statement
