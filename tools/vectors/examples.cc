#include "vectors/examples.h"

#include <algorithm>

#include "tacit/base/check.h"
#include "tacit/statement/builder.h"
#include "tacit/statement/check.h"
#include "tacit/statement/instance.h"

namespace tacit::vectors {

using namespace statement;

namespace {

// Numbers the assignment's lists and checks the system; the caller fills the tensors.
Example prepare(Builder& builder, const std::vector<uint8_t>& log_rows) {
  Example e{builder.take(), {}};
  place(e.system, log_rows);
  TACIT_CHECK(check(e.system).has_value());
  e.assignment.tensors.resize(e.system.tensors.size());
  e.assignment.publics.resize(e.system.publics.size());
  e.assignment.accumulators.resize(e.system.contractions.size());
  return e;
}

Example finish(Example e) {
  TACIT_CHECK(count_multiplicities(e.system, e.assignment).has_value());
  TACIT_CHECK(satisfies(e.system, e.assignment).has_value());
  return e;
}

// 0 ≤ v < bound, the same on every machine.
std::vector<int64_t> pattern(uint64_t n, int64_t bound) {
  std::vector<int64_t> out;
  for (uint64_t i = 0; i < n; ++i) out.push_back(static_cast<int64_t>(i * i + 3 * i + 1) % bound);
  return out;
}

}  // namespace

namespace {

// y = x·wᵀ, z = y stated; with data, x is their row 1.
Example dense(bool with_data) {
  Builder b;
  const OracleId weights = b.oracle(OracleKind::kWeights), act = b.oracle(OracleKind::kActivations);
  const Space vector{{whole_axis(2)}};
  const TensorId w = b.tensor(weights, {{whole_axis(2), whole_axis(2)}}, {0, 3});
  const TensorId x = b.tensor(act, vector, {0, 3}), z = b.tensor(act, vector, {0, 15});
  const PublicId out = b.stated(vector, {0, 15});
  const TableId two_bits = b.range_table(act, 0, 2), four_bits = b.range_table(act, 0, 4);
  const ContractionId y = b.contraction({{{whole_axis(2), whole_axis(2)}},
                                         {Role::kRight, Role::kInner},
                                         scaled(Source::kTensor, x, 1, {axis(1)}),
                                         scaled(Source::kTensor, w, 1, {axis(0), axis(1)})});
  b.lookup(vector, two_bits, {b.cell(x)});
  b.lookup(vector, four_bits, {b.cell(z)});
  b.identity(vector, b.cell(z, -1) + direct(Source::kAccumulator, y, 1));
  b.identity(vector, b.cell(z) + direct(Source::kPublic, out, 1, -1));
  std::vector<uint8_t> log_rows{1, 3};
  TensorId d = 0;
  if (with_data) {
    d = b.tensor(b.oracle(OracleKind::kData), {{strip_axis(3), strip_axis(2)}}, {0, 2});
    b.identity(vector, b.cell(x) + scaled(Source::kTensor, d, -2, {{{}, 1}, axis(0)}));
    log_rows.push_back(2);
  }
  Example e = prepare(b, log_rows);
  e.assignment.tensors[w] = {1, 2, 3, 0};
  e.assignment.tensors[x] = {3, 1};
  if (with_data) {
    e.assignment.tensors[d] = {2, 1, 1, 0, 0, 2};
    e.assignment.tensors[x] = {2, 0};
  }
  contract(e.system, e.assignment, y);
  e.assignment.tensors[z] = e.assignment.publics[out] = e.assignment.accumulators[y];
  return finish(std::move(e));
}

}  // namespace

Example dense_2x2() { return dense(false); }
Example committed_input() { return dense(true); }

Example dense_3x5x3() {
  Builder b;
  const OracleId weights = b.oracle(OracleKind::kWeights), act = b.oracle(OracleKind::kActivations);
  const Space x_space{{strip_axis(3), strip_axis(5)}}, y_space{{strip_axis(3), strip_axis(3)}};
  const TensorId w = b.tensor(weights, {{strip_axis(3), strip_axis(5)}}, {0, 3});
  const TensorId x = b.tensor(act, x_space, {0, 3}), z = b.tensor(act, y_space, {0, 200});
  const PublicId out = b.stated(y_space, {0, 200});
  const TableId small = b.range_table(act, 0, 2), wide = b.range_table(act, 0, 6);
  b.lookup(x_space, small, {b.cell(x)});
  const ContractionId y = b.contraction({{{strip_axis(3), strip_axis(3), whole_axis(5)}},
                                         {Role::kLeft, Role::kRight, Role::kInner},
                                         scaled(Source::kTensor, x, 1, {axis(0), axis(2)}),
                                         scaled(Source::kTensor, w, 1, {axis(1), axis(2)})});
  const View y_view = direct(Source::kAccumulator, y, 2);
  b.lookup(y_space, wide, {y_view});
  const View sum = y_view + scaled(Source::kTensor, x, 3, {axis(0), {}});
  b.identity(y_space, b.cell(z, -1) + sum);
  b.identity(y_space, b.cell(z) + direct(Source::kPublic, out, 2, -1));
  Example e = prepare(b, {2, 3});
  e.assignment.tensors[w] = e.assignment.tensors[x] = pattern(15, 4);
  contract(e.system, e.assignment, y);
  e.assignment.tensors[z] = e.assignment.publics[out] = evaluate(e.system, e.assignment, y_space, sum);
  return finish(std::move(e));
}

Example public_input() {
  Builder b;
  const OracleId weights = b.oracle(OracleKind::kWeights);
  const Space inputs{{whole_axis(5)}}, outputs{{whole_axis(3)}};
  const TensorId w = b.tensor(weights, {{strip_axis(3), strip_axis(5)}}, {-9, 9});
  const PublicId x = b.stated(inputs, {0, 9}), y = b.stated(outputs, {-500, 500});
  const ContractionId k = b.contraction({{{whole_axis(3), whole_axis(5)}},
                                         {Role::kRight, Role::kInner},
                                         scaled(Source::kPublic, x, 1, {axis(1)}),
                                         scaled(Source::kTensor, w, 1, {axis(0), axis(1)})});
  b.identity(outputs, direct(Source::kAccumulator, k, 1) + direct(Source::kPublic, y, 1, -1));
  Example e = prepare(b, {2});
  e.assignment.tensors[w] = pattern(15, 9);
  e.assignment.publics[x] = pattern(5, 10);
  contract(e.system, e.assignment, k);
  e.assignment.publics[y] = e.assignment.accumulators[k];
  return finish(std::move(e));
}

Example handover() {
  Builder b;
  const OracleId older = b.oracle(OracleKind::kWeights), newer = b.oracle(OracleKind::kWeights);
  std::vector<std::vector<int64_t>> values;
  for (const Space& space : {Space{{strip_axis(3), strip_axis(5)}}, Space{{whole_axis(3)}}}) {
    const TensorId before = b.tensor(older, space, {-8, 7}), after = b.tensor(newer, space, {-8, 7});
    b.identity(space, b.cell(before) + b.cell(after, -1));
    values.insert(values.end(), 2, pattern(space.elements(), 8));
  }
  Example e = prepare(b, {2, 2});
  e.assignment.tensors = std::move(values);
  return finish(std::move(e));
}

Example window(const std::vector<uint8_t>& log_rows) {
  Builder b;
  const OracleId weights = b.oracle(OracleKind::kWeights), act = b.oracle(OracleKind::kActivations);
  const Space x_space{{whole_axis(2), strip_axis(6)}}, o_space{{strip_axis(2), strip_axis(3)}};
  const TensorId w = b.tensor(weights, {{whole_axis(2), strip_axis(3)}}, {-2, 1});
  const TensorId t = b.tensor(weights, {{whole_axis(4)}}, {0, 9});
  const TensorId x = b.tensor(act, x_space, {0, 3}), f = b.tensor(act, x_space, {0, 9});
  const TensorId rem = b.tensor(act, o_space, {0, 3}), q = b.tensor(act, o_space, {-4, 3});
  const TensorId z = b.tensor(act, o_space, {-4, 8});
  const PublicId mask = b.constant({{whole_axis(3)}}, {0, 1, 0}), out = b.stated(o_space, {-4, 8});
  const TableId bits = b.range_table(act, 0, 2), wide = b.range_table(act, -32, 6);
  const TableId saturation = b.saturation_table(act, {-4, 3}, 2);
  const TableId function = b.table(act, {{2, {{ColumnKind::kAffine, 0, 1, 0}, {ColumnKind::kCells, 7, 0, t}}, 0}});
  const ContractionId k = b.contraction({{{whole_axis(2), whole_axis(3), whole_axis(3)}},
                                         {Role::kBatch, Role::kLeft, Role::kInner},
                                         scaled(Source::kTensor, x, 1, {axis(0), {{{1, 2}, {2, 1}}, -1}}),
                                         scaled(Source::kTensor, w, 1, {axis(0), axis(2)})});
  const View acc = direct(Source::kAccumulator, k, 2);
  View beyond = acc + b.cell(rem, -1) + b.cell(q, -4) + 2;
  beyond.log_denominator = 2;
  b.lookup(x_space, bits, {b.cell(x)});
  b.lookup(o_space, bits, {b.cell(rem)});
  b.lookup(o_space, wide, {acc});
  b.lookup(o_space, saturation, {b.cell(q), beyond});
  b.lookup(x_space, function, {b.cell(x), b.cell(f)});
  b.identity(o_space, b.cell(z) + b.cell(q, -1) + scaled(Source::kPublic, mask, -5, {axis(1)}));
  b.identity(o_space, b.cell(z) + direct(Source::kPublic, out, 2, -1));
  Example e = prepare(b, log_rows);
  auto& tensors = e.assignment.tensors;
  tensors[w] = {-2, 1, -2, 1, 1, 0};
  tensors[t] = {7, 0, 9, 4};
  tensors[x] = pattern(12, 4);
  contract(e.system, e.assignment, k);
  for (int64_t v : tensors[x]) tensors[f].push_back(tensors[t][static_cast<size_t>(v)]);
  for (int64_t a : e.assignment.accumulators[k]) {
    const int64_t r = ((a + 2) % 4 + 4) % 4;
    tensors[rem].push_back(r);
    tensors[q].push_back(std::clamp<int64_t>((a + 2 - r) / 4, -4, 3));
  }
  for (size_t i = 0; i < tensors[q].size(); ++i) tensors[z].push_back(tensors[q][i] + (i % 3 == 1 ? 5 : 0));
  e.assignment.publics[out] = tensors[z];
  return finish(std::move(e));
}

}  // namespace tacit::vectors
