#include "tacit/statement/port.h"

#include <gtest/gtest.h>

#include "tacit/statement/assignment.h"
#include "tacit/statement/builder.h"
#include "tacit/statement/check.h"
#include "tacit/statement/codec.h"
#include "tacit/statement/instance.h"

namespace tacit::statement {
namespace {

// Cells stored as [samples, width, height, channels] of a value declared as [1, channels, height · width].
struct Image {
  System system;
  Port port;
  Image() {
    Builder b;
    const OracleId own = b.oracle(OracleKind::kActivations);
    const Space space{{batch_axis(), whole_axis(3), whole_axis(2), whole_axis(5)}};
    const TensorId x = b.tensor(own, space, {0, 255});
    b.lookup(space, b.range_table(own, 0, 8), {b.cell(x)});
    port = {"x", 1, {1, 5, 6}, true, -3, {0, 255}, space, {{}, {3}, {2, 1}}, b.cell(x)};
    system = b.take();
  }
};

TEST(Port, StatesItsElementsInTheirDeclaredOrder) {
  const Image image;
  ASSERT_TRUE(check(image.port));
  EXPECT_EQ(image.port.elements(), 30u);
  constexpr uint32_t kSamples = 3;
  System system = instantiate(with_visibility(image.system, {image.port}, {}, {true, true}), kSamples);
  ASSERT_EQ(system.publics.size(), 1u);
  EXPECT_EQ(system.publics[0].space.elements(), 90u);
  place(system, {10});
  EXPECT_TRUE(check(system));
  Assignment a;
  a.tensors.resize(2);
  a.publics.resize(1);
  a.publics[0].resize(90);
  for (uint32_t s = 0; s < kSamples; ++s)
    for (uint32_t w = 0; w < 3; ++w)
      for (uint32_t h = 0; h < 2; ++h)
        for (uint32_t c = 0; c < 5; ++c) {
          const int64_t value = (7 * s + 11 * w + 31 * h + 57 * c) % 256;
          a.tensors[0].push_back(value);
          a.publics[0][s * 30 + c * 6 + h * 3 + w] = value;
        }
  ASSERT_TRUE(count_multiplicities(system, a));
  EXPECT_TRUE(satisfies(system, a));
  for (size_t at = 0; at < 90; ++at) {
    Assignment bad = a;
    bad.publics[0][at] ^= 1;
    EXPECT_EQ(satisfies(system, bad).error().place, "identity") << at;
  }
}

TEST(Port, OpensWhatItIsToldTo) {
  const Image image;
  for (const bool in : {false, true})
    for (const bool out : {false, true})
      EXPECT_EQ(with_visibility(image.system, {image.port}, {image.port, image.port}, {in, out}).publics.size(),
                (in ? 1u : 0u) + (out ? 2u : 0u));
  const Visibility each{std::vector{Exposure::kCommitted}, std::vector{Exposure::kPrivate, Exposure::kPublic}};
  EXPECT_EQ(with_visibility(image.system, {image.port}, {image.port, image.port}, each).publics.size(), 1u);
  EXPECT_EQ(exposed({image.port}, {image.port, image.port}, each, Exposure::kCommitted).size(), 1u);
  EXPECT_EQ(exposed({image.port}, {image.port, image.port}, each, Exposure::kPrivate).size(), 1u);
}

// Rows 2 to 4 of seven, in steps of 2^(−3 + shift).
TEST(Port, IsRowsOfCommittedData) {
  const Image image;
  constexpr uint32_t kSamples = 3, kAll = 7, kFirst = 2;
  for (const int shift : {0, 1, 4}) {
    const DataRows rows{kAll, kFirst, -3 + shift};
    const auto template_ = with_data(image.system, {&image.port}, std::vector{rows}, kSamples);
    ASSERT_TRUE(template_) << template_.error().message();
    System system = instantiate(*template_, kSamples);
    place(system, {10, 6});
    ASSERT_TRUE(check(system)) << check(system).error().message();
    const Tensor& data = system.tensors.back();
    EXPECT_EQ(system.oracles.back().kind, OracleKind::kData);
    EXPECT_EQ(data.space, data_space(kAll, 30));
    EXPECT_EQ(data.range, (Interval{0, (255 + (1 << shift) - 1) >> shift}));
    Assignment a;
    a.tensors.resize(3);
    for (uint32_t i = 0; i < kAll * 30; ++i) a.tensors[2].push_back((37 * i + i / 30) % (256 >> shift));
    for (uint32_t s = 0; s < kSamples; ++s)
      for (uint32_t w = 0; w < 3; ++w)
        for (uint32_t h = 0; h < 2; ++h)
          for (uint32_t c = 0; c < 5; ++c)
            a.tensors[0].push_back(a.tensors[2][(kFirst + s) * 30 + c * 6 + h * 3 + w] << shift);
    ASSERT_TRUE(count_multiplicities(system, a));
    ASSERT_TRUE(satisfies(system, a));
    for (uint32_t i = 0; i < kAll * 30; ++i) {
      Assignment bad = a;
      ++bad.tensors[2][i];
      const bool is_used = i >= kFirst * 30 && i < (kFirst + kSamples) * 30;
      EXPECT_EQ(satisfies(system, bad).has_value(), !is_used) << i;
    }
  }
}

TEST(Port, RefusesRowsThatTheDataDoNotHave) {
  const Image image;
  const auto code = [&](DataRows rows, uint32_t samples) {
    const auto system = with_data(image.system, {&image.port}, std::vector{rows}, samples);
    return system ? Code::kUsage : system.error().code;
  };
  EXPECT_EQ(code({7, 4, -3}, 3), Code::kUsage);
  EXPECT_EQ(code({7, 5, -3}, 3), Code::kWrongStatement);
  EXPECT_EQ(code({7, 0, -3}, 8), Code::kWrongStatement);
  EXPECT_EQ(code({7, UINT32_MAX, -3}, 3), Code::kWrongStatement);
  EXPECT_EQ(code({UINT32_MAX, 0, -3}, 3), Code::kWrongStatement);
  EXPECT_EQ(code({7, 0, -4}, 3), Code::kWrongStatement);  // finer than the port
  EXPECT_EQ(code({7, 0, -3 + kMaxDataShift + 1}, 3), Code::kWrongStatement);
  EXPECT_EQ(code({7, 0, INT32_MAX}, 3), Code::kWrongStatement);
  EXPECT_EQ(code({7, 0, INT32_MIN}, 3), Code::kWrongStatement);
  EXPECT_EQ(with_data(image.system, {&image.port}, {}, 1).error().code, Code::kWrongStatement);
}

TEST(Port, RefusesPartsThatDoNotFit) {
  const auto code = [](auto change) {
    Image image;
    change(image.port);
    const Status status = check(image.port);
    return status ? Code::kUsage : status.error().code;
  };
  EXPECT_EQ(code([](Port&) {}), Code::kUsage);
  EXPECT_EQ(code([](Port& p) { p.axes[1] = {}; }), Code::kBadStatement);         // a label in no axis
  EXPECT_EQ(code([](Port& p) { p.axes[2] = {3, 2, 1}; }), Code::kBadStatement);  // a label in two
  EXPECT_EQ(code([](Port& p) { p.axes[1] = {4}; }), Code::kBadStatement);        // no such label
  EXPECT_EQ(code([](Port& p) { p.axes[0] = {0}; }), Code::kBadStatement);        // the axis of samples
  EXPECT_EQ(code([](Port& p) { p.shape[2] = 7; }), Code::kBadStatement);
  EXPECT_EQ(code([](Port& p) { p.shape.push_back(1); }), Code::kBadStatement);
  EXPECT_EQ(code([](Port& p) { p.exponent = 2000; }), Code::kBadStatement);
  EXPECT_EQ(code([](Port& p) { p.labels.axes[0].batched = false; }), Code::kBadStatement);
  EXPECT_EQ(code([](Port& p) { p.labels.axes[2].batched = true; }), Code::kBadStatement);
  EXPECT_EQ(code([](Port& p) { p.labels.axes.clear(); }), Code::kBadStatement);
  EXPECT_EQ(code([](Port& p) { p.shape[1] = 0, p.labels.axes[3].length = 0; }), Code::kBadStatement);
  EXPECT_EQ(code([](Port& p) { p.shape[1] = 1u << 29, p.labels.axes[3].length = 1u << 29; }), Code::kBadStatement);
}

TEST(Port, HasOneEncoding) {
  const Image image;
  Writer out;
  write(out, image.port);
  Reader in(out.bytes());
  const auto parsed = parse_port(in);
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(in.finish());
  EXPECT_EQ(*parsed, image.port);
  for (size_t size = 0; size < out.size(); ++size) {
    Reader cut(ByteView(out.bytes()).first(size));
    EXPECT_EQ(parse_port(cut).error().code, Code::kTruncated) << size;
  }
}

}  // namespace
}  // namespace tacit::statement
