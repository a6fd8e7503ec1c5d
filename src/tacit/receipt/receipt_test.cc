#include "tacit/receipt/receipt.h"

#include <gtest/gtest.h>

#include <random>

#include "tacit/receipt/integers.h"

namespace tacit::receipt {
namespace {

Receipt sample() {
  Receipt r;
  for (size_t i = 0; i < 32; ++i) r.header.model_id.bytes[i] = static_cast<uint8_t>(i);
  r.header.epoch = 0;
  r.header.samples = 2;
  r.header.exposures = {statement::Exposure::kPublic, statement::Exposure::kCommitted, statement::Exposure::kPrivate};
  r.header.data = {{r.header.model_id, {5, 6, 8}, {100, 7, -12}}};
  r.header.time = 1'700'000'000;
  r.header.context = {{"case", "7781"}, {"who", "Ada Lovelace"}, {"zero", ""}};
  r.values = {{0, 1, -128, 127}, {300, -300}, {}};
  r.parameters.stacks = {{{0, 1}, {5, 3}, 6, 10, 7, 1}};
  r.parameters.pads = {9, 4, 12, 5, 0};
  r.parameters.levels = {{5, 9, 4, 3, 2}};
  r.proof = {1, 2, 3, 4, 5};
  return r;
}

Code code_of(ByteView bytes) {
  const auto parsed = parse_receipt(bytes);
  return parsed ? Code::kUsage : parsed.error().code;
}

TEST(Receipt, ReadsBackWhatItWrites) {
  for (const int64_t v : {int64_t{0}, int64_t{127}, int64_t{-128}, int64_t{128}, int64_t{-129}, int64_t{32767},
                          int64_t{32768}, int64_t{1} << 31, INT64_MAX, INT64_MIN}) {
    Receipt r = sample();
    r.values[1].push_back(v);
    const auto parsed = parse_receipt(encode(r));
    ASSERT_TRUE(parsed) << parsed.error().message();
    EXPECT_EQ(*parsed, r);
  }
}

TEST(Receipt, RefusesEveryTruncationAndExtension) {
  const Bytes good = encode(sample());
  ASSERT_EQ(code_of(good), Code::kUsage);
  for (size_t size = 0; size < good.size(); ++size)
    EXPECT_EQ(code_of(ByteView(good).first(size)), size < 16 ? Code::kBadMagic : Code::kTruncated) << size;
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_EQ(code_of(longer), Code::kTrailingBytes);
}

// There is one encoding: whatever parses writes the same bytes again.
TEST(Receipt, AnyChangedByteIsRefusedOrMeansSomethingElse) {
  const Receipt r = sample();
  const Bytes good = encode(r);
  for (size_t at = 0; at < good.size(); ++at)
    for (int value = 0; value < 256; ++value) {
      Bytes bytes = good;
      bytes[at] = static_cast<uint8_t>(value);
      const auto parsed = parse_receipt(bytes);
      if (!parsed) continue;
      EXPECT_EQ(encode(*parsed), bytes) << at;
      EXPECT_EQ(*parsed == r, bytes == good) << at;
    }
}

TEST(Receipt, SurvivesAnyBytes) {
  std::mt19937_64 random(3);
  const Bytes good = encode(sample());
  for (int i = 0; i < 50'000; ++i) {
    Bytes bytes = good;
    bytes.resize(17 + random() % (bytes.size() - 16));
    for (int j = 0; j < 6; ++j) bytes[16 + random() % (bytes.size() - 16)] = static_cast<uint8_t>(random());
    (void)parse_receipt(bytes);
  }
}

TEST(Receipt, NamesWhatIsMalformed) {
  Bytes bytes = encode(sample());
  bytes[0] ^= 1;
  EXPECT_EQ(code_of(bytes), Code::kBadMagic);
  bytes = encode(sample());
  bytes[14] = '2';
  EXPECT_EQ(code_of(bytes), Code::kBadVersion);
  Receipt r = sample();
  r.header.samples = 0;
  EXPECT_EQ(code_of(encode(r)), Code::kNonCanonical);
  r.header.samples = kMaxSamples + 1;
  EXPECT_EQ(code_of(encode(r)), Code::kTooLarge);
  r = sample();
  std::swap(r.header.context[0], r.header.context[1]);
  EXPECT_EQ(code_of(encode(r)), Code::kWrongContext);
  for (const ContextPair& pair : {ContextPair{"", "x"}, ContextPair{"a=b", "x"}, ContextPair{"a", "\033[2J"},
                                  ContextPair{std::string(65, 'a'), "x"}, ContextPair{"a", std::string(513, 'x')}}) {
    r.header.context = {pair};
    EXPECT_NE(code_of(encode(r)), Code::kUsage);
    EXPECT_FALSE(check_context(r.header.context));
  }
  r.header.context.clear();
  for (size_t i = 0; i <= kMaxContextPairs; ++i) r.header.context.push_back({"k" + std::to_string(100 + i), ""});
  EXPECT_EQ(code_of(encode(r)), Code::kTooLarge);
  EXPECT_EQ(check_context(r.header.context).error().code, Code::kWrongContext);
}

TEST(Integers, AreAsNarrowAsTheyFit) {
  for (const auto& [values, width] : {std::pair<std::vector<int64_t>, size_t>{{}, 1},
                                      {{-128, 127}, 1},
                                      {{128}, 2},
                                      {{-32769}, 4},
                                      {{int64_t{1} << 31}, 8}}) {
    Writer out;
    write_integers(out, values);
    EXPECT_EQ(out.size(), 5 + values.size() * width);
    Reader in(out.bytes());
    EXPECT_EQ(*parse_integers(in), values);
  }
  Writer wide;  // a small number in a wide field
  wide.u8(2);
  wide.u32(1);
  wide.u16(5);
  Reader in(wide.bytes());
  EXPECT_EQ(parse_integers(in).error().code, Code::kNonCanonical);
  Writer endless;
  endless.u8(8);
  endless.u32(UINT32_MAX);
  Reader again(endless.bytes());
  EXPECT_EQ(parse_integers(again).error().code, Code::kTruncated);
}

}  // namespace
}  // namespace tacit::receipt
