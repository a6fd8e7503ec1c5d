// Parameters of a proof: data, chosen by the prover's side, checked by the verifier.
//
// A system says what is proven; parameters say how: which oracles share a fold, code rates, numbers of queries, levels
// of the recursion, proofs of work. They are part of what a proof absorbs. Nothing is derived from them that isn't
// checked here: `check_parameters` computes every error term of the protocol and refuses parameters whose worst term
// is below the profile (docs/soundness.md has the formulas).
//
// Sizes: M = 2^log_rows message rows, R = 2^log_blinding blinding rows, n = 2^log_domain points of the domain, all of
// one limb's polynomial; rate = (M + R)/n.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tacit/base/bytes.h"
#include "tacit/base/error.h"
#include "tacit/statement/system.h"

namespace tacit::verifier {

inline constexpr size_t kMaxStacks = 16;
inline constexpr size_t kMaxLevels = 12;
inline constexpr uint8_t kMaxLogDomain = 32;  // the two-adicity of the base field
inline constexpr uint8_t kMaxGrinding = 40;   // bits of one proof of work
inline constexpr uint32_t kMaxQueries = 1 << 12;

// Bits of provable security of every round, and with it the challenge field.
enum class Profile : uint8_t {
  k100 = 0,  // quadratic extension of Goldilocks
  k128 = 1,  // cubic extension
};
int target_bits(Profile profile);  // 100, 128

// Oracles that share M, n and one fold. R of the stack is the largest of its oracles'.
struct Stack {
  std::vector<uint32_t> oracles;      // their numbers in the system, in the order of their limbs in the fold
  std::vector<uint8_t> log_blinding;  // one for each oracle
  uint8_t log_rows = 0;
  uint8_t log_domain = 0;
  uint32_t queries = 0;       // t; every oracle opened in one proof has R ≥ t + 1
  uint8_t fold_grinding = 0;  // bits of work before μ and β
  bool operator==(const Stack&) const = default;

  uint8_t stack_log_blinding() const;
  // Proofs that an epoch of `oracles[position]` lasts for when each opens t rows: R/t, less the handovers in and out.
  uint64_t epoch_proofs(size_t position) const;
};

// The oracle P of pads: one limb over the challenge field and its mask.
struct Pads {
  uint8_t log_rows = 0;  // 2^log_rows pads
  uint8_t log_blinding = 0;
  uint8_t log_domain = 0;
  uint32_t queries = 0;
  uint8_t fold_grinding = 0;
  bool operator==(const Pads&) const = default;
};

// One level of the recursion: the current vector, of length 2^(log_rows + rounds), is cut into columns of 2^log_rows,
// encoded on 2^log_domain points, and folded over its columns.
struct Level {
  uint8_t log_rows = 0;
  uint8_t log_domain = 0;
  uint32_t queries = 0;       // rows opened when the next vector is known
  uint8_t johnson = 0;        // 0: unique decoding; m ≥ 3: Johnson radius with slack parameter m
  uint8_t fold_grinding = 0;  // bits of work before each of the folding challenges
  bool operator==(const Level&) const = default;
};

struct Parameters {
  Profile profile = Profile::k100;
  std::vector<Stack> stacks;  // every oracle of the system in exactly one
  Pads pads;
  std::vector<Level> levels;   // may be empty: then the folded words are sent whole
  uint8_t alpha_grinding = 0;  // bits of work before α
  uint8_t query_grinding = 0;  // bits of work before each drawing of positions
  bool operator==(const Parameters&) const = default;
};

void write(Writer& out, const Parameters& parameters);
// Errors: kTruncated, kNonCanonical. Call check_parameters on the result before use.
Result<Parameters> parse_parameters(Reader& in);

// One line of the ledger of error terms. `millibits` is a lower bound of −1000·log₂(error) including the work.
struct ErrorTerm {
  std::string name;    // e.g. "queries of stack 0", "alpha"
  std::string regime;  // "unique decoding", "Johnson m=8", "Schwartz-Zippel"
  int64_t millibits = 0;
  uint8_t grinding = 0;
};
struct ErrorLedger {
  std::vector<ErrorTerm> terms;
  int64_t weakest_millibits() const;
};

// Checks that the parameters fit the (placed) system and that every size is sane; says nothing about security.
// Errors: kBadParameters (place names the part, index says which stack or level, counted from 0).
Status check_shape(const statement::System& system, const Parameters& parameters);

// Checks that the parameters fit the (placed) system, that every size is sane and that each round's error is at most
// 2^−target. Integer arithmetic only, rounded against the prover. Cost: microseconds.
// Errors: kBadParameters (as check_shape), kInsecureParameters (place names the first term that is too large).
// Requires: statement::check accepts the system.
Result<ErrorLedger> check_parameters(const statement::System& system, const Parameters& parameters);

// ---- shape of the recursion, shared by both sides

// A power-of-two block of the vector H: message rows or blinding rows of one folded word.
struct HBlock {
  uint32_t word = 0;  // number of the stack, or the number of stacks for the pads
  bool blinding = false;
  uint8_t log_size = 0;
  uint64_t offset = 0;
};
// The blocks in order of falling size (ties: by word, message first), one after the other.
std::vector<HBlock> h_layout(const Parameters& parameters);
// Length of H: the end of the last block; and the number of bits that address it.
uint64_t h_length(const Parameters& parameters);
// The coordinates of the vector that enters a level: N of H for level 0 of the list, then log_rows of the one before.
int level_log_length(const Parameters& parameters, size_t level);
// Rounds (log₂ of columns) of a level.
int level_rounds(const Parameters& parameters, size_t level);

}  // namespace tacit::verifier
