// Seeds of single proofs.
#pragma once

#include "tacit/base/error.h"
#include "tacit/hash/digest.h"
#include "tacit/hash/prg.h"
#include "tacit/verifier/verify.h"

namespace tacit::api {

// What distinguishes one attempt at a proof from all others.
struct Attempt {
  uint64_t serial = 0;  // of the ledger
  uint32_t number = 0;  // of attempts at this proof before
  uint32_t epoch = 0;
  hash::Digest inputs;  // of the integers of the inputs
};

// BLAKE3 in derive-key mode over 32 bytes of the operating system, the epoch's secret, and everything about the attempt:
// if either source of randomness is good, no two attempts share a seed. Errors: kEnvironment.
Result<hash::Seed> attempt_seed(const hash::Seed& attempts_seed, const Attempt& attempt,
                                const verifier::Statement& statement);

}  // namespace tacit::api
