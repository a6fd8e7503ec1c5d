// Builder: states a system piece by piece; `place` (instance.h) then lays its tensors out.
//
//   Builder b;
//   OracleId act = b.oracle(OracleKind::kActivations);
//   TensorId x = b.tensor(act, {{whole_axis(100)}}, {0, 255});
//   TableId bytes = b.range_table(act, 0, 8);
//   b.lookup({{whole_axis(100)}}, bytes, {b.cell(x)});
//   System system = b.take();
//   place(system, /*log_rows=*/{10});
#pragma once

#include <utility>

#include "tacit/statement/system.h"

namespace tacit::statement {

// ---- views

// The map of source axis = label, one to one.
AxisMap axis(uint32_t label, int64_t stride = 1, int64_t offset = 0);

// coefficient · source through the maps.
View scaled(Source source, uint32_t id, int64_t coefficient, std::vector<AxisMap> maps);

// The source with its own axes as the first labels of the relation: index a ↔ label a.
View direct(Source source, uint32_t id, size_t n_axes, int64_t coefficient = 1);

// Sum of views with the same denominator.
View operator+(View x, const View& y);
View operator*(View x, int64_t factor);
View operator+(View x, int64_t constant);

class Builder {
 public:
  OracleId oracle(OracleKind kind);
  TensorId tensor(OracleId oracle, Space space, Interval range);
  PublicId constant(Space space, std::vector<int64_t> values);
  PublicId stated(Space space, Interval range);
  ContractionId contraction(Contraction contraction);
  void lookup(Space labels, TableId table, std::vector<View> columns);
  void identity(Space labels, View view);

  // A table from its segments' columns; multiplicity tensors are made in `oracle`.
  TableId table(OracleId oracle, std::vector<Segment> segments);
  // The integers low … low + 2^bits − 1.
  TableId range_table(OracleId oracle, int64_t low, uint8_t bits);
  // U_w of saturation: {(o, 0) : low ≤ o ≤ high} ∪ {(high, v)} ∪ {(low, −v)}, 0 ≤ v < 2^w; high − low + 1 must be a
  // power of two and w no more than its logarithm.
  TableId saturation_table(OracleId oracle, Interval range, uint8_t w);

  // The tensor's own cells as a view over labels equal to its axes.
  View cell(TensorId tensor, int64_t coefficient = 1) const;

  const System& system() const { return system_; }
  System take() { return std::move(system_); }

 private:
  System system_;
};

}  // namespace tacit::statement
