#include "tacit/api/keys.h"

#include "tacit/base/os_random.h"
#include "tacit/hash/blake3.h"

namespace tacit::api {

Result<hash::Seed> attempt_seed(const hash::Seed& attempts_seed, const Attempt& attempt,
                                const verifier::Statement& statement) {
  TACIT_ASSIGN(const auto fresh, os_random_32());
  const hash::Seed entropy(fresh);
  Writer out;
  out.u64(attempt.serial);
  out.u32(attempt.number);
  out.u32(attempt.epoch);
  out.raw(attempt.inputs.bytes);
  out.raw(verifier::statement_digest(statement).bytes);
  hash::Blake3 hasher = hash::Blake3::derive_key("tacit v1 attempt seed");
  hasher.update(entropy.expose()).update(attempts_seed.expose()).update(out.bytes());
  const hash::Seed seed(hasher.finalize().bytes);
  hasher.wipe();
  return seed;
}

}  // namespace tacit::api
