// Canonical bytes of systems: one encoding each, refused when it is not that one; every field counts.

#include "tacit/statement/codec.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

#include "tacit/hash/blake3.h"
#include "tacit/statement/builder.h"

namespace tacit::statement {
namespace {

// A system in which every list has an item and every enumeration occurs.
System sample() {
  System s;
  s.oracles = {{OracleKind::kWeights, 4, 2}, {OracleKind::kData, 3, 1}, {OracleKind::kActivations, 5, 3}};
  s.tensors = {{0, {{{3, 2, false}, {1, 0, true}}}, 8, {-7, 9}}, {2, {}, 1, {0, 1}}};
  s.publics = {{PublicKind::kConstant, {{whole_axis(2)}}, {-1, 5}, {-1, 5}}, {PublicKind::kStated, {}, {0, 3}, {}}};
  const View a{{{Source::kTensor, 0, -3, {axis(0, 2, -1), {}}}, {Source::kPublic, 1, 4, {}}}, 0, 0};
  const View c{{{Source::kAccumulator, 0, 1, {axis(1)}}}, 6, 7};
  s.contractions = {{{{whole_axis(2), whole_axis(3), whole_axis(4), whole_axis(5)}},
                     {Role::kBatch, Role::kLeft, Role::kRight, Role::kInner},
                     a,
                     c}};
  s.tables = {{2, {{1, {{ColumnKind::kAffine, -8, 3, 0}, {ColumnKind::kCells, 0, 0, 1}}, 1}}}};
  s.lookups = {{{{whole_axis(6)}}, 0, {a, c}}};
  s.identities = {{{{whole_axis(7)}}, a}};
  return s;
}

Bytes encode(const System& system) {
  Writer out;
  write(out, system);
  return out.take();
}

Result<System> decode(ByteView bytes) {
  Reader in(bytes, "system");
  TACIT_ASSIGN(System system, parse(in));
  TACIT_TRY(in.finish());
  return system;
}

TEST(Codec, RoundTrip) {
  const Result<System> back = decode(encode(sample()));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, sample());
  EXPECT_EQ(decode(encode(System{})), System{});
}

TEST(Codec, EveryPrefixIsTruncated) {
  const Bytes bytes = encode(sample());
  for (size_t n = 0; n < bytes.size(); ++n) {
    const Result<System> out = decode(ByteView(bytes).first(n));
    ASSERT_FALSE(out) << n;
    EXPECT_EQ(out.error().code, Code::kTruncated) << n;
  }
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_EQ(decode(longer).error().code, Code::kTrailingBytes);
}

// What is accepted is the encoding of what is read: no byte has two spellings. And every byte is read:
// changing one gives another system, hence another digest.
TEST(Codec, EveryByteCounts) {
  const Bytes bytes = encode(sample());
  std::set<std::string> seen{hash::hex(digest(sample()))};
  size_t refused = 0;
  for (size_t i = 0; i < bytes.size(); ++i)
    for (uint8_t flip : {1, 2, 0x80, 0xff}) {
      Bytes changed = bytes;
      changed[i] ^= flip;
      const Result<System> out = decode(changed);
      if (!out) {
        const Code code = out.error().code;
        EXPECT_TRUE(code == Code::kNonCanonical || code == Code::kTruncated || code == Code::kTrailingBytes);
        ++refused;
        continue;
      }
      EXPECT_NE(*out, sample()) << i;
      EXPECT_EQ(encode(*out), changed) << i;
      EXPECT_TRUE(seen.insert(hash::hex(digest(*out))).second) << i;
    }
  EXPECT_GT(refused, 0u);
}

TEST(Codec, EnumerationsOutOfRange) {
  // Offsets of an oracle's kind, a batched flag, a public's kind, a role, a source and a column's kind.
  System s = sample();
  const Bytes bytes = encode(s);
  const auto differs = [&](auto&& change) {
    System other = sample();
    change(other);
    const Bytes b = encode(other);
    EXPECT_EQ(b.size(), bytes.size());
    size_t at = 0;
    while (at < b.size() && b[at] == bytes[at]) ++at;
    return at;
  };
  const std::pair<size_t, uint8_t> fields[] = {
      {differs([](System& o) { o.oracles[0].kind = OracleKind::kData; }), 3},
      {differs([](System& o) { o.tensors[0].space.axes[0].batched = true; }), 2},
      {differs([](System& o) { o.publics[0].kind = PublicKind::kStated; }), 2},
      {differs([](System& o) { o.contractions[0].roles[0] = Role::kInner; }), 4},
      {differs([](System& o) { o.identities[0].view.terms[0].source = Source::kPublic; }), 3},
      {differs([](System& o) { o.tables[0].segments[0].columns[0].kind = ColumnKind::kCells; }), 2},
  };
  for (const auto& [at, value] : fields) {
    Bytes changed = bytes;
    changed[at] = value;
    const Result<System> out = decode(changed);
    ASSERT_FALSE(out) << at;
    EXPECT_EQ(out.error().code, Code::kNonCanonical) << at;
    changed[at] = 255;
    EXPECT_EQ(decode(changed).error().code, Code::kNonCanonical) << at;
  }
}

TEST(Codec, CountsAreBoundedBeforeAllocation) {
  Writer out;
  out.u32(0xffffffff);  // that many oracles
  EXPECT_EQ(decode(out.bytes()).error().code, Code::kTruncated);
}

TEST(Codec, RandomBytesNeverCrash) {
  std::mt19937_64 random(11);
  const Bytes base = encode(sample());
  for (int round = 0; round < 20000; ++round) {
    Bytes bytes = base;
    for (int edits = 1 + static_cast<int>(random() % 4); edits > 0; --edits)
      bytes[random() % bytes.size()] = static_cast<uint8_t>(random());
    bytes.resize(random() % 3 == 0 ? random() % (bytes.size() + 1) : bytes.size());
    const Result<System> out = decode(bytes);
    EXPECT_TRUE(!out || encode(*out) == bytes);
  }
}

TEST(Codec, DigestIsDomainSeparated) {
  Bytes bytes;
  for (char c : std::string_view("tacit system v1")) bytes.push_back(static_cast<uint8_t>(c));
  const Bytes body = encode(sample());
  bytes.insert(bytes.end(), body.begin(), body.end());
  EXPECT_EQ(digest(sample()), hash::blake3(bytes));
}

}  // namespace
}  // namespace tacit::statement
