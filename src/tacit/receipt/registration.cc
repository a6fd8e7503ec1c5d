#include "tacit/receipt/registration.h"

#include <algorithm>
#include <bit>
#include <map>

#include "tacit/receipt/code_shape.h"
#include "tacit/statement/builder.h"
#include "tacit/statement/instance.h"

namespace tacit::receipt {
namespace {

using statement::OracleKind;
using statement::System;
using statement::Tensor;
using statement::TensorId;
using statement::View;

constexpr int kMaxRangeBits = 62;
constexpr int kMaxDigitBits = 16;
// Relative costs of a committed cell, a lookup and a table row (performance of the prover).
constexpr uint64_t kCellCost = 15, kLookupCost = 11, kRowCost = 25;

bool is_weight(const Tensor& tensor) { return tensor.oracle == kWeightOracle; }

Result<int> range_bits(const Tensor& tensor, TensorId id) {
  const uint64_t last = static_cast<uint64_t>(tensor.range.high) - static_cast<uint64_t>(tensor.range.low);
  const int bits = std::bit_width(last);
  constexpr int64_t kFarthest = int64_t{1} << kMaxRangeBits;
  const bool is_near = tensor.range.low >= -kFarthest && tensor.range.high <= kFarthest;
  if (!is_near || bits > kMaxRangeBits || last != (uint64_t{1} << bits) - 1)
    return fail(Code::kBadInterval, "tensor", id,
                "the range of a weight is not a power of two of at most 2^62 integers");
  return bits;
}

int last_bits(int bits, int t) { return bits == 0 ? 0 : (bits - 1) % t + 1; }
int n_digits(int bits, int t) { return std::max(1, (bits + t - 1) / t); }

// The digit size of least cost; places[b]: how many places tensors with a range of b bits take.
int choose_digit_bits(const std::map<int, uint64_t>& places) {
  int best = 1;
  uint64_t least = UINT64_MAX;
  for (int t = 1; t <= kMaxDigitBits; ++t) {
    uint64_t cost = 0;
    std::vector<bool> table(kMaxDigitBits + 1, false);
    for (const auto& [bits, count] : places) {
      const auto k = static_cast<uint64_t>(n_digits(bits, t));
      cost += count * (k * kLookupCost + (k - 1) * kCellCost);
      table[static_cast<size_t>(last_bits(bits, t))] = true;
      if (k > 1) table[static_cast<size_t>(t)] = true;
    }
    for (size_t b = 0; b < table.size(); ++b) cost += table[b] ? kRowCost << b : 0;
    if (cost < least) least = cost, best = t;
  }
  return best;
}

class Derivation {
 public:
  explicit Derivation(const PublicModel& model) : model_(model.system), tables_of_functions_(model.tables) {}

  Result<RegistrationSystem> run() {
    TACIT_TRY(check_oracles());
    builder_.oracle(OracleKind::kWeights);
    own_ = builder_.oracle(OracleKind::kActivations);
    TACIT_TRY(add_tensors());
    for (const functions::GeneratedTable& table : tables_of_functions_) TACIT_TRY(register_table(table));
    TACIT_ASSIGN(digit_bits_, digit_bits());
    for (RegisteredTensor& tensor : out_.tensors)
      if (first_values_.count(tensor.source) == 0) register_range(tensor);
    for (const statement::Table& table : model_.tables)
      for (const statement::Segment& segment : table.segments)
        for (const statement::Column& column : segment.columns) TACIT_TRY(register_row_0(column));
    out_.system = builder_.take();
    return std::move(out_);
  }

 private:
  Status check_oracles() const {
    for (size_t o = 0; o < model_.oracles.size(); ++o)
      if ((model_.oracles[o].kind == OracleKind::kWeights) != (o == kWeightOracle) ||
          model_.oracles[o].kind == OracleKind::kData)
        return fail(Code::kBadStatement, "oracle", o, "oracle 0 holds the weights, all others are committed by proofs");
    if (model_.oracles.empty()) return fail(Code::kBadStatement, "oracle", 0, "a system without oracles");
    return {};
  }

  statement::TableId range_table(int bits) {
    const auto [at, is_new] = range_tables_.try_emplace(bits, 0);
    if (is_new) at->second = builder_.range_table(own_, 0, static_cast<uint8_t>(bits));
    return at->second;
  }

  // The weights, in the order that gives them their places.
  Status add_tensors() {
    numbers_.resize(model_.tensors.size(), 0);
    for (TensorId id = 0; id < model_.tensors.size(); ++id) {
      const Tensor& tensor = model_.tensors[id];
      if (!is_weight(tensor)) continue;
      for (const statement::Axis& axis : tensor.space.axes)
        if (axis.batched) return fail(Code::kBadStatement, "tensor", id, "weights have no axis of samples");
      numbers_[id] = builder_.tensor(kWeightOracle, tensor.space, tensor.range);
      out_.tensors.push_back({id, numbers_[id], 0, {}});
    }
    return {};
  }

