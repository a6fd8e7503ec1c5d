#include <algorithm>

#include "tacit/base/check.h"
#include "tacit/model/ops/operator.h"

namespace tacit::model {

// Generated: one line F(<family>) per ops/op_<family>.cc.
#define F(family) void register_##family(OperatorTable& table);
#include "tacit/model/ops/families.inc"
#undef F

const OperatorTable& OperatorTable::get() {
  static const OperatorTable table = [] {
    OperatorTable t;
#define F(family) register_##family(t);
#include "tacit/model/ops/families.inc"
#undef F
    return t;
  }();
  return table;
}

void OperatorTable::add(Operator op) {
  TACIT_CHECK(op.shape && (op.eval != nullptr) != (op.move != nullptr) && op.opsets.min <= op.opsets.max);
  for (const Operator& other : operators_) {
    TACIT_CHECK(other.name != op.name || other.domain != op.domain || other.opsets.max < op.opsets.min ||
                op.opsets.max < other.opsets.min);
  }
  operators_.push_back(std::move(op));
}

const Operator* OperatorTable::find(std::string_view domain, std::string_view name, int opset) const {
  for (const Operator& op : operators_) {
    if (op.name == name && op.domain == domain && op.opsets.min <= opset && opset <= op.opsets.max) return &op;
  }
  return nullptr;
}

tl::unexpected<Error> Args::refuse(Code code, std::string hint) const {
  return fail(code, node_.place(), 0, std::move(hint));
}

Result<std::vector<int64_t>> Args::constant_ints(size_t i, std::string_view what) const {
  if (known(i) == nullptr) {
    return refuse(Code::kUnsupported, std::string(what) + " must be a constant, not computed from the model's input");
  }
  if (tensor(i).is_real() || rank(i) > 1) return refuse(Code::kBadModel, std::string(what) + " must be integers");
  std::span<const int64_t> values = tensor(i).ints();
  return std::vector<int64_t>(values.begin(), values.end());
}

namespace {

// The hint for an operator that the table lacks.
std::string missing_hint(const Node& node) {
  const std::span<const Operator> all = OperatorTable::get().all();
  auto is_domain = [&](const Operator& op) { return op.domain == node.domain; };
  if (std::none_of(all.begin(), all.end(), is_domain)) {
    return "operators of the domain '" + printable(node.domain) + "' are not supported";
  }
  auto is_name = [&](const Operator& op) { return is_domain(op) && op.name == node.op; };
  if (std::none_of(all.begin(), all.end(), is_name)) return "the operator " + printable(node.op) + " is not supported";
  return node.op + " is not supported in opset " + std::to_string(node.opset);
}

Status check_attributes(const Node& node, const Operator& op) {
  for (const auto& [name, attribute] : node.attributes) {
    auto rule = std::find_if(op.attributes.begin(), op.attributes.end(),
                             [&name = name](const AttributeRule& r) { return r.name == name; });
    if (rule == op.attributes.end()) {
      return fail(Code::kUnsupported, node.place(), 0, "the attribute '" + printable(name) + "' is not supported");
    }
    if (attribute.index() != static_cast<size_t>(rule->type)) {
      return fail(Code::kBadModel, node.place(), 0, "the attribute '" + printable(name) + "' has the wrong type");
    }
  }
  return {};
}

// The number of outputs up to the last one that has a name.
size_t named_outputs(const Node& node) {
  size_t n = node.outputs.size();
  while (n > 0 && node.outputs[n - 1] == kNoValue) --n;
  return n;
}

template <class T>
std::vector<T> moved(const Args& args, const Move& move) {
  std::vector<std::span<const T>> inputs(args.size());
  for (size_t i = 0; i < args.size(); ++i) {
    if (!args.has(i) || args.tensor(i).is_real() != std::is_same_v<T, double>) continue;
    if constexpr (std::is_same_v<T, double>) {
      inputs[i] = args.tensor(i).reals();
    } else {
      inputs[i] = args.tensor(i).ints();
    }
  }
  std::vector<T> values(move.sources.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const Source& source = move.sources[i];
    values[i] = source.input == Source::kFill ? static_cast<T>(move.fill)
                                              : inputs[source.input][static_cast<size_t>(source.position)];
  }
  return values;
}

}  // namespace

Result<const Operator*> find_operator(const Node& node) {
  const Operator* op = OperatorTable::get().find(node.domain, node.op, node.opset);
  if (op == nullptr) return fail(Code::kUnsupported, node.place(), 0, missing_hint(node));
  return op;
}

Result<const Operator*> check_node(const Node& node) {
  TACIT_ASSIGN(const Operator* op, find_operator(node));
  const int n_inputs = static_cast<int>(std::min<size_t>(node.inputs.size(), kAnyNumber));
  if (n_inputs < op->inputs.min || n_inputs > op->inputs.max) {
    return fail(Code::kBadModel, node.place(), node.inputs.size(), "the number of inputs doesn't fit the operator");
  }
  for (int i = 0; i < op->inputs.min; ++i) {
    if (node.inputs[i] == kNoValue) return fail(Code::kBadModel, node.place(), i, "a required input is left out");
  }
  if (static_cast<int>(node.outputs.size()) < op->outputs.min) {
    return fail(Code::kBadModel, node.place(), node.outputs.size(), "the node has too few outputs");
  }
  if (named_outputs(node) > static_cast<size_t>(op->outputs.max)) {
    return fail(Code::kUnsupported, node.place(), node.outputs.size(),
                "only the first " + std::to_string(op->outputs.max) + " output(s) of the operator are supported");
  }
  TACIT_TRY(check_attributes(node, *op));
  return op;
}

Result<Types> infer_types(const Args& args) {
  TACIT_ASSIGN(const Operator* op, check_node(args.node()));
  TACIT_ASSIGN(Types types, op->shape(args));
  for (const ValueType& type : types) TACIT_TRY(element_count(type.shape, args.node().place()));
  TACIT_CHECK(types.size() >= named_outputs(args.node()));
  return types;
}

Result<Tensors> evaluate(const Args& args, const Types& outputs) {
  const Node& node = args.node();
  const Operator* op = OperatorTable::get().find(node.domain, node.op, node.opset);
  TACIT_CHECK(op != nullptr);
  if (op->eval) return op->eval(args, outputs);
  TACIT_ASSIGN(std::vector<Move> moves, op->move(args, outputs));
  TACIT_CHECK(moves.size() == outputs.size());
  Tensors results;
  for (size_t i = 0; i < moves.size(); ++i) {
    if (is_real(outputs[i].dtype)) {
      results.emplace_back(outputs[i], moved<double>(args, moves[i]));
    } else {
      results.emplace_back(outputs[i], moved<int64_t>(args, moves[i]));
    }
  }
  return results;
}

}  // namespace tacit::model
