// For tests: one operator on given inputs.
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "tacit/model/ops/operator.h"

namespace tacit::model {

inline Tensor reals(Shape shape, std::vector<double> values, DType dtype = DType::kFloat32) {
  return Tensor({dtype, std::move(shape)}, std::move(values));
}

inline Tensor ints(Shape shape, std::vector<int64_t> values, DType dtype = DType::kInt64) {
  return Tensor({dtype, std::move(shape)}, std::move(values));
}

using Attributes = std::map<std::string, Attribute, std::less<>>;

struct OpCase {
  std::string op;
  std::vector<std::optional<Tensor>> inputs;  // nullopt: left out
  Attributes attributes = {};
  int opset = 17;
  size_t n_outputs = 1;
};

// All outputs of the operator, with every input known.
inline Result<Tensors> run_op(const OpCase& c) {
  Node node{.name = "n", .op = c.op, .opset = c.opset, .attributes = c.attributes};
  std::vector<const ValueType*> types;
  std::vector<const Tensor*> tensors;
  for (size_t i = 0; i < c.inputs.size(); ++i) {
    const bool present = c.inputs[i].has_value();
    node.inputs.push_back(present ? static_cast<ValueId>(i) : kNoValue);
    types.push_back(present ? &c.inputs[i]->type() : nullptr);
    tensors.push_back(present ? &*c.inputs[i] : nullptr);
  }
  for (size_t i = 0; i < c.n_outputs; ++i) node.outputs.push_back(static_cast<ValueId>(100 + i));
  const Args args(node, types, tensors);
  TACIT_ASSIGN(const Types outputs, infer_types(args));
  return evaluate(args, outputs);
}

// The first output; a failure of the test with the error's message if there is none.
inline Tensor run_one(const OpCase& c) {
  Result<Tensors> result = run_op(c);
  if (!result) {
    ADD_FAILURE() << result.error().message();
    return Tensor();
  }
  return (*result)[0];
}

// The code with which the operator is refused.
inline std::optional<Code> refusal(const OpCase& c) {
  Result<Tensors> result = run_op(c);
  if (result) return std::nullopt;
  EXPECT_EQ(result.error().place, "node n (" + c.op + ")");
  return result.error().code;
}

inline void expect_near(const Tensor& found, const Shape& shape, const std::vector<double>& expected) {
  ASSERT_EQ(found.shape(), shape);
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(found.as_real(i), expected[i], 1e-9) << "element " << i;
}

}  // namespace tacit::model
