#include "tacit/model/io/inputs.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <zip.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "onnx.pb.h"
#include "tacit/model/io/formats.h"

namespace tacit::model {
namespace {

using enum Code;

// A graph with the given inputs; nothing else matters here.
Graph graph_with(std::vector<std::pair<std::string, ValueType>> inputs) {
  Graph graph;
  for (auto& [name, type] : inputs) {
    const ValueId id = graph.add_value(name);
    graph.values[id].type = type;
    graph.inputs.push_back(id);
  }
  return graph;
}

const ValueType kRow = {DType::kFloat32, {1, 2}};

// An .npy file of version 1.
std::string npy(const std::string& descr, const std::string& shape, const std::string& data,
                const std::string& fortran = "False") {
  std::string header = "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n";
  std::string text = std::string("\x93NUMPY\x01\x00", 8);
  text += static_cast<char>(header.size() & 255);
  text += static_cast<char>(header.size() >> 8);
  return text + header + data;
}

template <class T>
std::string raw(std::vector<T> values) {
  return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

std::string npz(const std::vector<std::pair<std::string, std::string>>& files) {
  zip_source_t* source = zip_source_buffer_create(nullptr, 0, 0, nullptr);
  zip_source_keep(source);
  zip_t* archive = zip_open_from_source(source, ZIP_TRUNCATE, nullptr);
  for (const auto& [name, data] : files) {
    zip_file_add(archive, name.c_str(), zip_source_buffer(archive, data.data(), data.size(), 0), 0);
  }
  zip_close(archive);
  std::string bytes;
  zip_source_open(source);
  char chunk[4096];
  for (zip_int64_t n; (n = zip_source_read(source, chunk, sizeof chunk)) > 0;)
    bytes.append(chunk, static_cast<size_t>(n));
  zip_source_close(source);
  zip_source_free(source);
  return bytes;
}

class InputsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("tacit_inputs_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& content) {
    const std::string path = (folder_ / name).string();
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  Result<std::vector<Sample>> read(const std::string& name, const std::string& content, const Graph& graph) {
    return read_samples({write(name, content)}, graph);
  }
  void expect_refused(const std::string& name, const std::string& content, const Graph& graph, Code code,
                      const std::string& place_suffix = "") {
    const Result<std::vector<Sample>> samples = read(name, content, graph);
    ASSERT_FALSE(samples.has_value()) << content;
    EXPECT_STREQ(code_name(samples.error().code), code_name(code)) << samples.error().message();
    EXPECT_EQ(samples.error().place, (folder_ / name).string() + place_suffix) << samples.error().message();
  }

  std::filesystem::path folder_;
  const Graph row_ = graph_with({{"x", kRow}});
};

TEST_F(InputsTest, JsonOneSampleAndABatch) {
  Result<std::vector<Sample>> samples = read("a.json", R"({"input_data": [[1, 2.5]], "more": "ignored"})", row_);
  ASSERT_TRUE(samples.has_value()) << samples.error().message();
  ASSERT_EQ(samples->size(), 1u);
  EXPECT_EQ((*samples)[0][0], Tensor(kRow, std::vector<double>{1, 2.5}));
  samples = read("b.json", R"({"input_data": [[[1, 2], [3, 4], [5, 6]]]})", row_);
  ASSERT_TRUE(samples.has_value());
  ASSERT_EQ(samples->size(), 3u);
  EXPECT_EQ((*samples)[2][0], Tensor(kRow, std::vector<double>{5, 6}));
}

TEST_F(InputsTest, JsonIntegersStayExact) {
  const Graph graph = graph_with({{"i", {DType::kInt64, {2}}}});
  Result<std::vector<Sample>> samples = read("a.json", R"({"input_data": [[9007199254740993, -1]]})", graph);
  ASSERT_TRUE(samples.has_value());
  EXPECT_EQ((*samples)[0][0].ints()[0], 9007199254740993);
  EXPECT_TRUE(read("b.json", R"({"input_data": [[2.0, 1]]})", graph).has_value());
  expect_refused("c.json", R"({"input_data": [[2.5, 1]]})", graph, kBadInput, ", input i");
  expect_refused("d.json", R"({"input_data": [[18446744073709551615, 1]]})", graph, kBadInput, ", input_data[0]");
}

TEST_F(InputsTest, JsonRefuses) {
  expect_refused("a.json", "{", row_, kBadInput);
  expect_refused("a.json", "[1, 2]", row_, kBadInput);
  expect_refused("a.json", R"({"input_data": [1, 2]})", row_, kBadInput, ", input_data[0]");
  expect_refused("a.json", R"({"input_data": [["a", 2]]})", row_, kBadInput, ", input_data[0]");
  expect_refused("a.json", R"({"input_data": [[1, 2], [3, 4]]})", row_, kBadInput);
  expect_refused("a.json", R"({"input_data": [[1, 2, 3]]})", row_, kBadInput, ", input x");
  expect_refused("a.json", R"({"input_data": [[]]})", row_, kBadInput, ", input x");
  expect_refused("a.json", R"({"input_data": [[1e39, 0]]})", row_, kBadInput, ", input x");
  expect_refused("a.json", "{\"input_data\": [" + std::string(100000, '[') + std::string(100000, ']') + "]}", row_,
                 kBadInput, ", input_data[0]");
  expect_refused("a.txt", "1 2", row_, kBadInput);
  EXPECT_EQ(read_samples({(folder_ / "none.json").string()}, row_).error().code, kIo);
  EXPECT_EQ(read_samples({}, row_).error().code, kBadInput);
}

TEST_F(InputsTest, NpyTypesAndLayouts) {
  const std::vector<std::pair<std::string, std::string>> arrays = {
      {"<f4", raw<float>({1, 2})},    {"<f8", raw<double>({1, 2})},  {"<f2", raw<uint16_t>({0x3c00, 0x4000})},
      {"|i1", raw<int8_t>({1, 2})},   {"<i2", raw<int16_t>({1, 2})}, {"<i4", raw<int32_t>({1, 2})},
      {"<i8", raw<int64_t>({1, 2})},  {"|u1", raw<uint8_t>({1, 2})}, {"<u2", raw<uint16_t>({1, 2})},
      {"<u4", raw<uint32_t>({1, 2})}, {"<u8", raw<uint64_t>({1, 2})}};
  for (const auto& [descr, data] : arrays) {
    const Result<std::vector<Sample>> samples = read("a.npy", npy(descr, "(1, 2)", data), row_);
    ASSERT_TRUE(samples.has_value()) << descr << samples.error().message();
    EXPECT_EQ((*samples)[0][0], Tensor(kRow, std::vector<double>{1, 2})) << descr;
  }
  for (const char* shape : {"(3, 2)", "(3, 1, 2)"}) {
    const Result<std::vector<Sample>> samples = read("a.npy", npy("<f4", shape, raw<float>({1, 2, 3, 4, 5, 6})), row_);
    ASSERT_TRUE(samples.has_value()) << shape;
    ASSERT_EQ(samples->size(), 3u);
    EXPECT_EQ((*samples)[1][0].as_real(0), 3.0);
  }
  const Graph grid = graph_with({{"x", {DType::kFloat32, {2, 3}}}});
  const Result<std::vector<Sample>> samples =
      read("f.npy", npy("<f4", "(2, 3)", raw<float>({1, 4, 2, 5, 3, 6}), "True"), grid);
  ASSERT_TRUE(samples.has_value());
  for (size_t i = 0; i < 6; ++i) EXPECT_EQ((*samples)[0][0].as_real(i), static_cast<double>(i + 1));
}

TEST_F(InputsTest, NpyRefuses) {
  const std::string good = npy("<f4", "(1, 2)", raw<float>({1, 2}));
  for (size_t n = 0; n < good.size(); ++n) expect_refused("a.npy", good.substr(0, n), row_, kBadInput);
  expect_refused("a.npy", good + "x", row_, kBadInput);
  expect_refused("a.npy", npy(">f4", "(1, 2)", raw<float>({1, 2})), row_, kBadInput);
  expect_refused("a.npy", npy("|O", "(1, 2)", raw<float>({1, 2})), row_, kBadInput);
  expect_refused("a.npy", npy("<f4", "(1, -2)", raw<float>({1, 2})), row_, kBadInput);
  expect_refused("a.npy", npy("<f4", "(4611686018427387904, 4)", raw<float>({1, 2})), row_, kTooLarge);
  expect_refused("a.npy", npy("<f4", "(2,", raw<float>({1, 2})), row_, kBadInput);
  expect_refused("a.npy", npy("<f4", "(2, 1)", raw<float>({1, 2})), row_, kBadInput, ", input x");
  expect_refused("a.npy", npy("<f4", "(1, 2)", raw<float>({1, NAN})), row_, kBadInput, ", input x");
}

TEST_F(InputsTest, NpzByNameAndByPosition) {
  const Graph two = graph_with({{"x", kRow}, {"y", {DType::kInt32, {1}}}});
  const std::string x = npy("<f4", "(1, 2)", raw<float>({1, 2}));
  const std::string y = npy("<i4", "(1,)", raw<int32_t>({7}));
  for (const std::string& file : {npz({{"y.npy", y}, {"x.npy", x}}), npz({{"arr_0.npy", x}, {"arr_1.npy", y}})}) {
    const Result<std::vector<Sample>> samples = read("a.npz", file, two);
    ASSERT_TRUE(samples.has_value()) << samples.error().message();
    EXPECT_EQ((*samples)[0][0].as_real(1), 2.0);
    EXPECT_EQ((*samples)[0][1].ints()[0], 7);
  }
  const std::string good = npz({{"x.npy", x}, {"y.npy", y}});
  expect_refused("b.npz", npz({{"x.npy", x}, {"z.npy", y}}), two, kBadInput, ", input y");
  expect_refused("b.npz", npz({{"x.npy", x}, {"y.npy", "junk"}}), two, kBadInput, ", array 1");
  expect_refused("b.npz", npz({{"x.npy", x}}), two, kBadInput);
  expect_refused("b.npz", "junk", two, kBadInput);
  for (size_t n = 0; n < good.size(); n += 7) EXPECT_FALSE(read("c.npz", good.substr(0, n), two).has_value());
  const std::string batch = npy("<f4", "(2, 2)", raw<float>({1, 2, 3, 4}));
  expect_refused("d.npz", npz({{"x.npy", batch}, {"y.npy", y}}), two, kBadInput, ", input y");
}

TEST_F(InputsTest, OnnxTensorsOnePerInput) {
  pb::TensorProto x;
  x.set_data_type(1);
  x.add_dims(1);
  x.add_dims(2);
  x.set_raw_data(raw<float>({1, 2}));
  Result<std::vector<Sample>> samples = read("x.pb", x.SerializeAsString(), row_);
  ASSERT_TRUE(samples.has_value()) << samples.error().message();
  EXPECT_EQ((*samples)[0][0].as_real(1), 2.0);
  const Graph two = graph_with({{"x", kRow}, {"y", {DType::kInt32, {1}}}});
  const std::string y = write("y.npy", npy("<i4", "(1,)", raw<int32_t>({7})));
  samples = read_samples({write("x.pb", x.SerializeAsString()), y}, two);
  ASSERT_TRUE(samples.has_value()) << samples.error().message();
  EXPECT_EQ((*samples)[0][1].ints()[0], 7);
  x.set_raw_data("short");
  expect_refused("x.pb", x.SerializeAsString(), row_, kBadInput);
  expect_refused("x.pb", "\xff\xff", row_, kBadInput);
}

}  // namespace
}  // namespace tacit::model
