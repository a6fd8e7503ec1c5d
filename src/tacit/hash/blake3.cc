#include "tacit/hash/blake3.h"

#include <algorithm>
#include <bit>

#include "tacit/base/secret.h"
#include "tacit/hash/little_endian.h"

namespace tacit::hash {
namespace {

#if defined(__GNUC__)
#define TACIT_INLINE inline __attribute__((always_inline))
#else
#define TACIT_INLINE inline
#endif

TACIT_INLINE void mix(uint32_t& a, uint32_t& b, uint32_t& c, uint32_t& d, uint32_t x, uint32_t y) {
  a += b + x;
  d = std::rotr(d ^ a, 16);
  c += d;
  b = std::rotr(b ^ c, 12);
  a += b + y;
  d = std::rotr(d ^ a, 8);
  c += d;
  b = std::rotr(b ^ c, 7);
}

// Columns of the 4 × 4 state, then its diagonals.
template <size_t kRound>
TACIT_INLINE void round(uint32_t (&v)[16], const BlockWords& m) {
  constexpr auto& s = kSchedule[kRound];
  mix(v[0], v[4], v[8], v[12], m[s[0]], m[s[1]]);
  mix(v[1], v[5], v[9], v[13], m[s[2]], m[s[3]]);
  mix(v[2], v[6], v[10], v[14], m[s[4]], m[s[5]]);
  mix(v[3], v[7], v[11], v[15], m[s[6]], m[s[7]]);
  mix(v[0], v[5], v[10], v[15], m[s[8]], m[s[9]]);
  mix(v[1], v[6], v[11], v[12], m[s[10]], m[s[11]]);
  mix(v[2], v[7], v[8], v[13], m[s[12]], m[s[13]]);
  mix(v[3], v[4], v[9], v[14], m[s[14]], m[s[15]]);
}

ChainingValue first_half(const BlockWords& words) {
  ChainingValue cv;
  std::copy_n(words.begin(), 8, cv.begin());
  return cv;
}

ChainingValue load_cv(const std::array<uint8_t, 32>& bytes) {
  ChainingValue cv;
  for (size_t i = 0; i < 8; ++i) cv[i] = load32(&bytes[4 * i]);
  return cv;
}

Digest to_digest(const BlockWords& words) {
  Digest digest;
  for (size_t i = 0; i < 8; ++i) store32(&digest.bytes[4 * i], words[i]);
  return digest;
}

BlockWords join(const ChainingValue& left, const ChainingValue& right) {
  BlockWords block;
  std::copy_n(left.begin(), 8, block.begin());
  std::copy_n(right.begin(), 8, block.begin() + 8);
  return block;
}

}  // namespace

BlockWords load_block(const std::array<uint8_t, kBlockBytes>& bytes) {
  BlockWords block;
  for (size_t i = 0; i < 16; ++i) block[i] = load32(&bytes[4 * i]);
  return block;
}

BlockWords compress(const ChainingValue& cv, const BlockWords& block, uint64_t counter, uint32_t block_bytes,
                    uint32_t flags) {
  // clang-format off
  uint32_t v[16] = {cv[0], cv[1], cv[2], cv[3], cv[4], cv[5], cv[6], cv[7], kIv[0], kIv[1], kIv[2], kIv[3],
                    static_cast<uint32_t>(counter), static_cast<uint32_t>(counter >> 32), block_bytes, flags};
  // clang-format on
  round<0>(v, block);
  round<1>(v, block);
  round<2>(v, block);
  round<3>(v, block);
  round<4>(v, block);
  round<5>(v, block);
  round<6>(v, block);
  BlockWords out;
  for (size_t i = 0; i < 8; ++i) {
    out[i] = v[i] ^ v[i + 8];
    out[i + 8] = v[i + 8] ^ cv[i];
  }
  return out;
}

std::array<uint64_t, 8> Xof::words(uint64_t index) const {
  BlockWords halves = output(index);
  std::array<uint64_t, 8> words;
  for (size_t i = 0; i < 8; ++i) words[i] = halves[2 * i] | static_cast<uint64_t>(halves[2 * i + 1]) << 32;
  return words;
}

Blake3 Blake3::keyed_hash(const std::array<uint8_t, 32>& key) { return Blake3(load_cv(key), kKeyedHash); }

Blake3 Blake3::derive_key(std::string_view context) {
  Blake3 hasher(kIv, kDeriveKeyContext);
  hasher.update(as_bytes(context));
  return Blake3(load_cv(hasher.finalize().bytes), kDeriveKeyMaterial);
}

Blake3& Blake3::update(ByteView data) {
  while (!data.empty()) {
    if (block_bytes_ == kBlockBytes) flush_block();
    size_t n = std::min(kBlockBytes - block_bytes_, data.size());
    std::memcpy(block_.data() + block_bytes_, data.data(), n);
    block_bytes_ += static_cast<uint32_t>(n);
    data = data.subspan(n);
  }
  return *this;
}

// Compresses a full block that is known not to be the message's last.
void Blake3::flush_block() {
  bool ends_chunk = blocks_ + 1 == kChunkBytes / kBlockBytes;
  uint32_t flags = flags_ | start_flag() | (ends_chunk ? kChunkEnd : 0);
  cv_ = first_half(compress(cv_, load_block(block_), chunk_, kBlockBytes, flags));
  block_bytes_ = 0;
  ++blocks_;
  if (ends_chunk) {
    push_chunk(cv_);
    ++chunk_;
    blocks_ = 0;
    cv_ = key_;
  }
}

// Chunk number c closes one subtree for every trailing zero bit of c + 1.
void Blake3::push_chunk(ChainingValue cv) {
  for (uint64_t count = chunk_ + 1; (count & 1) == 0; count >>= 1)
    cv = first_half(compress(key_, join(stack_[--stack_size_], cv), 0, kBlockBytes, flags_ | kParent));
  stack_[stack_size_++] = cv;
}

Xof Blake3::xof() const {
  Secret<std::array<uint8_t, kBlockBytes>> padded;
  std::memcpy(padded.expose().data(), block_.data(), block_bytes_);
  Xof last{cv_, load_block(padded.expose()), block_bytes_, flags_ | start_flag() | kChunkEnd};
  uint64_t counter = chunk_;
  for (size_t i = stack_size_; i-- > 0; counter = 0) {
    ChainingValue right = first_half(last.output(counter));
    last = {key_, join(stack_[i], right), kBlockBytes, flags_ | kParent};
  }
  last.flags |= kRoot;
  return last;
}

Digest Blake3::finalize() const { return to_digest(xof().output(0)); }

void Blake3::finalize_xof(uint64_t offset, std::span<uint8_t> out) const {
  Xof stream = xof();
  while (!out.empty()) {
    BlockWords words = stream.output(offset / kBlockBytes);
    std::array<uint8_t, kBlockBytes> bytes;
    for (size_t i = 0; i < 16; ++i) store32(&bytes[4 * i], words[i]);
    size_t skip = offset % kBlockBytes;
    size_t n = std::min(kBlockBytes - skip, out.size());
    std::memcpy(out.data(), bytes.data() + skip, n);
    out = out.subspan(n);
    offset += n;
  }
}

void Blake3::wipe() {
  if (chunk_ > 0) secure_wipe(&stack_, sizeof stack_);
  secure_wipe(&key_, sizeof key_);
  secure_wipe(&cv_, sizeof cv_);
  secure_wipe(&block_, sizeof block_);
}

Digest blake3(ByteView data) { return Blake3().update(data).finalize(); }

Digest hash_block(const BlockWords& block) { return to_digest(compress(kIv, block, 0, kBlockBytes, kSingleBlock)); }

Digest hash_pair(const Digest& left, const Digest& right) {
  return hash_block(join(load_cv(left.bytes), load_cv(right.bytes)));
}

}  // namespace tacit::hash
