#include "tacit/statement/builder.h"

#include <algorithm>

#include "tacit/base/check.h"

namespace tacit::statement {

AxisMap axis(uint32_t label, int64_t stride, int64_t offset) { return {{{label, stride}}, offset}; }

View scaled(Source source, uint32_t id, int64_t coefficient, std::vector<AxisMap> maps) {
  View view;
  view.terms.push_back({source, id, coefficient, std::move(maps)});
  return view;
}

View direct(Source source, uint32_t id, size_t n_axes, int64_t coefficient) {
  std::vector<AxisMap> maps;
  for (uint32_t a = 0; a < n_axes; ++a) maps.push_back(axis(a));
  return scaled(source, id, coefficient, std::move(maps));
}

View operator+(View x, const View& y) {
  TACIT_CHECK(x.log_denominator == y.log_denominator);
  x.terms.insert(x.terms.end(), y.terms.begin(), y.terms.end());
  x.constant += y.constant;
  return x;
}

View operator*(View x, int64_t factor) {
  for (Term& term : x.terms) term.coefficient *= factor;
  x.constant *= factor;
  return x;
}

View operator+(View x, int64_t constant) {
  x.constant += constant;
  return x;
}

OracleId Builder::oracle(OracleKind kind) {
  system_.oracles.push_back({kind, 0, 0});
  return static_cast<OracleId>(system_.oracles.size() - 1);
}

TensorId Builder::tensor(OracleId oracle, Space space, Interval range) {
  TACIT_CHECK(oracle < system_.oracles.size());
  system_.tensors.push_back({oracle, std::move(space), 0, range});
  return static_cast<TensorId>(system_.tensors.size() - 1);
}

PublicId Builder::constant(Space space, std::vector<int64_t> values) {
  Interval range;
  if (!values.empty()) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    range = {*low, *high};
  }
  system_.publics.push_back({PublicKind::kConstant, std::move(space), range, std::move(values)});
  return static_cast<PublicId>(system_.publics.size() - 1);
}

PublicId Builder::stated(Space space, Interval range) {
  system_.publics.push_back({PublicKind::kStated, std::move(space), range, {}});
  return static_cast<PublicId>(system_.publics.size() - 1);
}

ContractionId Builder::contraction(Contraction contraction) {
  system_.contractions.push_back(std::move(contraction));
  return static_cast<ContractionId>(system_.contractions.size() - 1);
}

void Builder::lookup(Space labels, TableId table, std::vector<View> columns) {
  system_.lookups.push_back({std::move(labels), table, std::move(columns)});
}

void Builder::identity(Space labels, View view) { system_.identities.push_back({std::move(labels), std::move(view)}); }

TableId Builder::table(OracleId oracle, std::vector<Segment> segments) {
  TACIT_CHECK(!segments.empty());
  Table table{static_cast<uint32_t>(segments[0].columns.size()), std::move(segments)};
  for (Segment& segment : table.segments)
    segment.multiplicity = tensor(oracle, Space{{whole_axis(uint32_t{1} << segment.log_rows)}}, {});
  system_.tables.push_back(std::move(table));
  return static_cast<TableId>(system_.tables.size() - 1);
}

TableId Builder::range_table(OracleId oracle, int64_t low, uint8_t bits) {
  return table(oracle, {{bits, {{ColumnKind::kAffine, low, 1, 0}}, 0}});
}

TableId Builder::saturation_table(OracleId oracle, Interval range, uint8_t w) {
  const uint64_t size = static_cast<uint64_t>(range.high - range.low) + 1;
  TACIT_CHECK(std::has_single_bit(size) && w <= log2_ceil(size));
  auto affine = [](int64_t start, int64_t step) { return Column{ColumnKind::kAffine, start, step, 0}; };
  return table(oracle, {{static_cast<uint8_t>(log2_ceil(size)), {affine(range.low, 1), affine(0, 0)}, 0},
                        {w, {affine(range.high, 0), affine(0, 1)}, 0},
                        {w, {affine(range.low, 0), affine(0, -1)}, 0}});
}

View Builder::cell(TensorId tensor, int64_t coefficient) const {
  return direct(Source::kTensor, tensor, system_.tensors[tensor].space.axes.size(), coefficient);
}

}  // namespace tacit::statement
