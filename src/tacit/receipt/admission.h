// Admission: is this public file one whose receipts mean what they say? Then receipts can be checked against it.
//
// Admission re-runs, on the public file alone: the well-formedness, interval, no-wrap and overlap checks of the system;
// the checks of the ports; the registration proof under the root of epoch 0; the chain of epochs. It costs about as much
// as one receipt; an Admitted serves for any number of receipts of the file, from any thread.
#pragma once

#include <string>

#include "tacit/receipt/data_file.h"
#include "tacit/receipt/public_file.h"
#include "tacit/receipt/receipt.h"

namespace tacit::receipt {

class Admitted {
 public:
  const PublicFile& file() const { return file_; }
  const hash::Digest& model_id() const { return model_id_; }
  // The epoch with this number, or nullptr.
  const Epoch* epoch(uint32_t number) const;

 private:
  friend Result<Admitted> admit(PublicFile file);
  PublicFile file_;
  hash::Digest model_id_;
};

// Errors: those of statement::check and verifier::verify; kBadStatement (ports, weights), kBadInterval (a weight without
// a provable range), kTooLarge (a system that would take a verifier too long), kBadParameters, kInsecureParameters,
// kWrongEpoch (epochs out of order), kUnregistered (a registration or a handover is missing).
Result<Admitted> admit(PublicFile file);

// The system of one proof, not placed: the template with its public ports stated and the data of its committed ports,
// for so many samples. Errors: those of statement::with_data, kTooLarge.
Result<statement::System> unplaced_instance(const PublicModel& model, const statement::Visibility& visibility,
                                            uint32_t samples, std::span<const statement::DataRows> data = {});

// The same placed for the parameters' stacks and checked. Both sides derive it.
// Errors: those of unplaced_instance and statement::check, kBadParameters, kTooLarge.
Result<statement::System> instance(const PublicModel& model, const statement::Visibility& visibility, uint32_t samples,
                                   const verifier::Parameters& parameters,
                                   std::span<const statement::DataRows> data = {});

// What whoever asks for a verdict knows beforehand. Whatever is absent is not asked for.
struct Expectations {
  std::vector<ContextPair> context;                         // pairs that the receipt must hold; it may hold more
  std::optional<std::vector<std::vector<int64_t>>> inputs;  // the integers of every input, [samples, shape…]
  std::vector<PublicData> data;                             // some committed port must use the data with its id
  uint32_t min_epoch = 0;
  std::optional<int64_t> not_before, not_after;  // seconds since 1970, against the receipt's time
};

struct Verdict {
  verifier::ErrorLedger terms;
  // Whole bits of provable security of the weakest step.
  int security_bits() const { return static_cast<int>(terms.weakest_millibits() / 1000); }
};

// Is the receipt valid, and is it the one asked for? Errors: kWrongModel, kWrongEpoch, kStaleEpoch, kWrongContext,
// kWrongInput, kWrongData, kWrongStatement, kBadParameters, kInsecureParameters, and the codes of verifier::verify, with the step of
// the protocol as place. Cost: that of verifier::verify.
Result<Verdict> verify_receipt(const Admitted& model, const Receipt& receipt, const Expectations& expected);

}  // namespace tacit::receipt
