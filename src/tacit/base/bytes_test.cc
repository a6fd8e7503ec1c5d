#include "tacit/base/bytes.h"

#include <gtest/gtest.h>

namespace tacit {
namespace {

TEST(Bytes, RoundTrip) {
  Writer w;
  w.u8(7);
  w.u32(0xdeadbeef);
  w.i64(-3);
  w.text("abc");
  Reader r(w.bytes());
  EXPECT_EQ(*r.u8(), 7);
  EXPECT_EQ(*r.u32(), 0xdeadbeefu);
  EXPECT_EQ(*r.i64(), -3);
  EXPECT_EQ(*r.text(3), "abc");
  EXPECT_TRUE(r.finish());
}

TEST(Bytes, RefusesShortAndLongData) {
  Writer w;
  w.u32(1000);
  Reader r(w.bytes(), "test");
  auto n = r.count(8);
  ASSERT_FALSE(n);
  EXPECT_EQ(n.error().code, Code::kTruncated);
  Reader r2(w.bytes());
  EXPECT_EQ(r2.blob(10).error().code, Code::kTooLarge);
  Reader r3(w.bytes());
  ASSERT_TRUE(r3.u16());
  EXPECT_EQ(r3.finish().error().code, Code::kTrailingBytes);
}

}  // namespace
}  // namespace tacit
