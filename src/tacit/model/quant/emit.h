// EmitContext: what an operator's emit rule writes the integer program with.
//
// A rule reads its inputs as forms (form.h), combines them, and sets its outputs:
//
//   Status emit_add(EmitContext& e, const Node& node) {
//     TACIT_ASSIGN(Form a, e.form(node.inputs[0]));
//     TACIT_ASSIGN(Form b, e.form(node.inputs[1]));
//     TACIT_ASSIGN(Form sum, e.add(std::move(a), std::move(b)));
//     return e.set(node.outputs[0], std::move(sum));
//   }
//
// Whatever is linear stays a form. The primitives that make cells:
//
//   saturate   out = clamp(⌊(acc + 2^(s−1)) / 2^s⌋): requantisation, Relu, Clip, and the maximum as b + relu(a − b)
//   contract   sums of products of two operands (matrix products, convolutions, elementwise products)
//   apply      out = table of a function
//   power      roots and inverses of wide integers
//
// Exponents of activations come from calibration; weights and biases from their largest magnitude. Both are
// public, and nothing else that the context writes into the system depends on a value.
#pragma once

#include <climits>
#include <map>
#include <memory>
#include <optional>
#include <tuple>

#include "tacit/model/graph/graph.h"
#include "tacit/model/quant/program.h"
#include "tacit/statement/builder.h"

namespace tacit::model {

// What the planner chooses (lower/plan.h): sizes of tables against numbers of cells and lookups.
struct Plan {
  uint8_t bits = 15;  // activations are [−2^(bits−1), 2^(bits−1)) or, where they can't be negative, [0, 2^bits)
  uint8_t clamp_bits = 12;  // w of saturation
  uint8_t digit_bits = 10;  // a remainder is looked up in digits of this many bits
  double headroom = 1.25;   // activations may grow by this factor over calibration before they saturate
  bool operator==(const Plan&) const = default;
};

// The weights of one tensor, to be written when the program is known: round(source[position] · 2^−exponent).
struct Filling {
  statement::TensorId tensor = 0;
  std::shared_ptr<const Tensor> source;
  int exponent = 0;
  std::vector<int64_t> strides;  // in the source, of the tensor's axes
};

// The least e with v ≤ 2^e, for v > 0.
int log2_above(double v);

// Two operands' labels that are one label of their product.
struct Shared {
  uint32_t a = 0;
  uint32_t c = 0;
};

// A contraction's output, and where the operands' labels went (inner ones: kGone).
struct Product {
  static constexpr uint32_t kGone = UINT32_MAX;
  Form form;
  std::vector<uint32_t> from_a;
  std::vector<uint32_t> from_c;
};

// Which scores of a Softmax are hidden: publicly, since a mask belongs to the architecture. Shapes as the scores' rank.
struct ScoreMask {
  Tensor hidden;               // 1 where a score is replaced by the fill; broadcasts to the scores
  Tensor count;                // per row, 1 long along the row: how many are
  Tensor none;                 // per row: 1 where none is
  std::optional<double> fill;  // minus infinity if absent: then a hidden score weighs nothing
};

// The parts of a Softmax before its division.
struct Exponentials {
  Form e;                      // of every score, in units of 2^−14; 0 where it is hidden
  Form total;                  // their sum over a row, and what the fill adds: cells, with 1-long reduced axes
  std::optional<Form> fill;    // e of the fill, shaped like `total`; 0 in rows where nothing is hidden
  std::vector<uint32_t> rows;  // label i of `total` is label rows[i] of `e`
};

class EmitContext {
 public:
  static constexpr int kUnitBits = 14;    // of exponentials
  static constexpr int kWeightBits = 16;  // declared ranges in the weight oracle
  static constexpr int kBiasBits = 32;

  // `spread[v]` for each value of the graph; both outlive the context.
  EmitContext(const Graph& graph, const std::vector<Spread>& spread, Plan plan);

  const Graph& graph() const { return graph_; }
  const Plan& plan() const { return plan_; }
  const statement::System& system() const { return builder_.system(); }
  // The node whose rule runs; errors and steps are filed under it.
  void enter(uint32_t node);
  tl::unexpected<Error> refuse(Code code, std::string hint) const;

  // ---- values

