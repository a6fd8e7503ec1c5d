// The closed registry of transcript labels: what is absorbed or drawn, by name. The name, not the number, is
// hashed, so lines may be added anywhere; a name never changes within a protocol version.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tacit::transcript {

// X(constant, name of at most 18 bytes)
#define TACIT_TRANSCRIPT_LABELS(X)          \
  X(kProtocol, "protocol")                  \
  X(kSystemDigest, "system_digest")         \
  X(kPublicValues, "public_values")         \
  X(kContext, "context")                    \
  X(kRoot, "root")                          \
  X(kStatementDigest, "statement_digest")   \
  X(kChain, "chain")                        \
  X(kGamma, "gamma")                        \
  X(kAlpha, "alpha")                        \
  X(kRootDenominator, "root_denominator")   \
  X(kGkrRound, "gkr_round")                 \
  X(kGkrEvaluations, "gkr_evaluations")     \
  X(kTheta, "theta")                        \
  X(kGkrPoint, "gkr_point")                 \
  X(kRho, "rho")                            \
  X(kAccumulator, "accumulator")            \
  X(kLambda, "lambda")                      \
  X(kContractionRound, "contraction_round") \
  X(kContractionPoint, "contraction_point") \
  X(kOperand, "operand")                    \
  X(kEta, "eta")                            \
  X(kClaimRound, "claim_round")             \
  X(kClaimPoint, "claim_point")             \
  X(kCellValue, "cell_value")               \
  X(kFoldFunctional, "fold_functional")     \
  X(kMaskFunctional, "mask_functional")     \
  X(kMu, "mu")                              \
  X(kBeta, "beta")                          \
  X(kFoldValue, "fold_value")               \
  X(kChi, "chi")                            \
  X(kProductRound, "product_round")         \
  X(kProductPoint, "product_point")         \
  X(kProductEnd, "product_end")             \
  X(kVeilBatch, "veil_batch")               \
  X(kMaskedPads, "masked_pads")             \
  X(kPadBeta, "pad_beta")                   \
  X(kLevelRoot, "level_root")               \
  X(kOutOfDomainPoint, "ood_point")         \
  X(kOutOfDomainValue, "ood_value")         \
  X(kGrinding, "grinding")                  \
  X(kQueryPositions, "query_positions")     \
  X(kRowBatch, "row_batch")                 \
  X(kLevelRound, "level_round")             \
  X(kLevelPoint, "level_point")             \
  X(kLastVector, "last_vector")

enum class Label : uint8_t {
#define TACIT_LABEL(constant, name) constant,
  TACIT_TRANSCRIPT_LABELS(TACIT_LABEL)
#undef TACIT_LABEL
};

inline constexpr std::array kLabelNames = {
#define TACIT_LABEL(constant, name) std::string_view(name),
    TACIT_TRANSCRIPT_LABELS(TACIT_LABEL)
#undef TACIT_LABEL
};

constexpr std::string_view label_name(Label label) { return kLabelNames[static_cast<size_t>(label)]; }

// A proof of work hashes the name in a field of 24 bytes behind a prefix of 6 (grind.h); equal names would
// make two labels one.
static_assert([] {
  for (size_t i = 0; i < kLabelNames.size(); ++i) {
    if (kLabelNames[i].empty() || kLabelNames[i].size() > 18) return false;
    for (size_t j = 0; j < i; ++j)
      if (kLabelNames[i] == kLabelNames[j]) return false;
  }
  return kLabelNames.size() <= 256;
}());

}  // namespace tacit::transcript
