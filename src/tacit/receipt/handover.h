// Handover: the input-free proof that the weights under the root of an epoch are those under the root of the one before.
//
// Its system follows from the model's template and looks at both commitments at once:
//
//   oracle 0   the weights under the older root      oracle 1   the same tensors, in the same places, under the newer
//   older − newer = 0                                an identity over every tensor of weights
//
// An identity of committed cells over F: what registration has shown of the weights of epoch 0 holds for every epoch of
// a chain of handovers. The statement's context names the model and both epochs, its fixed roots are theirs.
#pragma once

#include "tacit/receipt/public_file.h"
#include "tacit/verifier/verify.h"

namespace tacit::receipt {

// The weights of the newer epoch in the system of a handover; those of the older one are kWeightOracle.
inline constexpr statement::OracleId kNewerWeights = 1;

// Not placed. Its tensors come in pairs, older and newer, in the order of the model's weights; there are none when the
// model has no weights: then there is nothing to prove.
statement::System handover_system(const PublicModel& model);

// What the handover to epoch `number` is about. The system and the parameters outlive it.
// Requires epochs `number` − 1 and `number` in the file.
verifier::Statement handover_statement(const PublicFile& file, uint32_t number, const statement::System& placed,
                                       const verifier::Parameters& parameters);

// Does the proof that comes with epoch `number` show that its weights are those of the epoch before?
// Requires epochs `number` − 1 and `number` in the file, and a template that admission has checked. Errors:
// kUnregistered (no proof, or one where nothing is to be proven), kBadParameters, kInsecureParameters, and the codes of
// verifier::verify.
Status verify_handover(const PublicFile& file, uint32_t number);

}  // namespace tacit::receipt