  // The value as a form. A constant is made of weights in its natural layout.
  Result<Form> form(ValueId id);
  // The value as a form that may stand in a contraction; makes cells if need be.
  Result<Form> operand(ValueId id);
  // The value as cells of its own, at its calibrated exponent.
  Result<Form> cells(ValueId id);
  // May the form stand in a contraction: a few terms of cells, no constant?
  bool is_operand(const Form& form) const;
  // Gives a value its form. Requires the shape that the graph declares.
  Status set(ValueId id, Form form);
  // What calibration saw of the value.
  Spread spread(ValueId id) const { return spread_[id]; }
  // The constant behind a value, or nullptr.
  std::shared_ptr<const Tensor> constant(ValueId id) const;

  // A graph input as cells with their range proven.
  Result<Port> input(ValueId id, uint32_t index);
  // A graph output as cells.
  Result<Port> output(ValueId id);

  // ---- constants

  // Weights of `bits` bits in the weight oracle at an exponent no smaller than `least_exponent`.
  // factors[axis]: lengths into which the logical axis is cut (empty: natural); order: the cut axes in the
  // order of storage, as positions in row-major order (empty: row-major).
  Result<Form> weights(std::shared_ptr<const Tensor> tensor, int bits, int least_exponent,
                       std::vector<std::vector<uint32_t>> factors = {}, std::vector<uint32_t> order = {});
  // A constant to be added: wide weights in row-major storage. Requires a constant.
  Result<Form> bias(ValueId id, int least_exponent, std::vector<std::vector<uint32_t>> factors = {}) {
    return weights(constant(id), kBiasBits, least_exponent, std::move(factors));
  }

  // Integers that the public part holds: masks and the like, never weights.
  Form public_constant(const Tensor& tensor);
  Form public_one();

  // ---- primitives

  // The same elements under another logical shape; makes cells where the shape cuts across labels.
  Result<Form> reshaped(Form form, const Shape& shape);
  // A form of the same value whose logical axis has exactly one label, and that label.
  Result<uint32_t> single_label(Form& form, size_t axis);
  // The form as cells of its own, with an axis for every label: all labels vanish outside.
  Form solid(const Form& form) { return copy(form); }
  // a + b with broadcasting; makes cells where the exponents are too far apart.
  Result<Form> add(Form a, Form b);
  // Σ over the labels in `inner` (of a) of a · c. Labels that are not shared belong to one side alone.
  // Samples are always shared. The result's logical axes are empty: the rule sets them.
  Result<Product> contract(const Form& a, const Form& c, const std::vector<Shared>& shared,
                           const std::vector<uint32_t>& inner);
  // a · c element by element with broadcasting, of two operands.
  Result<Form> multiply(Form a, Form c);
  // The sum over the logical axes marked, which become 1 long.
  Result<Form> sum_over(ValueId id, const std::vector<bool>& reduced);
  // form / n, for a public n ≥ 1: exact for powers of two, else by a factor of 16 bits.
  Result<Form> divided(Form form, int64_t n);
  // clamp(round(form · 2^(form.exponent − exponent)), low, high) as cells; a half rounds up.
  Result<Form> saturate(const Form& form, int exponent, Bounds clamp);
  // The form as cells at the exponent that suits its spread, but no finer than `least_exponent`. Integers
  // stay exact.
  Result<Form> fit(const Form& form, int least_exponent = INT_MIN);
  // max(a, b) = b + relu(a − b).
  Result<Form> maximum(Form a, Form b);
  // max(form, 0) at the exponent that suits `spread`; exact where the form's own exponent is coarser.
  Result<Form> relu(const Form& form, Spread spread);
  // The form clamped to [low, high], bounds that may be infinite, at the exponent that suits `spread`.
  Result<Form> clip(const Form& form, double low, double high, Spread spread);
  // max(form, 0) exactly.
  Result<Form> exact_relu(const Form& form);

