// The verifier: is this proof a proof of this statement?
//
// Order of a proof's bytes and of the transcript (docs/spec/protocol):
//   0  protocol name, system digest, parameters, roots of weights and data, stated publics, context
//   1  roots committed by this proof, the statement digest again, the hash chain
//   2… layers.h, product_check.h, opening.h
#pragma once

#include "tacit/statement/codec.h"
#include "tacit/verifier/claim.h"
#include "tacit/verifier/opening.h"

namespace tacit::verifier {

inline constexpr std::string_view kProtocolName = "tacit proof v1";

// What a proof is about. The system is a placed instance that has passed statement::check.
struct Statement {
  const statement::System& system;
  const Parameters& parameters;
  PublicValues publics;
  std::vector<hash::Digest> roots;  // of the oracles that no proof commits (weights, data), in order
  Bytes context;                    // absorbed as it is; at most 64 KiB
};

// BLAKE3 over everything of step 0, each part by its own digest or length-prefixed.
hash::Digest statement_digest(const Statement& statement);

// Step 0, and with its result the end of step 1, for both sides: in between the proof's own roots are absorbed.
hash::Digest absorb_statement(Coins& coins, const Statement& statement);
void absorb_after_roots(Coins& coins, const statement::System& system, const hash::Digest& statement_digest);

// Checks that the statement fits its system: number and range of stated values, number of roots, context size.
// Errors: kWrongStatement, kTooLarge.
Status check_statement(const Statement& statement);

// The number of pads and of veiled or clear scalars that a proof of this shape holds up to step 8.
template <class E>
uint64_t count_pads(const statement::System& system, const Parameters& parameters, const PublicValues& publics);

// The trees that a proof opens. Roots that it commits itself come from `next_root`, in order: per-proof oracles by
// number, masks with a tree of their own by stack, pads.
struct ProofTrees {
  std::vector<StackTrees> stacks;
  CommittedTree pads;
};
template <class E>
ProofTrees proof_trees(const Statement& statement, const std::vector<hash::Digest>& own_roots);
// How many roots a proof commits.
size_t own_root_count(const statement::System& system, const Parameters& parameters);

// Verdict on a proof. Requires a checked system and parameters (statement::check, check_parameters): admission does
// both. Never throws, asserts or allocates more than the shape says on untrusted bytes.
// Errors: every verdict code, with the protocol step as place.
template <class E>
Status verify(const Statement& statement, ByteView proof, Coins& coins, std::vector<Field>* fields = nullptr);

// With a transcript, over the field of the parameters' profile.
Status verify(const Statement& statement, ByteView proof);

}  // namespace tacit::verifier
