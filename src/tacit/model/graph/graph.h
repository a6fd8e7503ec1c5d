// The model as a static graph: what the importer makes, fold/ simplifies, and the interpreters and the
// lowering read.
//
//   values   every edge of the graph: inputs, constants and results of nodes, under a dense ValueId
//   nodes    operator applications in topological order; each value has at most one producer
//
// After import, inputs and constants have types. After fold() (fold/fold.h) every value that a node mentions
// has one. Thread-safety: like a std::vector.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tacit/model/graph/tensor.h"

namespace tacit::model {

using ValueId = uint32_t;
// An optional input or output that is left out.
inline constexpr ValueId kNoValue = UINT32_MAX;

struct Value {
  std::string name;                        // as in the ONNX file; unique in the graph
  std::optional<ValueType> type;           // unknown only between import and fold()
  std::shared_ptr<const Tensor> constant;  // set for initialisers and folded values
  std::optional<size_t> batch_axis;        // for inputs and outputs whose first axis is the batch
};

// Alternatives in the order of AttributeType.
using Attribute = std::variant<int64_t, double, std::string, std::vector<int64_t>, std::vector<double>,
                               std::vector<std::string>, std::shared_ptr<const Tensor>>;
enum class AttributeType : uint8_t { kInt, kReal, kString, kInts, kReals, kStrings, kTensor };

struct Node {
  std::string name;              // unique; made from operator and position where the file gives none
  std::string op;                // "Conv"
  std::string domain;            // "" is the standard domain
  int opset = 0;                 // the version of the domain's operator set that the model asks for
  std::vector<ValueId> inputs;   // kNoValue for an optional input left out
  std::vector<ValueId> outputs;  // kNoValue for an output nobody names
  std::map<std::string, Attribute, std::less<>> attributes;

  // "node conv1 (Conv)": how errors name this node.
  std::string place() const;

  // Reads of attributes. Requires: the attribute, where present, has the type asked for (check_node in
  // ops/operator.h makes sure before any rule runs).
  bool has(std::string_view key) const { return attributes.find(key) != attributes.end(); }
  int64_t integer(std::string_view key, int64_t fallback) const;
  double real(std::string_view key, double fallback) const;
  std::string text(std::string_view key, std::string_view fallback) const;
  // Empty if absent.
  std::vector<int64_t> integers(std::string_view key) const;
  std::vector<double> reals(std::string_view key) const;
  // nullptr if absent.
  const Tensor* tensor(std::string_view key) const;
};

// A name from a file, fit for a message: control characters and bytes that are not UTF-8 become '?', and
// a long name is cut.
std::string printable(std::string_view name);

// Where the elements of a folded constant come from, when all are elements of another constant: Transpose(W) is W.
struct Origin {
  std::shared_ptr<const Tensor> root;
  std::vector<int64_t> positions;  // flat, in the root
};

struct Graph {
  std::vector<Value> values;                // by ValueId
  std::vector<ValueId> inputs;              // what a user feeds, in the file's order; never constants
  std::vector<ValueId> outputs;             // in the file's order
  std::vector<Node> nodes;                  // in topological order
  std::map<const Tensor*, Origin> origins;  // of constants that fold() moved; what is absent is its own origin

  ValueId add_value(std::string value_name) {
    values.push_back({std::move(value_name), {}, {}, {}});
    return static_cast<ValueId>(values.size() - 1);
  }
  // The type of a value that has one.
  const ValueType& type(ValueId id) const { return values[id].type.value(); }
  // The constant behind a value, or nullptr.
  const Tensor* constant(ValueId id) const { return id == kNoValue ? nullptr : values[id].constant.get(); }
};

}  // namespace tacit::model
