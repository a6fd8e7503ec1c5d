#include "tacit/model/fold/fold.h"

#include "tacit/model/ops/testing.h"

namespace tacit::model {
namespace {

using enum Code;

// Builds graphs by hand.
class Build {
 public:
  ValueId input(const std::string& name, Shape shape) {
    const ValueId id = graph.add_value(name);
    graph.values[id].type = ValueType{DType::kFloat32, std::move(shape)};
    graph.inputs.push_back(id);
    return id;
  }
  ValueId constant(Tensor tensor) {
    const ValueId id = graph.add_value(std::to_string(graph.values.size()));
    graph.values[id].type = tensor.type();
    graph.values[id].constant = std::make_shared<const Tensor>(std::move(tensor));
    return id;
  }
  ValueId node(const std::string& op, std::vector<ValueId> inputs, Attributes attributes = {}) {
    const ValueId id = graph.add_value(std::to_string(graph.values.size()));
    graph.nodes.push_back({.name = std::to_string(graph.nodes.size()),
                           .op = op,
                           .opset = 17,
                           .inputs = std::move(inputs),
                           .outputs = {id},
                           .attributes = std::move(attributes)});
    return id;
  }
  Graph graph;
};

TEST(Fold, TypesEveryValue) {
  Build b;
  const ValueId x = b.input("x", {2, 3});
  const ValueId y = b.node("Transpose", {x});
  const ValueId z = b.node("Relu", {y});
  b.graph.outputs = {z};
  ASSERT_TRUE(fold(b.graph).has_value());
  EXPECT_EQ(b.graph.type(y).shape, (Shape{3, 2}));
  EXPECT_EQ(b.graph.type(z).shape, (Shape{3, 2}));
  EXPECT_EQ(b.graph.nodes.size(), 2u);
}

TEST(Fold, ComputesConstantsExactly) {
  Build b;
  const ValueId x = b.input("x", {1});
  const ValueId sum = b.node("Add", {b.constant(ints({1}, {16777216})), b.constant(ints({1}, {1}))});
  b.graph.outputs = {sum, b.node("Relu", {x})};
  ASSERT_TRUE(fold(b.graph).has_value());
  EXPECT_EQ(b.graph.constant(sum)->ints()[0], 16777217);
  EXPECT_EQ(b.graph.nodes.size(), 1u);
}

// Reshape(x, Concat(Gather(Shape(x), 0), [-1])), as exporters write a flatten.
TEST(Fold, ShapeArithmeticVanishes) {
  Build b;
  const ValueId x = b.input("x", {2, 3, 4});
  const ValueId n = b.node("Gather", {b.node("Shape", {x}), b.constant(ints({1}, {0}))});
  const ValueId shape = b.node("Concat", {n, b.constant(ints({1}, {-1}))}, {{"axis", int64_t{0}}});
  const ValueId y = b.node("Reshape", {x, shape});
  b.graph.outputs = {y};
  ASSERT_TRUE(fold(b.graph).has_value());
  ASSERT_EQ(b.graph.nodes.size(), 1u);
  EXPECT_EQ(b.graph.nodes[0].op, "Reshape");
  EXPECT_EQ(b.graph.type(y).shape, (Shape{2, 12}));
}

TEST(Fold, MovesThatChangeNothingBecomeIdentity) {
  Build b;
  const ValueId x = b.input("x", {2, 3});
  ValueId y = b.node("Expand", {x, b.constant(ints({2}, {1, 3}))});
  y = b.node("Tile", {y, b.constant(ints({2}, {1, 1}))});
  y = b.node("Reshape", {y, b.constant(ints({2}, {2, -1}))});
  y = b.node("Slice", {y, b.constant(ints({1}, {0})), b.constant(ints({1}, {9}))});
  y = b.node("Concat", {y}, {{"axis", int64_t{1}}});
  const ValueId reversed = b.node("Slice", {y, b.constant(ints({1}, {-1})), b.constant(ints({1}, {-9})),
                                            b.constant(ints({1}, {0})), b.constant(ints({1}, {-1}))});
  b.graph.outputs = {reversed};
  ASSERT_TRUE(fold(b.graph).has_value());
  ASSERT_EQ(b.graph.nodes.size(), 6u);
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(b.graph.nodes[i].op, "Identity");
    EXPECT_EQ(b.graph.nodes[i].inputs.size(), 1u);
    EXPECT_TRUE(b.graph.nodes[i].attributes.empty());
  }
  EXPECT_EQ(b.graph.nodes[5].op, "Slice");
}

TEST(Fold, DropsDeadNodes) {
  Build b;
  const ValueId x = b.input("x", {2});
  const ValueId dead = b.node("Neg", {b.node("Relu", {x})});
  const ValueId y = b.node("Tanh", {x});
  b.graph.outputs = {y};
  ASSERT_TRUE(fold(b.graph).has_value());
  ASSERT_EQ(b.graph.nodes.size(), 1u);
  EXPECT_EQ(b.graph.nodes[0].op, "Tanh");
  EXPECT_FALSE(b.graph.values[dead].type.has_value());
}

void expect_refused(Build& b, Code code, const std::string& place) {
  const Status status = fold(b.graph);
  ASSERT_FALSE(status.has_value());
  EXPECT_STREQ(code_name(status.error().code), code_name(code)) << status.error().message();
  EXPECT_EQ(status.error().place, place);
}

TEST(FoldRefuses, ShapesThatDependOnTheInput) {
  Build b;
  const ValueId x = b.input("x", {2});
  const ValueId shape = b.node("Cast", {x}, {{"to", int64_t{7}}});
  b.graph.outputs = {b.node("Reshape", {x, shape})};
  expect_refused(b, kUnsupported, "node 1 (Reshape)");
}

TEST(FoldRefuses, ConstantsThatAreNotNumbers) {
  Build b;
  b.graph.outputs = {b.node("Div", {b.constant(reals({1}, {0})), b.constant(reals({1}, {0}))})};
  expect_refused(b, kBadModel, "node 0 (Div)");
}

TEST(FoldRefuses, ShapeErrorsAtTheirNode) {
  Build b;
  const ValueId x = b.input("x", {2});
  b.graph.outputs = {b.node("Relu", {b.node("Add", {x, b.constant(reals({3}, {1, 2, 3}))})})};
  expect_refused(b, kBadModel, "node 0 (Add)");
}

TEST(FoldRefuses, TooManyElementsTogether) {
  Build b;
  ValueId x = b.input("x", {kMaxElements});
  for (int i = 0; i < 4; ++i) x = b.node("Relu", {x});
  b.graph.outputs = {x};
  expect_refused(b, kTooLarge, "node 3 (Relu)");
}

}  // namespace
}  // namespace tacit::model
