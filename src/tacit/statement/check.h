// check: is a system well formed, and does it mean over the integers what it says over the field?
//
// Structure: identifiers, axes, maps and roles fit together; tensors lie inside their oracles and never overlap.
// Intervals: every tensor that is used outside its own multiplicities has its declared range proven, either by a lookup
//   of exactly its cells into a table whose column lies inside that range, or by an identity that equates it with
//   views whose intervals are already proven and whose hull lies inside it, or (weights, data) by registration. A
//   column of cells counts only when its tensor's range is proven already.
// No wrap: for each identity Σ|c_j|·max|V_j| + |constant| < p, and for each looked-up view over 2^d the same sum plus
//   2^d·max|column| < p. Then each relation over F is the relation over the integers that it stands for. The leaves of
//   all lookups and tables together are fewer than p, so that equal rows can be counted.
// Intervals come from declarations only, never from values, so nothing about the weights is revealed by this check.
#pragma once

#include "tacit/base/error.h"
#include "tacit/statement/system.h"

namespace tacit::statement {

struct CheckLimits {
  uint64_t modulus = 0xFFFFFFFF00000001u;   // p of the base field
  uint64_t max_places = uint64_t{1} << 40;  // of one oracle or space, and of all leaves
  uint32_t max_axes = 16;
};

// Errors: kBadStatement, kTooLarge, kOverlap, kBadInterval, kMayWrap; `place` names the kind of item, `index` which one.
Status check(const System& system, const CheckLimits& limits = {});

// The hull of a view over declared intervals, multiplied by its denominator; accumulators by their sizes.
// Saturates at ±2^125.
struct WideInterval {
  __int128 low = 0;
  __int128 high = 0;
};
WideInterval hull(const System& system, const View& view);
WideInterval hull(const System& system, const Contraction& contraction);
// The hull of one column over all segments of a table.
WideInterval column_hull(const System& system, const Table& table, uint32_t column);

}  // namespace tacit::statement