  // f(x) from a table, for arguments in `in` and values in `out`; both saturate, but for functions that go on as
  // the identity.
  Result<Form> apply(Function f, const Form& x, Spread in, Spread out);
  // ⌊n / d⌋ < 2^bits, for n ≥ 0 and cells d > 0 with the same labels. Requires all that of the semantics.
  Result<Form> quotient(const Form& n, const Form& d, int bits);
  // The index of the largest element along a logical axis, which becomes 1 long. Requires an operand.
  enum class Tie : uint8_t { kFirst, kLast };
  Result<Form> argmax(Form q, size_t logical_axis, Tie tie);
  // √n, 1/√n or 1/n for a form of integers n ≥ 1, to 2^−13 of itself. f: one of the functions of the middle.
  Result<Form> power(Function f, const Form& n);
  // The form times 2^up plus one unit, up from `least_up` on, such that its exponent is even: never zero.
  Result<Form> never_zero(const Form& form, int least_up);
  // [index = v] for 0 ≤ v < length along one more axis, the last. An index outside is an error of the execution.
  Result<Form> one_hot(const Form& index, uint32_t length);
  // exp(x − the row's maximum) and their sums, over the logical axes marked; `mask` may be null.
  Result<Exponentials> exponentials(Form x, const std::vector<bool>& axes, const ScoreMask* mask);
  // Softmax over the logical axes marked.
  Result<Form> softmax(const Form& x, const std::vector<bool>& axes);

  // What has been built, without the weights' values. No more emission after this.
  IntegerModel finish(std::vector<Port> inputs, std::vector<Port> outputs);
  // Writes the values of the weights and the function tables. Errors: kUnsupported (functions.h).
  Status fill(IntegerModel& model) const;

 private:
  // The exponent at which reals in `spread` fill the activations' range.
  int exponent_for(Spread spread, bool non_negative) const;
  Bounds range_for(bool non_negative) const;
  Status check_width(const Form& form) const;
  Form copy(const Form& form);
  Result<Form> flatten(const Form& form);
  Form constant_form(Form form, int exponent, __int128 value, Bounds range) const;
  Result<Form> finer(Form form, int exponent) const;
  Result<Form> clamp(const Form& form, int shift, Bounds range);
  enum class Sides : uint8_t { kBoth, kUpper };
  std::optional<statement::TensorId> same_weights(const Filling& wanted, const statement::Space& space,
                                                  statement::Interval range) const;
  std::shared_ptr<const Tensor> root_of(const std::shared_ptr<const Tensor>& tensor) const;
  statement::TableId clamp_table(uint64_t size, Sides sides = Sides::kBoth);
  struct Decay {
    statement::View e, zero;
  };
  Result<Decay> decay(const statement::Space& labels, const statement::View& d, int s, __int128 largest);
  Result<statement::TableId> exp_table(GeneratedTable& column);
  void choose_scales(GeneratedTable& table, Spread in, Spread out) const;
  Result<Form> look_up(GeneratedTable table, const Form& argument);
  statement::TableId power_table(int step, int top, bool falling);
  Result<GeneratedTable> function_column(const GeneratedTable& wanted);
  Result<int64_t> entry(const GeneratedTable& table, int64_t x) const;
  Result<Form> rounded(const Form& form, int exponent);
  statement::TensorId new_cells_in_range(const statement::Space& labels, Bounds bounds);
  void prove_range_of(const Form& cells);
  statement::TableId range_table(uint8_t bits);
  statement::TensorId new_cells(const statement::Space& labels, Bounds range);
  void prove_range(const statement::Space& labels, const statement::View& cell, int bits);
  void prove_below(const statement::Space& labels, const statement::View& view, int bits);
  statement::View digits(const statement::Space& labels, const statement::View& view, int bits);
  void add_step(StepKind kind, const statement::Space& labels, std::vector<statement::View> views,
                std::vector<statement::TensorId> tensors, std::vector<int64_t> numbers);

  const Graph& graph_;
  const std::vector<Spread>& spread_;
  const Plan plan_;
  uint32_t node_ = 0;
  statement::Builder builder_;
  statement::OracleId weights_oracle_ = 0;
  statement::OracleId cells_oracle_ = 0;
  std::vector<std::optional<Form>> forms_;
  std::map<std::pair<uint64_t, Sides>, statement::TableId> clamp_tables_;  // by size of the range
  std::map<statement::TensorId, statement::TableId> function_tables_;      // by column
  std::map<uint8_t, statement::TableId> range_tables_;                     // by bits
  std::map<std::tuple<int, int, bool>, statement::TableId> power_tables_;  // by step, largest power, direction
  std::optional<statement::PublicId> one_;
  std::vector<std::pair<Tensor, statement::PublicId>> publics_;
  std::vector<Step> steps_;
  std::vector<Filling> fillings_;
  std::vector<GeneratedTable> generated_;
  std::vector<Mark> marks_;
};

}  // namespace tacit::model
