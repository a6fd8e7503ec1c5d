// Proof of work before a challenge: the prover pays 2^bits hashes for each attempt at a lucky one.
//
//   block = state ‖ ("grind " ‖ name of the label, zero-padded to 24 bytes) ‖ u64 nonce      (one 64-byte
//   block) valid when the `bits` lowest bits of the first little-endian word of BLAKE3(block) are zero
//
// The label is that of the challenge which the work protects. The prover sends the smallest valid nonce, so
// that a proof is a function of its seed; both sides absorb it under kGrinding.
#pragma once

#include <cstdint>

#include "tacit/hash/blake3.h"
#include "tacit/transcript/label.h"

namespace tacit::transcript {

// The block for nonce 0; the nonce goes into words 14 (low half) and 15.
hash::BlockWords grind_block(const hash::Digest& state, Label label);

// Zero bits are always satisfied.
bool grinding_ok(const hash::Digest& state, Label label, uint64_t nonce, uint32_t bits);

// The smallest nonce for which grinding_ok holds. Requires bits ≤ 40. Cost: 2^bits compressions on average.
uint64_t grind(const hash::Digest& state, Label label, uint32_t bits);

}  // namespace tacit::transcript
