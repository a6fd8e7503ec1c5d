#include "zero_knowledge/examples.h"

#include <algorithm>

#include "tacit/base/check.h"
#include "tacit/field/fields.h"
#include "tacit/receipt/handover.h"
#include "tacit/statement/builder.h"
#include "tacit/statement/instance.h"

namespace tacit::zero_knowledge {

using namespace statement;
using field::Toy2;
using Random = std::mt19937_64;

namespace {

int64_t uniform(Random& random, int64_t low, int64_t high) {
  return low + static_cast<int64_t>(random() % static_cast<uint64_t>(high - low + 1));
}
std::vector<int64_t> uniform(Random& random, size_t n, int64_t low, int64_t high) {
  std::vector<int64_t> out(n);
  for (int64_t& v : out) v = uniform(random, low, high);
  return out;
}

// Completes an assignment; does it hold?
bool holds(const Example& example, Assignment& assignment) {
  assignment.publics = example.publics.stated;
  return count_multiplicities(example.system, assignment) && satisfies(example.system, assignment);
}

Assignment empty(const System& system) {
  Assignment out;
  out.tensors.resize(system.tensors.size());
  out.accumulators.resize(system.contractions.size());
  return out;
}

// Draws what outlives a proof until every proof finds a witness of its own for it.
template <class DrawFixed, class DrawProof>
std::vector<Assignment> search(const Example& example, size_t n_proofs, Random& random, DrawFixed&& draw_fixed,
                               DrawProof&& draw_proof) {
  while (true) {
    Assignment fixed = empty(example.system);
    draw_fixed(fixed, random);
    std::vector<Assignment> out;
    for (int attempt = 0; attempt < 200 && out.size() < n_proofs; ++attempt) {
      Assignment one = fixed;
      one.publics = example.publics.stated;
      draw_proof(one, random);
      if (holds(example, one)) out.push_back(std::move(one));
    }
    if (out.size() == n_proofs) return out;
  }
}

// Tensors of dense, gather and product in the order in which they are built.
namespace dense_tensor {
constexpr TensorId kW = 0, kX = 1, kZ = 2;
}
namespace gather_tensor {
constexpr TensorId kTable = 0, kD = 1, kI = 2, kE = 3, kO = 4;
}

Contraction inner_product(TensorId w, TensorId x, uint32_t n) {
  Contraction k;
  k.labels = {{strip_axis(1), strip_axis(1), whole_axis(n)}};
  k.roles = {Role::kLeft, Role::kRight, Role::kInner};
  k.a = scaled(Source::kTensor, x, 1, {axis(0), axis(2)});
  k.c = scaled(Source::kTensor, w, 1, {axis(1), axis(2)});
  return k;
}

std::vector<Assignment> dense_witnesses(const Example& example, size_t n_proofs, Random& random) {
  return search(
      example, n_proofs, random, [](Assignment& a, Random& r) { a.tensors[dense_tensor::kW] = uniform(r, 2, -5, 5); },
      [&](Assignment& a, Random& r) {
        a.tensors[dense_tensor::kX] = uniform(r, 2, 0, 3);
        contract(example.system, a, 0);
        a.tensors[dense_tensor::kZ] = {a.accumulators[0][0] + a.tensors[dense_tensor::kX][0]};
      });
}

std::vector<Assignment> gather_witnesses(const Example& example, size_t n_proofs, Random& random) {
  return search(
      example, n_proofs, random,
      [](Assignment& a, Random& r) {
        a.tensors[gather_tensor::kTable] = uniform(r, 4, -3, 3);
        a.tensors[gather_tensor::kTable][0] = 0;
        a.tensors[gather_tensor::kD] = uniform(r, 4, -2, 2);
      },
      [&](Assignment& a, Random& r) {
        a.tensors[gather_tensor::kI] = uniform(r, 2, 0, 3);
        for (int64_t i : a.tensors[gather_tensor::kI])
          a.tensors[gather_tensor::kE].push_back(a.tensors[gather_tensor::kTable][static_cast<size_t>(i)]);
        contract(example.system, a, 0);
        for (int64_t v : a.accumulators[0]) a.tensors[gather_tensor::kO].push_back(std::clamp<int64_t>(v, 0, 1));
      });
}

std::vector<Assignment> product_witnesses(const Example& example, size_t n_proofs, Random& random) {
  return search(
      example, n_proofs, random, [](Assignment& a, Random& r) { a.tensors[dense_tensor::kW] = uniform(r, 2, -5, 5); },
      [&](Assignment& a, Random& r) {
        a.tensors[dense_tensor::kX] = uniform(r, 2, -5, 5);
        contract(example.system, a, 0);
      });
}

uint8_t log_blinding(uint64_t rows) { return static_cast<uint8_t>(log2_ceil(rows)); }

}  // namespace

Example dense(uint8_t weight_rows, uint8_t activation_rows) {
  Builder b;
  const OracleId weights = b.oracle(OracleKind::kWeights), act = b.oracle(OracleKind::kActivations);
  const Space inputs{{strip_axis(1), strip_axis(2)}}, outputs{{strip_axis(1), strip_axis(1)}};
  const TensorId w = b.tensor(weights, {{strip_axis(1), strip_axis(2)}}, {-5, 5});
  const TensorId x = b.tensor(act, inputs, {0, 3});
  const TensorId z = b.tensor(act, outputs, {0, 6});
  const PublicId out = b.stated(outputs, {0, 6});
  const TableId table = b.range_table(act, 0, 2);
  b.lookup(inputs, table, {b.cell(x)});
  const ContractionId y = b.contraction(inner_product(w, x, 2));
  const View y_view = direct(Source::kAccumulator, y, 2);
  b.lookup(outputs, table, {y_view});
  b.identity(outputs, b.cell(z, -1) + y_view + scaled(Source::kTensor, x, 1, {axis(0), {}}));
  b.identity(outputs, b.cell(z) + direct(Source::kPublic, out, 2, -1));
  Example e{"dense", b.take(), {{{3}}}, dense_witnesses};
  place(e.system, {weight_rows, activation_rows});
  return e;
}

Example gather() {
  Builder b;
  const OracleId weights = b.oracle(OracleKind::kWeights), data = b.oracle(OracleKind::kData),
                 act = b.oracle(OracleKind::kActivations);
  const Space pair{{whole_axis(2)}};
  const TensorId table = b.tensor(weights, {{whole_axis(4)}}, {-3, 3});
  const TensorId d = b.tensor(data, {{whole_axis(2), whole_axis(2)}}, {-2, 2});
  const TensorId i = b.tensor(act, pair, {0, 3}), e = b.tensor(act, pair, {-3, 3}), o = b.tensor(act, pair, {0, 1});
  const PublicId out = b.stated(pair, {0, 1});
  const TableId rows = b.table(act, {{2, {{ColumnKind::kAffine, 0, 1, 0}, {ColumnKind::kCells, 0, 0, table}}, 0}});
  const TableId clamped = b.saturation_table(act, {0, 1}, 1);
  Contraction k;
  k.labels = {{whole_axis(2), whole_axis(2)}};
  k.roles = {Role::kBatch, Role::kInner};
  k.a = scaled(Source::kTensor, d, 1, {axis(0), axis(1)});
  k.c = scaled(Source::kTensor, e, 1, {axis(1)});
  const ContractionId y = b.contraction(k);
  b.lookup(pair, rows, {b.cell(i), b.cell(e)});
  b.lookup(pair, clamped, {b.cell(o), direct(Source::kAccumulator, y, 1) + b.cell(o, -1)});
  b.identity(pair, b.cell(o) + direct(Source::kPublic, out, 1, -1));
  Example example{"gather", b.take(), {{{1, 0}}}, gather_witnesses};
  place(example.system, {2, 2, 3});
  return example;
}

Example product() {
  Builder b;
  const OracleId weights = b.oracle(OracleKind::kWeights), act = b.oracle(OracleKind::kActivations);
  const Space outputs{{strip_axis(1), strip_axis(1)}};
  const TensorId w = b.tensor(weights, {{strip_axis(1), strip_axis(2)}}, {-5, 5});
  const TensorId x = b.tensor(act, {{strip_axis(1), strip_axis(2)}}, {-5, 5});
  const PublicId out = b.stated(outputs, {0, 9});
  const ContractionId y = b.contraction(inner_product(w, x, 2));
  b.identity(outputs, direct(Source::kAccumulator, y, 2) + direct(Source::kPublic, out, 2, -1));
  Example e{"product", b.take(), {{{7}}}, product_witnesses};
  place(e.system, {1, 1});
  return e;
}

Example handover(const Example& example) {
  Example e{"handover", receipt::handover_system({example.system, {}, {}, {}}), {}, nullptr};
  place(e.system, std::vector<uint8_t>(2, example.system.oracles[0].log_rows));
  return e;
}

Assignment handover_witness(const Example& example, const Assignment& witness) {
  Assignment out;
  for (TensorId id = 0; id < example.system.tensors.size(); ++id)
    if (example.system.tensors[id].oracle == 0) out.tensors.insert(out.tensors.end(), 2, witness.tensors[id]);
  return out;
}

verifier::Parameters tight_parameters(const Example& example, Stacking stacking, size_t n_proofs) {
  verifier::Parameters p;
  const System& system = example.system;
  for (uint32_t o = 0; o < system.oracles.size(); ++o) {
    const bool fixed = system.oracles[o].kind != OracleKind::kActivations;
    if (o == 0 || (stacking == Stacking::kApart && !fixed)) p.stacks.emplace_back();
    verifier::Stack& stack = p.stacks.back();
    stack.oracles.push_back(o);
    stack.log_blinding.push_back(log_blinding(kQueries * (fixed ? n_proofs : 1)));
    stack.log_rows = system.oracles[o].log_rows;
    stack.log_domain = 5;
    stack.queries = kQueries;
  }
  const uint64_t pads = verifier::count_pads<Toy2>(system, p, example.publics);
  p.pads.log_rows = static_cast<uint8_t>(log2_ceil(pads));
  p.pads.log_blinding = log_blinding(kQueries);
  p.pads.log_domain = static_cast<uint8_t>(p.pads.log_rows + 1);
  p.pads.queries = kQueries;
  return p;
}

void add_levels(verifier::Parameters& parameters) { parameters.levels = {{4, 6, 3, 3, 0}, {2, 5, 2, 0, 0}}; }

}  // namespace tacit::zero_knowledge
