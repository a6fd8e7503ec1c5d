#include "tacit/model/quant/emit.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "tacit/base/check.h"

namespace tacit::model {
namespace {

using statement::Interval;
using statement::Space;
using statement::TensorId;
using statement::View;

// Beyond this an integer relation may leave int64 or wrap around the field.
constexpr __int128 kWidest = __int128{1} << 61;
// An operand of a contraction: this many terms of cells, this wide.
constexpr size_t kOperandTerms = 4;
constexpr __int128 kOperandWidth = __int128{1} << 20;

// The flat position Σ index · stride of every element of a space, row-major.
std::vector<int64_t> positions_of(const Space& space, const std::vector<int64_t>& strides) {
  std::vector<int64_t> out = {0};
  for (size_t a = 0; a < space.axes.size(); ++a) {
    std::vector<int64_t> next;
    next.reserve(out.size() * space.axes[a].length);
    for (int64_t base : out)
      for (int64_t i = 0; i < space.axes[a].length; ++i) next.push_back(base + i * strides[a]);
    out = std::move(next);
  }
  return out;
}

View cells_view(TensorId id, size_t n_labels) { return statement::direct(statement::Source::kTensor, id, n_labels); }

Interval narrow(Bounds b) { return {static_cast<int64_t>(b.low), static_cast<int64_t>(b.high)}; }

}  // namespace

EmitContext::EmitContext(const Graph& graph, const std::vector<Spread>& spread, Plan plan)
    : graph_(graph), spread_(spread), plan_(plan), forms_(graph.values.size()) {
  weights_oracle_ = builder_.oracle(statement::OracleKind::kWeights);
  cells_oracle_ = builder_.oracle(statement::OracleKind::kActivations);
}

void EmitContext::enter(uint32_t node) {
  node_ = node;
  marks_.push_back({node, static_cast<uint32_t>(system().tensors.size()),
                    static_cast<uint32_t>(system().lookups.size()), static_cast<uint32_t>(system().identities.size())});
}

tl::unexpected<Error> EmitContext::refuse(Code code, std::string hint) const {
  return fail(code, node_ < graph_.nodes.size() ? graph_.nodes[node_].place() : "model", 0, std::move(hint));
}

// ---- values

Result<Form> EmitContext::form(ValueId id) {
  if (!forms_[id]) {
    TACIT_CHECK(graph_.constant(id) != nullptr);
    TACIT_ASSIGN(forms_[id], weights(constant(id), kWeightBits, INT_MIN));
  }
  return *forms_[id];
}

Result<Form> EmitContext::operand(ValueId id) {
  TACIT_ASSIGN(Form f, form(id));
  if (is_operand(f)) return f;
  TACIT_ASSIGN(f, cells(id));
  if (is_operand(f)) return f;
  return refuse(Code::kMayWrap, "an integer operand of a product needs more than 20 bits");
}

Result<Form> EmitContext::cells(ValueId id) {
  TACIT_ASSIGN(const Form f, form(id));
  TACIT_ASSIGN(forms_[id], fit(f));
  return *forms_[id];
}

Status EmitContext::set(ValueId id, Form form) {
  if (id == kNoValue) return {};
  tidy(form);
  if (form.shape() != graph_.type(id).shape) {
    return refuse(Code::kUnsupported, "the lowering made " + shape_text(form.shape()) + " where the graph says " +
                                          shape_text(graph_.type(id).shape));
  }
  TACIT_TRY(check_width(form));
  form.spread = spread_[id];
  form.exact = !is_real(graph_.type(id).dtype);
  forms_[id] = std::move(form);
  return {};
}

std::shared_ptr<const Tensor> EmitContext::constant(ValueId id) const {
  return id == kNoValue ? nullptr : graph_.values[id].constant;
}

bool EmitContext::is_operand(const Form& form) const {
  if (form.view.constant != 0 || form.view.log_denominator != 0 || form.view.terms.size() > kOperandTerms) return false;
  for (const statement::Term& term : form.view.terms)
    if (term.source == statement::Source::kAccumulator) return false;
  return magnitude(statement::hull(system(), form.view)) <= kOperandWidth;
}

Status EmitContext::check_width(const Form& form) const {
  if (magnitude(statement::hull(system(), form.view)) <= kWidest) return {};
  return refuse(Code::kMayWrap, "the integers could grow beyond 61 bits");
}

// ---- inputs and outputs

Result<Port> EmitContext::input(ValueId id, uint32_t index) {
  const Value& value = graph_.values[id];
  const ValueType& type = graph_.type(id);
  Form f;
  f.spread = spread_[id];
  f.axes.resize(type.shape.size());
  // Images are stored with their channels last.
  std::vector<size_t> order;
  for (size_t axis = 0; axis < type.shape.size(); ++axis)
    if (type.shape.size() < 4 || axis != 1) order.push_back(axis);
  if (type.shape.size() >= 4) order.push_back(1);
  for (size_t axis : order) {
    if (type.shape[axis] == 1) continue;
    f.axes[axis] = {static_cast<uint32_t>(f.labels.axes.size())};
    f.labels.axes.push_back(statement::whole_axis(static_cast<uint32_t>(type.shape[axis])));
  }
  f.labels = laid_out(f.labels);
  int bits = plan_.bits;
  if (is_real(type.dtype)) {
    f.bounds = range_for(false);
    f.exponent = exponent_for(f.spread, false);
  } else {
    f.exact = true;
    const IntRange range = int_range(type.dtype);
    const uint64_t span = static_cast<uint64_t>(range.max) - static_cast<uint64_t>(range.min);
    bits = std::min<int>(32, std::bit_width(span));
    f.bounds.low = range.min < 0 ? -(__int128{1} << (bits - 1)) : 0;
    f.bounds.high = f.bounds.low + (__int128{1} << bits) - 1;
  }
  const TensorId x = new_cells(f.labels, f.bounds);
  f.view = cells_view(x, f.labels.axes.size());
  add_step(StepKind::kInput, f.labels, {}, {x}, {index});
  prove_range(f.labels, f.view + -static_cast<int64_t>(f.bounds.low), bits);
  forms_[id] = f;
  return Port{value.name, type, static_cast<uint8_t>(value.batch_axis ? 1 : 0), std::move(f)};
}

Result<Port> EmitContext::output(ValueId id) {
  const Value& value = graph_.values[id];
  TACIT_ASSIGN(Form f, form(id));
  bool of_cells = f.view.log_denominator == 0 && magnitude(f.bounds) <= (__int128{1} << kBiasBits);
  for (const statement::Term& term : f.view.terms)
    of_cells = of_cells && term.source != statement::Source::kAccumulator;
  if (!of_cells) {
    TACIT_ASSIGN(f, cells(id));
  }
  return Port{value.name, graph_.type(id), static_cast<uint8_t>(value.batch_axis ? 1 : 0), std::move(f)};
}

IntegerModel EmitContext::finish(std::vector<Port> inputs, std::vector<Port> outputs) {
  IntegerModel model;
  model.open = {builder_.take(), {}, std::move(inputs), std::move(outputs)};
  model.steps = std::move(steps_);
  model.open.tables = generated_;
  model.weights.resize(model.open.system.tensors.size());
  model.marks = std::move(marks_);
  for (uint32_t n = 0; n < graph_.nodes.size(); ++n) {
    model.nodes.push_back(graph_.nodes[n].place());
    for (ValueId id : graph_.nodes[n].outputs)
      if (id != kNoValue && forms_[id])
        model.probes.push_back({id, n, {graph_.values[id].name, graph_.type(id), 0, *forms_[id]}});
  }
  return model;
}

Status EmitContext::fill(IntegerModel& model) const {
  for (const Filling& filling : fillings_) {
    std::vector<int64_t>& cells = model.weights[filling.tensor];
    const statement::Tensor& tensor = model.open.system.tensors[filling.tensor];
    const Interval range = tensor.range;
    cells.clear();
    for (int64_t at : positions_of(tensor.space, filling.strides)) {
      const double v = std::ldexp(filling.source->as_real(static_cast<size_t>(at)), -filling.exponent);
      cells.push_back(std::clamp<int64_t>(std::llround(v), range.low, range.high));
    }
  }
  for (const GeneratedTable& table : generated_) {
    TACIT_ASSIGN(model.weights[table.tensor], generate(table));
  }
  return {};
}

// ---- constants

std::shared_ptr<const Tensor> EmitContext::root_of(const std::shared_ptr<const Tensor>& tensor) const {
  const auto found = graph_.origins.find(tensor.get());
  return found == graph_.origins.end() ? tensor : found->second.root;
}

// A tensor that holds the same elements of the same constant of the model in the same order: a matrix that serves twice
// is committed once. Equal values are no reason: the public part must not tell.
std::optional<TensorId> EmitContext::same_weights(const Filling& wanted, const Space& space, Interval range) const {
  const auto positions = [&](const Filling& filling) {
    std::vector<int64_t> at = positions_of(space, filling.strides);
    const auto origin = graph_.origins.find(filling.source.get());
    if (origin != graph_.origins.end())
      for (int64_t& i : at) i = origin->second.positions[static_cast<size_t>(i)];
    return at;
  };
  for (const Filling& made : fillings_) {
    const statement::Tensor& tensor = system().tensors[made.tensor];
    if (tensor.space != space || tensor.range != range || made.exponent != wanted.exponent) continue;
    if (root_of(made.source) != root_of(wanted.source)) continue;
    if (positions(made) == positions(wanted)) return made.tensor;
  }
  return {};
}

Result<Form> EmitContext::weights(std::shared_ptr<const Tensor> tensor, int bits, int least_exponent,
                                  std::vector<std::vector<uint32_t>> factors, std::vector<uint32_t> order) {
  Filling filling{.source = tensor};
  Form f;
  f.axes.resize(tensor->rank());
  const bool natural = factors.empty();
  if (natural)
    for (int64_t length : tensor->shape()) factors.push_back({static_cast<uint32_t>(length)});
  std::vector<uint32_t> lengths;
  for (const auto& axis : factors) lengths.insert(lengths.end(), axis.begin(), axis.end());
  if (order.empty())
    for (uint32_t i = 0; i < lengths.size(); ++i) order.push_back(i);
  // Labels in the order of storage; label_of[i] of the i-th factor in row-major order.
  std::vector<uint32_t> label_of(lengths.size());
  for (uint32_t i : order) {
    label_of[i] = static_cast<uint32_t>(f.labels.axes.size());
    f.labels.axes.push_back(statement::whole_axis(lengths[i]));
  }
  uint32_t next = 0;
  for (size_t axis = 0; axis < factors.size(); ++axis)
    for (size_t k = 0; k < factors[axis].size(); ++k) f.axes[axis].push_back(label_of[next++]);
  f.labels = laid_out(f.labels);

  double largest = 0;
  for (size_t i = 0; i < tensor->size(); ++i) largest = std::max(largest, std::fabs(tensor->as_real(i)));
  if (!std::isfinite(largest)) return refuse(Code::kUnsupported, "a constant is not finite");
  const __int128 half = __int128{1} << (bits - 1);
  if (tensor->is_real()) {
    f.exponent = std::max(least_exponent, log2_above(largest == 0 ? 1 : largest) - (bits - 1));
  } else if (largest >= static_cast<double>(half)) {
    return refuse(Code::kUnsupported, "an integer constant needs more than " + std::to_string(bits) + " bits");
  }
  f.exact = !tensor->is_real();
  f.bounds = {-half, half - 1};

  Space space{{f.labels.axes.begin() + 1, f.labels.axes.end()}};
  filling.exponent = f.exponent;
  const std::vector<int64_t> strides = f.strides();
  filling.strides = {strides.begin() + 1, strides.end()};
  const auto same = same_weights(filling, space, narrow(f.bounds));
  filling.tensor = same ? *same : builder_.tensor(weights_oracle_, space, narrow(f.bounds));
  if (!same) fillings_.push_back(filling);
  std::vector<statement::AxisMap> maps;
  for (uint32_t label = 1; label < f.labels.axes.size(); ++label) maps.push_back(statement::axis(label));
  f.view = statement::scaled(statement::Source::kTensor, filling.tensor, 1, std::move(maps));
  if (natural) tidy(f);
  return f;
}

Form EmitContext::public_constant(const Tensor& tensor) {
  Form f;
  f.exact = true;
  f.axes.resize(tensor.rank());
  Space space;
  std::vector<statement::AxisMap> maps;
  for (size_t axis = 0; axis < tensor.rank(); ++axis) {
    const uint32_t label = static_cast<uint32_t>(f.labels.axes.size());
    f.labels.axes.push_back(statement::whole_axis(static_cast<uint32_t>(tensor.shape()[axis])));
    f.axes[axis] = {label};
    space.axes.push_back(f.labels.axes.back());
    maps.push_back(statement::axis(label));
  }
  for (int64_t v : tensor.ints()) {
    f.bounds.low = std::min<__int128>(f.bounds.low, v);
    f.bounds.high = std::max<__int128>(f.bounds.high, v);
  }
  auto found = std::find_if(publics_.begin(), publics_.end(), [&](const auto& made) { return made.first == tensor; });
  if (found == publics_.end()) {
    const auto values = tensor.ints();
    found = publics_.insert(found, {tensor, builder_.constant(space, {values.begin(), values.end()})});
  }
  f.view = statement::scaled(statement::Source::kPublic, found->second, 1, std::move(maps));
  tidy(f);
  return f;
}

Form EmitContext::public_one() {
  if (!one_) one_ = builder_.constant({}, {1});
  Form f;
  f.view = statement::scaled(statement::Source::kPublic, *one_, 1, {});
  f.bounds = {1, 1};
  return f;
}

}  // namespace tacit::model
