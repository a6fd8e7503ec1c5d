#include "tacit/model/onnx/import.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "onnx.pb.h"

namespace tacit::model {
namespace {

using enum Code;

Bytes bytes_of(const pb::ModelProto& model) {
  const std::string text = model.SerializeAsString();
  return Bytes(text.begin(), text.end());
}

void set_type(pb::ValueInfoProto* value, const std::string& name, const std::vector<int64_t>& dims) {
  value->set_name(name);
  auto* tensor = value->mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(1);
  tensor->mutable_shape();
  for (int64_t d : dims) tensor->mutable_shape()->add_dim()->set_dim_value(d);
}

pb::TensorProto* add_initialiser(pb::ModelProto& model, const std::string& name, const std::vector<float>& values) {
  pb::TensorProto* t = model.mutable_graph()->add_initializer();
  t->set_name(name);
  t->set_data_type(1);
  t->add_dims(static_cast<int64_t>(values.size()));
  for (float v : values) t->add_float_data(v);
  return t;
}

pb::NodeProto* add_node(pb::ModelProto& model, const std::string& op, const std::vector<std::string>& inputs,
                        const std::vector<std::string>& outputs) {
  pb::NodeProto* node = model.mutable_graph()->add_node();
  node->set_op_type(op);
  node->set_name(op + "_node");
  for (const std::string& name : inputs) node->add_input(name);
  for (const std::string& name : outputs) node->add_output(name);
  return node;
}

// y = x + w over two elements.
pb::ModelProto small_model() {
  pb::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(17);
  set_type(model.mutable_graph()->add_input(), "x", {2});
  set_type(model.mutable_graph()->add_output(), "y", {2});
  add_initialiser(model, "w", {1, 2});
  add_node(model, "Add", {"x", "w"}, {"y"});
  return model;
}

void expect_refused(const pb::ModelProto& model, Code code, const std::string& place, ImportOptions options = {}) {
  const Result<Graph> graph = import_onnx(bytes_of(model), options);
  ASSERT_FALSE(graph.has_value());
  EXPECT_STREQ(code_name(graph.error().code), code_name(code)) << graph.error().message();
  EXPECT_EQ(graph.error().place, place) << graph.error().message();
  EXPECT_FALSE(graph.error().hint.empty());
}

TEST(Import, SmallModel) {
  const Result<Graph> graph = import_onnx(bytes_of(small_model()));
  ASSERT_TRUE(graph.has_value()) << graph.error().message();
  ASSERT_EQ(graph->inputs.size(), 1u);
  EXPECT_EQ(graph->type(graph->inputs[0]), (ValueType{DType::kFloat32, {2}}));
  ASSERT_EQ(graph->nodes.size(), 1u);
  EXPECT_EQ(graph->nodes[0].opset, 17);
  EXPECT_EQ(graph->values[graph->nodes[0].inputs[1]].constant->as_real(1), 2.0);
  EXPECT_EQ(graph->outputs, graph->nodes[0].outputs);
}

TEST(Import, SortsNodes) {
  pb::ModelProto model = small_model();
  model.mutable_graph()->mutable_node(0)->set_output(0, "z");
  add_node(model, "Relu", {"z"}, {"y"});
  model.mutable_graph()->mutable_node()->SwapElements(0, 1);
  const Result<Graph> graph = import_onnx(bytes_of(model));
  ASSERT_TRUE(graph.has_value()) << graph.error().message();
  EXPECT_EQ(graph->nodes[0].op, "Add");
  EXPECT_EQ(graph->nodes[1].op, "Relu");
}

TEST(Import, EveryTypedFieldAndRawData) {
  const std::vector<std::pair<int, DType>> types = {
      {2, DType::kUint8},    {3, DType::kInt8},     {4, DType::kUint16},   {5, DType::kInt16},   {6, DType::kInt32},
      {9, DType::kBool},     {7, DType::kInt64},    {12, DType::kUint32},  {13, DType::kUint64}, {1, DType::kFloat32},
      {10, DType::kFloat16}, {11, DType::kFloat64}, {16, DType::kBFloat16}};
  for (const auto& [number, dtype] : types) {
    for (const bool raw : {false, true}) {
      pb::ModelProto model = small_model();
      pb::TensorProto* t = model.mutable_graph()->add_initializer();
      t->set_name("t");
      t->set_data_type(number);
      const uint64_t one = dtype == DType::kFloat16    ? 0x3c00
                           : dtype == DType::kBFloat16 ? 0x3f80
                           : dtype == DType::kFloat32  ? 0x3f800000
                           : dtype == DType::kFloat64  ? 0x3ff0000000000000
                                                       : 1;
      if (raw) {
        const bool is_wide = number == 7 || number == 13 || number == 11;
        const size_t width = is_wide                                      ? 8
                             : number == 1 || number == 6 || number == 12 ? 4
                             : number == 2 || number == 3 || number == 9  ? 1
                                                                          : 2;
        t->set_raw_data(std::string(reinterpret_cast<const char*>(&one), width));
      } else if (number == 1) {
        t->add_float_data(1);
      } else if (number == 11) {
        t->add_double_data(1);
      } else if (number == 7) {
        t->add_int64_data(1);
      } else if (number == 12 || number == 13) {
        t->add_uint64_data(1);
      } else {
        t->add_int32_data(static_cast<int32_t>(one));
      }
      const Result<Graph> graph = import_onnx(bytes_of(model));
      ASSERT_TRUE(graph.has_value()) << graph.error().message();
      EXPECT_EQ(graph->values[1].constant->dtype(), dtype);
      EXPECT_EQ(graph->values[1].constant->as_real(0), 1.0) << dtype_name(dtype) << " raw " << raw;
    }
  }
}

TEST(Import, Float16Patterns) {
  pb::ModelProto model = small_model();
  pb::TensorProto* t = model.mutable_graph()->add_initializer();
  t->set_name("t");
  t->set_data_type(10);
  t->add_dims(4);
  for (int bits : {0x0001, 0x8400, 0x7bff, 0xc000}) t->add_int32_data(bits);
  const Result<Graph> graph = import_onnx(bytes_of(model));
  ASSERT_TRUE(graph.has_value());
  const std::vector<double> expected = {0x1p-24, -0x1p-14, 65504, -2};
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(graph->values[1].constant->as_real(i), expected[i]);
}

TEST(ImportRefuses, Bytes) {
  const Bytes noise = {0xff, 0xff, 0xff, 0xff};
  EXPECT_EQ(import_onnx(noise).error().code, kBadModel);
  EXPECT_EQ(import_onnx({}).error().code, kBadModel);
  Bytes model = bytes_of(small_model());
  for (size_t n = 0; n < model.size(); ++n) import_onnx(ByteView(model).first(n));  // any verdict, no crash
  ImportOptions small;
  small.max_bytes = 10;
  EXPECT_EQ(import_onnx(model, small).error().code, kTooLarge);
  EXPECT_EQ(import_onnx_file("/nonexistent/model.onnx").error().code, kIo);
}

// Every byte of a model changed in several ways: any verdict, no crash.
TEST(ImportRefuses, MutatedBytes) {
  const Bytes model = bytes_of(small_model());
  for (size_t i = 0; i < model.size(); ++i) {
    for (uint8_t mask : {0x01, 0x08, 0x80, 0xff}) {
      Bytes changed = model;
      changed[i] ^= mask;
      import_onnx(changed);
    }
  }
}

TEST(ImportRefuses, Opsets) {
  pb::ModelProto model = small_model();
  model.mutable_opset_import(0)->set_version(6);
  expect_refused(model, kUnsupported, "opset of domain ''");
  model.mutable_opset_import(0)->set_version(27);
  expect_refused(model, kUnsupported, "opset of domain ''");
  model.mutable_opset_import(0)->set_version(0);
  expect_refused(model, kBadModel, "opset of domain ''");
  model.mutable_opset_import(0)->set_version(17);
  *model.add_opset_import() = model.opset_import(0);
  expect_refused(model, kBadModel, "opset of domain ''");
  model.clear_opset_import();
  expect_refused(model, kBadModel, "model");
}

TEST(ImportRefuses, Operators) {
  pb::ModelProto model = small_model();
  model.mutable_graph()->mutable_node(0)->set_op_type("Frobnicate");
  expect_refused(model, kUnsupported, "node Add_node (Frobnicate)");
  model = small_model();
  model.mutable_graph()->mutable_node(0)->set_domain("com.example");
  expect_refused(model, kBadModel, "node Add_node (Add)");
  pb::OperatorSetIdProto* set = model.add_opset_import();
  set->set_domain("com.example");
  set->set_version(1);
  expect_refused(model, kUnsupported, "node Add_node (Add)");
  model = small_model();
  add_node(model, "Relu", {"x", "x"}, {"r"});
  expect_refused(model, kBadModel, "node Relu_node (Relu)");
}

TEST(ImportRefuses, CyclesAndDanglingNames) {
  pb::ModelProto model = small_model();
  add_node(model, "Relu", {"b"}, {"a"});
  add_node(model, "Neg", {"a"}, {"b"});
  expect_refused(model, kBadModel, "node Relu_node (Relu)");
  model = small_model();
  model.mutable_graph()->mutable_node(0)->set_input(1, "missing");
  expect_refused(model, kBadModel, "node Add_node (Add)");
  model = small_model();
  model.mutable_graph()->mutable_output(0)->set_name("missing");
  expect_refused(model, kBadModel, "output missing");
  model = small_model();
  model.mutable_graph()->clear_output();
  expect_refused(model, kBadModel, "model");
}

TEST(ImportRefuses, DuplicateNames) {
  pb::ModelProto model = small_model();
  add_initialiser(model, "w", {1, 2});
  expect_refused(model, kBadModel, "initialiser w");
  model = small_model();
  add_node(model, "Neg", {"x"}, {"y"});
  expect_refused(model, kBadModel, "node Neg_node (Neg)");
  model = small_model();
  set_type(model.mutable_graph()->add_input(), "x", {2});
  expect_refused(model, kBadModel, "input x");
  model = small_model();
  set_type(model.mutable_graph()->add_output(), "y", {2});
  expect_refused(model, kBadModel, "output y");
  model = small_model();
  add_initialiser(model, "", {1});
  expect_refused(model, kBadModel, "initialiser ");
}

TEST(ImportRefuses, Tensors) {
  pb::ModelProto model = small_model();
  pb::TensorProto* w = model.mutable_graph()->mutable_initializer(0);
  w->set_float_data(1, NAN);
  expect_refused(model, kBadModel, "initialiser w");
  w->set_float_data(1, -INFINITY);  // a mask's
  EXPECT_TRUE(import_onnx(bytes_of(model)).has_value());
  w->add_float_data(1);
  expect_refused(model, kBadModel, "initialiser w");
  w->clear_float_data();
  w->set_raw_data(std::string(7, '\0'));
  expect_refused(model, kBadModel, "initialiser w");
  w->set_raw_data(std::string(8, '\0'));
  EXPECT_TRUE(import_onnx(bytes_of(model)).has_value());
  w->set_dims(0, int64_t{1} << 62);
  expect_refused(model, kTooLarge, "initialiser w");
  w->set_dims(0, -2);
  expect_refused(model, kBadModel, "initialiser w");
  w->set_dims(0, 2);
  for (int i = 0; i < 20; ++i) w->add_dims(1);
  expect_refused(model, kTooLarge, "initialiser w");
  model = small_model();
  model.mutable_graph()->mutable_initializer(0)->set_data_type(8);
  expect_refused(model, kUnsupported, "initialiser w");
  model = small_model();
  model.mutable_graph()->add_sparse_initializer();
  expect_refused(model, kUnsupported, "model");
}

TEST(ImportRefuses, IntegersOutsideTheirType) {
  pb::ModelProto model = small_model();
  pb::TensorProto* t = model.mutable_graph()->add_initializer();
  t->set_name("t");
  t->set_data_type(9);
  t->add_int32_data(2);
  expect_refused(model, kBadModel, "initialiser t");
  t->set_data_type(3);
  t->set_int32_data(0, 128);
  expect_refused(model, kBadModel, "initialiser t");
  t->set_data_type(13);
  t->clear_int32_data();
  t->add_uint64_data(uint64_t{1} << 63);
  expect_refused(model, kUnsupported, "initialiser t");
}

TEST(ImportRefuses, Attributes) {
  pb::ModelProto model = small_model();
  pb::NodeProto* node = model.mutable_graph()->mutable_node(0);
  node->set_op_type("LeakyRelu");
  node->mutable_input()->RemoveLast();
  pb::AttributeProto* alpha = node->add_attribute();
  alpha->set_name("alpha");
  alpha->set_f(0.5f);
  const std::string place = "node Add_node (LeakyRelu)";
  expect_refused(model, kBadModel, place + ", attribute alpha");  // no type
  alpha->set_type(pb::AttributeProto::FLOAT);
  EXPECT_TRUE(import_onnx(bytes_of(model)).has_value());
  alpha->set_f(NAN);
  expect_refused(model, kBadModel, place + ", attribute alpha");
  alpha->set_type(pb::AttributeProto::GRAPH);
  expect_refused(model, kUnsupported, place + ", attribute alpha");
  alpha->set_type(pb::AttributeProto::INT);
  expect_refused(model, kBadModel, place);
  alpha->set_type(pb::AttributeProto::FLOAT);
  alpha->set_f(0.5f);
  *node->add_attribute() = *alpha;
  expect_refused(model, kBadModel, place + ", attribute alpha");
}

TEST(ImportShapes, BatchAndNamedAxes) {
  pb::ModelProto model = small_model();
  auto* x = model.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
  x->mutable_dim(0)->set_dim_param("N");
  model.mutable_graph()
      ->mutable_output(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->mutable_shape()
      ->mutable_dim(0)
      ->set_dim_param("N");
  ImportOptions options;
  Result<Graph> graph = import_onnx(bytes_of(model), options);
  ASSERT_TRUE(graph.has_value());
  EXPECT_EQ(graph->type(graph->inputs[0]).shape, Shape{1});
  EXPECT_EQ(graph->values[graph->inputs[0]].batch_axis, 0u);
  EXPECT_EQ(graph->values[graph->outputs[0]].batch_axis, 0u);
  options.batch = 5;
  EXPECT_EQ(import_onnx(bytes_of(model), options)->values[1].type->shape, Shape{5});
  options.dimensions = {{"N", 7}};
  EXPECT_EQ(import_onnx(bytes_of(model), options)->values[1].type->shape, Shape{7});
  options.shapes = {{"x", {9}}};
  expect_refused(model, kUsage, "axis N", options);  // unused now
  options.dimensions.clear();
  EXPECT_EQ(import_onnx(bytes_of(model), options)->values[1].type->shape, Shape{9});
  options.shapes = {{"x", {9, 9}}};
  expect_refused(model, kUsage, "input x", options);
  options.shapes = {{"q", {9}}};
  expect_refused(model, kUsage, "input q", options);
  options = {};
  options.batch = 0;
  expect_refused(model, kUsage, "batch", options);

  x->mutable_dim(0)->set_dim_value(2);
  x->add_dim()->set_dim_param("T");
  expect_refused(model, kUnsupported, "input x");
  options = {};
  options.dimensions = {{"T", 3}};
  EXPECT_EQ(import_onnx(bytes_of(model), options)->values[1].type->shape, (Shape{2, 3}));
  options = {};
  options.shapes = {{"x", {4, 3}}};
  expect_refused(model, kUsage, "input x", options);  // contradicts the fixed 2
}

TEST(ImportShapes, FixedInputsAreConstants) {
  ImportOptions options;
  options.fixed["x"] = std::make_shared<const Tensor>(ValueType{DType::kFloat32, {2}});
  const Result<Graph> graph = import_onnx(bytes_of(small_model()), options);
  ASSERT_TRUE(graph.has_value()) << graph.error().message();
  EXPECT_TRUE(graph->inputs.empty());
  options.fixed["x"] = std::make_shared<const Tensor>(ValueType{DType::kInt64, {2}});
  expect_refused(small_model(), kUsage, "input x", options);
  options.fixed = {{"q", std::make_shared<const Tensor>()}};
  expect_refused(small_model(), kUsage, "input q", options);
}

TEST(ImportShapes, Refuses) {
  pb::ModelProto model = small_model();
  set_type(model.mutable_graph()->mutable_input(0), "x", {int64_t{1} << 40, 1 << 20});
  expect_refused(model, kTooLarge, "input x");
  model = small_model();
  set_type(model.mutable_graph()->mutable_input(0), "x", {-1});
  expect_refused(model, kBadModel, "input x");
  model = small_model();
  model.mutable_graph()->mutable_input(0)->clear_type();
  expect_refused(model, kUnsupported, "input x");
  model = small_model();
  model.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->clear_shape();
  expect_refused(model, kUnsupported, "input x");
}

class ExternalDataTest : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::temp_directory_path() / ("tacit_external_" + std::to_string(::getpid()));
    std::filesystem::create_directories(root_ / "model" / "sub");
    const float values[] = {7, 3, 4};
    for (const char* name : {"model/weights.bin", "model/sub/weights.bin", "secret.bin"}) {
      std::ofstream(root_ / name, std::ios::binary).write(reinterpret_cast<const char*>(values), sizeof values);
    }
    std::filesystem::create_symlink(root_ / "secret.bin", root_ / "model" / "link.bin");
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  static pb::ModelProto model_at(const std::string& location, const std::string& offset = "4") {
    pb::ModelProto model = small_model();
    pb::TensorProto* w = model.mutable_graph()->mutable_initializer(0);
    w->clear_float_data();
    w->set_data_location(pb::TensorProto::EXTERNAL);
    for (const auto& [key, value] :
         {std::pair{"location", location}, {"offset", offset}, {"length", std::string("8")}}) {
      pb::StringStringEntryProto* entry = w->add_external_data();
      entry->set_key(key);
      entry->set_value(value);
    }
    return model;
  }
  ImportOptions options() const {
    ImportOptions options;
    options.folder = (root_ / "model").string();
    return options;
  }

  std::filesystem::path root_;
};

TEST_F(ExternalDataTest, ReadsInsideTheFolder) {
  for (const char* location : {"weights.bin", "sub/weights.bin", "./weights.bin"}) {
    const Result<Graph> graph = import_onnx(bytes_of(model_at(location)), options());
    ASSERT_TRUE(graph.has_value()) << graph.error().message();
    EXPECT_EQ(graph->values[0].constant->as_real(0), 3.0);
    EXPECT_EQ(graph->values[0].constant->as_real(1), 4.0);
  }
}

TEST_F(ExternalDataTest, RefusesToLeaveTheFolder) {
  for (const std::string& location : {std::string("../secret.bin"), std::string("sub/../../secret.bin"),
                                      (root_ / "secret.bin").string(), std::string("link.bin"), std::string()}) {
    expect_refused(model_at(location), kBadModel, "initialiser w", options());
  }
}

TEST_F(ExternalDataTest, RefusesWrongSizes) {
  expect_refused(model_at("weights.bin", "8"), kBadModel, "initialiser w", options());
  expect_refused(model_at("weights.bin", "18446744073709551615"), kBadModel, "initialiser w", options());
  expect_refused(model_at("weights.bin", "-4"), kBadModel, "initialiser w", options());
  expect_refused(model_at("absent.bin"), kIo, "initialiser w", options());
  expect_refused(model_at("weights.bin"), kUnsupported, "initialiser w");  // no folder
}

}  // namespace
}  // namespace tacit::model
