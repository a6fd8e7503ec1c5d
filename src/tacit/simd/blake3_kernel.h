// The hash kernels over any vector of 32-bit lanes. Internal to simd/: included by the files of a level, in
// whose anonymous namespace everything lands.
//
// V is a vector of V::kLanes words with load, store, broadcast, +, ^ and rotate<k> (right), and with
//   V::load_rows(p, stride, v)    v[k] = word k of each of kLanes rows of 32 bytes, `stride` bytes apart
//   V::store_rows(p, stride, v)   its inverse.
// A batch is V::kStates vectors: independent states interleaved to hide latencies. Message words come from
// memory, so that the states alone fill the registers.
#pragma once

#include <cstdint>

#include "tacit/simd/hash_kernels.h"
#include "tacit/simd/inline.h"

namespace tacit::simd {
namespace {

constexpr uint32_t kStart[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
constexpr uint32_t kChunkStart = 1, kParent = 4, kWholeBlock = 1 | 2 | 8;

// hash::kSchedule, as a plain array.
struct Schedule {
  int word[7][16];
  constexpr Schedule() : word() {
    constexpr int kPermutation[16] = {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8};
    for (int i = 0; i < 16; ++i) word[0][i] = i;
    for (int r = 1; r < 7; ++r)
      for (int i = 0; i < 16; ++i) word[r][i] = word[r - 1][kPermutation[i]];
  }
};
constexpr Schedule kSchedule;

// The message words of a batch: word w of state s lies at lanes[s][w].
template <class V>
struct alignas(64) Message {
  uint32_t lanes[V::kStates][16][V::kLanes];

  TACIT_INLINE void put(int state, int word, V v) { v.store(lanes[state][word]); }
  TACIT_INLINE void put_all(int word, V v) {
    for (int s = 0; s < V::kStates; ++s) put(s, word, v);
  }
  // Words [first, first + 8) from rows of 32 bytes, one a message.
  TACIT_INLINE void put_rows(int first, const void* rows, size_t stride) {
    for (int s = 0; s < V::kStates; ++s) {
      V v[8];
      V::load_rows(static_cast<const uint8_t*>(rows) + stride * V::kLanes * s, stride, v);
      for (int k = 0; k < 8; ++k) put(s, first + k, v[k]);
    }
  }
};

template <class V>
struct Batch {
  V v[V::kStates][16];
};

template <class V>
TACIT_INLINE void mix(V& a, V& b, V& c, V& d, V x, V y) {
  a = a + b + x;
  d = (d ^ a).template rotate<16>();
  c = c + d;
  b = (b ^ c).template rotate<12>();
  a = a + b + y;
  d = (d ^ a).template rotate<8>();
  c = c + d;
  b = (b ^ c).template rotate<7>();
}

template <class V, int kRound, int kStep>
TACIT_INLINE void step(Batch<V>& batch, const Message<V>& m, int a, int b, int c, int d) {
  constexpr int kX = kSchedule.word[kRound][2 * kStep], kY = kSchedule.word[kRound][2 * kStep + 1];
#pragma GCC unroll 4
  for (int s = 0; s < V::kStates; ++s) {
    V* v = batch.v[s];
    mix(v[a], v[b], v[c], v[d], V::load(m.lanes[s][kX]), V::load(m.lanes[s][kY]));
  }
}

template <class V, int kRound>
TACIT_INLINE void round(Batch<V>& v, const Message<V>& m) {
  // Else the compiler keeps message words from the round before, and spills states for them.
  asm volatile("" ::: "memory");
  step<V, kRound, 0>(v, m, 0, 4, 8, 12);
  step<V, kRound, 1>(v, m, 1, 5, 9, 13);
  step<V, kRound, 2>(v, m, 2, 6, 10, 14);
  step<V, kRound, 3>(v, m, 3, 7, 11, 15);
  step<V, kRound, 4>(v, m, 0, 5, 10, 15);
  step<V, kRound, 5>(v, m, 1, 6, 11, 12);
  step<V, kRound, 6>(v, m, 2, 7, 8, 13);
  step<V, kRound, 7>(v, m, 3, 4, 9, 14);
}

template <class V>
TACIT_INLINE void rounds(Batch<V>& v, const Message<V>& m) {
  round<V, 0>(v, m);
  round<V, 1>(v, m);
  round<V, 2>(v, m);
  round<V, 3>(v, m);
  round<V, 4>(v, m);
  round<V, 5>(v, m);
  round<V, 6>(v, m);
}

// Fills the state but for the chaining value.
template <class V>
TACIT_INLINE void set_role(Batch<V>& batch, BlockRole role) {
#pragma GCC unroll 4
  for (int s = 0; s < V::kStates; ++s) {
    V* v = batch.v[s];
    for (int k = 0; k < 4; ++k) v[8 + k] = V::broadcast(kStart[k]);
    v[12] = V::broadcast(static_cast<uint32_t>(role.counter));
    v[13] = V::broadcast(static_cast<uint32_t>(role.counter >> 32));
    v[14] = V::broadcast(role.block_bytes);
    v[15] = V::broadcast(role.flags);
  }
}

// One compression of each message of a batch. `start` is the common chaining value, or null: that of
// `states`. The next chaining values go to `states`, in the order [state][word][lane].
template <class V>
__attribute__((noinline)) void compress(const uint32_t* start, const Message<V>& m, BlockRole role, uint32_t* states) {
  Batch<V> batch;
#pragma GCC unroll 4
  for (int s = 0; s < V::kStates; ++s)
    for (int k = 0; k < 8; ++k)
      batch.v[s][k] = start != nullptr ? V::broadcast(start[k]) : V::load(states + (8 * s + k) * V::kLanes);
  set_role(batch, role);
  rounds(batch, m);
#pragma GCC unroll 4
  for (int s = 0; s < V::kStates; ++s)
    for (int k = 0; k < 8; ++k) (batch.v[s][k] ^ batch.v[s][8 + k]).store(states + (8 * s + k) * V::kLanes);
}

template <class V>
struct Blake3Kernels {
  static constexpr size_t kBatch = V::kLanes * V::kStates;

  static void finish(const uint32_t* states, uint8_t* digests, size_t count) {
    for (size_t i = 0; i < count; i += V::kLanes) {
      V v[8];
      for (int k = 0; k < 8; ++k) v[k] = V::load(states + 8 * i + V::kLanes * k);
      V::store_rows(digests + 32 * i, 32, v);
    }
  }

  static void hash_pairs(const uint8_t* left, const uint8_t* right, uint8_t* out, size_t count) {
    Message<V> m;
    alignas(64) uint32_t states[8 * kBatch];
    for (size_t i = 0; i < count; i += kBatch) {
      m.put_rows(0, left + 32 * i, 32);
      m.put_rows(8, right + 32 * i, 32);
      compress<V>(kStart, m, {0, 64, kWholeBlock}, states);
      finish(states, out + 32 * i, kBatch);
    }
  }

  // The lanes' values first, first + 1, … as the words 2w and 2w + 1 of a block or counter.
  TACIT_INLINE static void count_up(uint64_t first, uint32_t* low, uint32_t* high) {
    for (int l = 0; l < V::kLanes; ++l) {
      low[l] = static_cast<uint32_t>(first + l);
      high[l] = static_cast<uint32_t>((first + l) >> 32);
    }
  }

  static void keystream(const uint32_t* cv, const uint32_t* block, BlockRole role, uint64_t* out, size_t count) {
    Message<V> m;
    for (int w = 0; w < 16; ++w) m.put_all(w, V::broadcast(block[w]));
    alignas(64) uint32_t counter[2][V::kLanes];
    for (size_t i = 0; i < count; i += kBatch) {
      Batch<V> batch;
      set_role(batch, role);
#pragma GCC unroll 4
      for (int s = 0; s < V::kStates; ++s) {
        for (int k = 0; k < 8; ++k) batch.v[s][k] = V::broadcast(cv[k]);
        count_up(role.counter + i + V::kLanes * s, counter[0], counter[1]);
        batch.v[s][12] = V::load(counter[0]);
        batch.v[s][13] = V::load(counter[1]);
      }
      rounds(batch, m);
#pragma GCC unroll 4
      for (int s = 0; s < V::kStates; ++s) {
        V low[8], high[8];
        for (int k = 0; k < 8; ++k) {
          low[k] = batch.v[s][k] ^ batch.v[s][8 + k];
          high[k] = batch.v[s][8 + k] ^ V::broadcast(cv[k]);
        }
        uint64_t* to = out + 8 * (i + V::kLanes * s);
        V::store_rows(to, 64, low);
        V::store_rows(to + 4, 64, high);
      }
    }
  }

  static uint64_t grind(const uint32_t* block, uint64_t mask, uint64_t begin, size_t count) {
    Message<V> m;
    alignas(64) uint32_t states[8 * kBatch];
    for (int w = 0; w < 14; ++w) m.put_all(w, V::broadcast(block[w]));
    for (uint64_t i = begin; i != begin + count; i += kBatch) {
      for (int s = 0; s < V::kStates; ++s) count_up(i + V::kLanes * s, m.lanes[s][14], m.lanes[s][15]);
      compress<V>(kStart, m, {0, 64, kWholeBlock}, states);
      for (int s = 0; s < V::kStates; ++s)
        for (int l = 0; l < V::kLanes; ++l) {
          uint64_t low = states[8 * V::kLanes * s + l], high = states[(8 * s + 1) * V::kLanes + l];
          if (((low | high << 32) & mask) == 0) return i + V::kLanes * s + l;
        }
    }
    return begin + count;
  }

  static void begin_leaves(const LeafHeader& header, uint64_t first_row, uint32_t* states, size_t count) {
    Message<V> salt, leaf;
    put_address(salt, kSaltWords, header.tree_id);
    for (int w = 6; w < 16; ++w) salt.put_all(w, V::broadcast(0));
    put_address(leaf, kLeafWords, header.tree_id);
    leaf.put_all(6, V::broadcast(static_cast<uint32_t>(header.n_words)));
    leaf.put_all(7, V::broadcast(static_cast<uint32_t>(header.n_words >> 32)));
    for (size_t i = 0; i < count; i += kBatch) {
      for (int s = 0; s < V::kStates; ++s) {
        uint64_t row = first_row + i + V::kLanes * s;
        count_up(row, salt.lanes[s][4], salt.lanes[s][5]);
        count_up(row, leaf.lanes[s][4], leaf.lanes[s][5]);
      }
      uint32_t* state = states + 8 * i;
      compress<V>(header.seed, salt, kSaltRole, state);
      for (int s = 0; s < V::kStates; ++s)
        for (int k = 0; k < 8; ++k) leaf.put(s, 8 + k, V::load(state + (8 * s + k) * V::kLanes));
      compress<V>(kStart, leaf, {0, 64, kChunkStart}, state);
    }
  }

  static void absorb(const uint64_t* rows, BlockRole role, uint32_t* states, size_t count) {
    Message<V> m;
    const uint32_t* start = role.flags & kChunkStart ? kStart : nullptr;
    for (size_t i = 0; i < count; i += kBatch) {
      m.put_rows(0, rows + 8 * i, 64);
      m.put_rows(8, rows + 8 * i + 4, 64);
      compress<V>(start, m, role, states + 8 * i);
    }
  }

  static void join(const uint32_t* left, uint32_t flags, uint32_t* states, size_t count) {
    Message<V> m;
    for (size_t i = 0; i < count; i += kBatch) {
      for (int s = 0; s < V::kStates; ++s)
        for (int k = 0; k < 8; ++k) {
          size_t at = 8 * i + (8 * s + k) * V::kLanes;
          m.put(s, k, V::load(left + at));
          m.put(s, 8 + k, V::load(states + at));
        }
      compress<V>(kStart, m, {0, 64, kParent | flags}, states + 8 * i);
    }
  }

  static constexpr HashKernels table() {
    return {kBatch, hash_pairs, keystream, grind, begin_leaves, absorb, join, finish};
  }

 private:
  TACIT_INLINE static void put_address(Message<V>& m, const uint32_t (&tag)[2], uint64_t tree_id) {
    m.put_all(0, V::broadcast(tag[0]));
    m.put_all(1, V::broadcast(tag[1]));
    m.put_all(2, V::broadcast(static_cast<uint32_t>(tree_id)));
    m.put_all(3, V::broadcast(static_cast<uint32_t>(tree_id >> 32)));
  }
};

}  // namespace
}  // namespace tacit::simd
