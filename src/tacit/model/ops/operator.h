// The table of operators: everything the tool knows about an ONNX operator stands in one entry, in one file.
//
// To add an operator, write ops/op_<family>.cc:
//
//   TACIT_OPERATORS(<family>) {          // the build collects all op_*.cc files; there is no second list to
//   edit
//     table.add({.name = "Neg",
//                .opsets = {1, 26},
//                .inputs = {1, 1},
//                .shape = same_number,   // types of the outputs from the types of the inputs
//                .eval = eval_neg});     // the reference values: double or exact int64 (or .move, see below)
//   }
//
// and a case in ops/ops_test.cc. `emit` is the third rule: how the node becomes integer cells and
// constraints.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tacit/model/graph/graph.h"

namespace tacit::model {

// The builder of the integer program; defined where that program is (quant/).
class EmitContext;

// What a rule sees of a node: its inputs' types, and the values of those inputs that are known.
class Args {
 public:
  // `types[i]` is nullptr for an input left out; `tensors[i]` is nullptr as well where the value isn't known.
  Args(const Node& node, std::vector<const ValueType*> types, std::vector<const Tensor*> tensors)
      : node_(node), types_(std::move(types)), tensors_(std::move(tensors)) {}

  const Node& node() const { return node_; }
  size_t size() const { return types_.size(); }
  bool has(size_t i) const { return i < types_.size() && types_[i] != nullptr; }
  // Requires has(i).
  const ValueType& type(size_t i) const { return *types_[i]; }
  const Shape& shape(size_t i) const { return types_[i]->shape; }
  size_t rank(size_t i) const { return types_[i]->shape.size(); }
  // nullptr where the value isn't known.
  const Tensor* known(size_t i) const { return i < tensors_.size() ? tensors_[i] : nullptr; }
  // For eval rules. Requires has(i).
  const Tensor& tensor(size_t i) const { return *tensors_[i]; }

  // An error at this node.
  tl::unexpected<Error> refuse(Code code, std::string hint) const;
  // The integers of an input that must be a constant (axes, shapes, repeats).
  // Errors: kUnsupported where it depends on the model's input, kBadModel where it isn't an integer tensor.
  Result<std::vector<int64_t>> constant_ints(size_t i, std::string_view what) const;

 private:
  const Node& node_;
  std::vector<const ValueType*> types_;
  std::vector<const Tensor*> tensors_;
};

using Types = std::vector<ValueType>;
using Tensors = std::vector<Tensor>;

// One type per output of the operator, from the inputs' types and the constants among the inputs.
using ShapeRule = std::function<Result<Types>(const Args&)>;
// The values of all outputs, in the types that the shape rule gave. Every input present is known. Float types
// are computed in double; integer types exactly, and a result outside its declared type is an error
// (kUnsupported).
using EvalRule = std::function<Result<Tensors>(const Args&, const Types& outputs)>;

// Where each element of an output comes from, for operators that only move elements (Reshape, Slice, Concat,
// Pad...): one element of one input, or the fill value.
struct Source {
  uint32_t input = kFill;
  int64_t position = 0;  // flat, row-major
  static constexpr uint32_t kFill = UINT32_MAX;
};
struct Move {
  std::vector<Source> sources;  // one per element of the output, row-major
  double fill = 0;
};
// One Move per output. Errors: kUnsupported where the positions depend on a value that isn't known (Gather).
using MoveRule = std::function<Result<std::vector<Move>>(const Args&, const Types& outputs)>;

// Adds the node to the integer program and its constraints. Empty: the operator can't be proven yet by
// itself.
using EmitRule = std::function<Status(EmitContext&, const Node&)>;

struct Range {
  int min = 0;
  int max = 0;
};

struct AttributeRule {
  std::string_view name;
  AttributeType type;
};

struct Operator {
  std::string_view name;
  std::string_view domain = "";
  Range opsets;            // versions of the operator set for which the rules hold, both ends included
  Range inputs;            // how many, both ends included
  Range outputs = {1, 1};  // how many
  std::vector<AttributeRule> attributes = {};  // all that the rules understand; any other attribute is refused
  ShapeRule shape;
  EvalRule eval = {};  // exactly one of eval and move is set
  MoveRule move = {};
  bool from_types = false;  // eval reads the inputs' types only (Shape): foldable for any input
  EmitRule emit = {};
};

inline constexpr int kMinOpset = 7;
inline constexpr int kMaxOpset = 26;
inline constexpr int kAnyNumber = 1 << 16;

class OperatorTable {
 public:
  // The table of all operators, built on first use; safe from any thread.
  static const OperatorTable& get();

  // Requires: no entry of the same name and domain with an overlapping opset range.
  void add(Operator op);
  // nullptr if there is none for that version.
  const Operator* find(std::string_view domain, std::string_view name, int opset) const;
  std::span<const Operator> all() const { return operators_; }

 private:
  std::vector<Operator> operators_;
};

// The entry of a node. Error: kUnsupported (unknown domain, operator or version).
Result<const Operator*> find_operator(const Node& node);

// The same after checking the counts of inputs and outputs and the names and types of its
// attributes. Errors: kUnsupported (unknown domain, operator, version or attribute), kBadModel (counts,
// attribute types).
Result<const Operator*> check_node(const Node& node);

// Types of a node's outputs: check_node, the shape rule, and the size limit of each output.
Result<Types> infer_types(const Args& args);

// Values of a node's outputs, by its eval or move rule. Requires a node that check_node accepts, every input
// known (or from_types) and `outputs` from infer_types.
Result<Tensors> evaluate(const Args& args, const Types& outputs);

// Opens the definition of a family: TACIT_OPERATORS(conv) { table.add(...); } in op_conv.cc.
#define TACIT_OPERATORS(family) void register_##family([[maybe_unused]] OperatorTable& table)

}  // namespace tacit::model
