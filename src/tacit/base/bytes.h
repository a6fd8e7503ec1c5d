// Bounded little-endian readers and writers for canonical byte formats.
//
// Reader never allocates from an unchecked size: `count` checks a length prefix against the bytes that remain.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tacit/base/error.h"

namespace tacit {

using Bytes = std::vector<uint8_t>;
using ByteView = std::span<const uint8_t>;

inline ByteView as_bytes(std::string_view text) { return {reinterpret_cast<const uint8_t*>(text.data()), text.size()}; }

class Writer {
 public:
  void u8(uint8_t v) { bytes_.push_back(v); }
  void u16(uint16_t v) { little_endian(v, 2); }
  void u32(uint32_t v) { little_endian(v, 4); }
  void u64(uint64_t v) { little_endian(v, 8); }
  void i64(int64_t v) { u64(static_cast<uint64_t>(v)); }
  void raw(ByteView data) {
    const size_t end = bytes_.size();
    bytes_.resize(end + data.size());
    std::copy(data.begin(), data.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(end));
  }
  // u32 length, then the bytes.
  void blob(ByteView data) {
    u32(static_cast<uint32_t>(data.size()));
    raw(data);
  }
  void text(std::string_view s) { blob(as_bytes(s)); }

  size_t size() const { return bytes_.size(); }
  const Bytes& bytes() const { return bytes_; }
  Bytes take() { return std::move(bytes_); }

 private:
  void little_endian(uint64_t v, int n) {
    for (int i = 0; i < n; ++i) bytes_.push_back(static_cast<uint8_t>(v >> (8 * i)));
  }
  Bytes bytes_;
};

class Reader {
 public:
  explicit Reader(ByteView data, std::string place = "file") : data_(data), place_(std::move(place)) {}

  Result<uint8_t> u8() { return number<uint8_t>(1); }
  Result<uint16_t> u16() { return number<uint16_t>(2); }
  Result<uint32_t> u32() { return number<uint32_t>(4); }
  Result<uint64_t> u64() { return number<uint64_t>(8); }
  Result<int64_t> i64() {
    TACIT_ASSIGN(uint64_t v, u64());
    return static_cast<int64_t>(v);
  }
  Result<ByteView> raw(size_t n) {
    if (n > remaining()) return fail(Code::kTruncated, place_, offset_);
    ByteView view = data_.subspan(offset_, n);
    offset_ += n;
    return view;
  }
  Result<ByteView> blob(size_t max_bytes) {
    TACIT_ASSIGN(uint32_t n, u32());
    if (n > max_bytes) return fail(Code::kTooLarge, place_, offset_);
    return raw(n);
  }
  Result<std::string> text(size_t max_bytes) {
    TACIT_ASSIGN(ByteView view, blob(max_bytes));
    return std::string(view.begin(), view.end());
  }
  // A u32 count of items that take at least `item_bytes` each.
  Result<uint32_t> count(size_t item_bytes) {
    TACIT_ASSIGN(uint32_t n, u32());
    if (item_bytes != 0 && n > remaining() / item_bytes) return fail(Code::kTruncated, place_, offset_);
    return n;
  }
  Status finish() const {
    if (remaining() != 0) return fail(Code::kTrailingBytes, place_, offset_);
    return {};
  }

  // What has been read since an earlier offset.
  ByteView since(size_t offset) const { return data_.subspan(offset, offset_ - offset); }

  size_t offset() const { return offset_; }
  size_t remaining() const { return data_.size() - offset_; }

 private:
  template <class T>
  Result<T> number(int n) {
    if (remaining() < static_cast<size_t>(n)) return fail(Code::kTruncated, place_, offset_);
    uint64_t v = 0;
    for (int i = 0; i < n; ++i) v |= static_cast<uint64_t>(data_[offset_ + i]) << (8 * i);
    offset_ += n;
    return static_cast<T>(v);
  }
  ByteView data_;
  std::string place_;
  size_t offset_ = 0;
};

}  // namespace tacit