  Result<int> digit_bits() const {
    std::map<int, uint64_t> places;
    for (const RegisteredTensor& tensor : out_.tensors) {
      if (first_values_.count(tensor.source) != 0) continue;
      TACIT_ASSIGN(const int bits, range_bits(model_.tensors[tensor.source], tensor.source));
      places[bits] += model_.tensors[tensor.source].space.places();
    }
    return choose_digit_bits(places);
  }

  // cells − constants = 0
  Status register_table(const functions::GeneratedTable& table) {
    TACIT_TRY(functions::check(table));
    const auto bad = [&](const char* hint) { return fail(Code::kBadStatement, "table", table.tensor, hint); };
    if (table.tensor >= model_.tensors.size() || !is_weight(model_.tensors[table.tensor])) return bad("no weights");
    const Tensor& tensor = model_.tensors[table.tensor];
    const statement::Space column{{statement::whole_axis(uint32_t{1} << table.bits)}};
    if (tensor.space != column || first_values_.count(table.tensor) != 0) return bad("not a column of its own");
    TACIT_ASSIGN(std::vector<int64_t> values, functions::generate(table));
    for (const int64_t v : values)
      if (v < tensor.range.low || v > tensor.range.high)
        return fail(Code::kBadInterval, "tensor", table.tensor, "a value of its function is out of its range");
    first_values_[table.tensor] = values[0];
    const statement::PublicId constants = builder_.constant(column, std::move(values));
    builder_.identity(column, builder_.cell(numbers_[table.tensor]) +
                                  statement::direct(statement::Source::kPublic, constants, 1, -1));
    return {};
  }

  void register_range(RegisteredTensor& registered) {
    const Tensor& tensor = model_.tensors[registered.source];
    const int t = digit_bits_, bits = *range_bits(tensor, registered.source), k = n_digits(bits, t);
    registered.digit_bits = static_cast<uint8_t>(t);
    View rest = builder_.cell(registered.tensor) + -tensor.range.low;
    for (int i = 0; i + 1 < k; ++i) {
      const TensorId digit = builder_.tensor(own_, tensor.space, {0, (int64_t{1} << t) - 1});
      builder_.lookup(tensor.space, range_table(t), {builder_.cell(digit)});
      rest = rest + builder_.cell(digit, -(int64_t{1} << (t * i)));
      registered.digits.push_back(digit);
    }
    rest.log_denominator = static_cast<uint8_t>(t * (k - 1));
    builder_.lookup(tensor.space, range_table(last_bits(bits, t)), {std::move(rest)});
  }

  // cell 0 − start = 0
  Status register_row_0(const statement::Column& column) {
    if (column.kind != statement::ColumnKind::kCells || !is_weight(model_.tensors[column.tensor])) return {};
    if (const auto known = first_values_.find(column.tensor); known != first_values_.end()) {
      if (known->second != column.start) return fail(Code::kBadStatement, "table", column.tensor, "row 0 is misstated");
      return {};
    }
    View row = statement::scaled(statement::Source::kTensor, numbers_[column.tensor], 1, {{{}, 0}});
    builder_.identity({}, row + -column.start);
    return {};
  }

  const System& model_;
  const std::vector<functions::GeneratedTable>& tables_of_functions_;
  RegistrationSystem out_;
  statement::Builder builder_;
  statement::OracleId own_ = 0;
  std::vector<TensorId> numbers_;  // of the registration's tensors, by the model's
  std::map<int, statement::TableId> range_tables_;
  std::map<TensorId, int64_t> first_values_;  // of tables of functions
  int digit_bits_ = 1;
};

}  // namespace

Result<RegistrationSystem> registration_system(const PublicModel& model) { return Derivation(model).run(); }

verifier::Statement registration_statement(const PublicFile& file, const System& placed,
                                           const verifier::Parameters& parameters) {
  const Epoch& epoch = file.epochs[0];
  Writer context;
  context.raw(as_bytes("tacit registration v1"));
  context.raw(model_digest(file.model).bytes);
  context.u32(epoch.number);
  verifier::PublicValues constants;
  constants.stated.resize(placed.publics.size());
  return {placed, parameters, std::move(constants), {epoch.root}, context.take()};
}

Result<System> placed(System system, const verifier::Parameters& parameters) {
  constexpr uint8_t kNone = 0xFF;
  std::vector<uint8_t> log_rows(system.oracles.size(), kNone);
  for (size_t s = 0; s < parameters.stacks.size(); ++s) {
    const verifier::Stack& stack = parameters.stacks[s];
    if (stack.log_rows > verifier::kMaxLogDomain) return fail(Code::kBadParameters, "stack", s, "too many rows");
    for (const uint32_t oracle : stack.oracles)
      if (oracle < log_rows.size()) log_rows[oracle] = stack.log_rows;
  }
  for (size_t o = 0; o < log_rows.size(); ++o)
    if (log_rows[o] == kNone) return fail(Code::kBadParameters, "parameters", o, "an oracle belongs to no stack");
  statement::place(system, log_rows);
  return system;
}

Status check_weight_stack(const WeightCommitment& weights, const verifier::Parameters& parameters,
                          statement::OracleId oracle) {
  return check_code("weights", oracle, weights, parameters);
}

}  // namespace tacit::receipt
