#include "apps/cli/help.h"

namespace tacit::cli {

const char* const kConcepts = R"(Concepts

model         A float ONNX model becomes an integer model: fixed-point weights and activations, rounding and
              saturation by one rule. Proofs are about the integer model; `compile` says how close it is.
              NAME.tacit holds it. Private.
public file   NAME.pub: the architecture with its shapes, scales as powers of two, and a commitment to the weights.
              All that a verifier needs. The model id names it: equal ids mean equal models and weights.
receipt       What `prove` makes: a statement (model id, outputs, perhaps inputs, context, time) and the proof that the
              committed model gave these outputs. It says nothing else about weights or hidden inputs.
context       KEY=VALUE pairs that a receipt is bound to: a case number, an audience, a nonce. A receipt for one context
              is refused for another.
data          Samples can be committed once and used by many proofs (`commit-data`, `prove --data`): a receipt then says that
              its input is certain rows of the data with an id. NAME.data and NAME.data.ledger are private and go
              together, NAME.data.pub is public. Receipts with one data id are about the same data: everybody sees that.
ledger        NAME.ledger: the secret seed behind the commitment and a count of the proofs made with it. Each proof opens
              a few rows of the commitment, and only so many may ever be opened. Never copy it, never back it up, never
              use it from two places: a copy would count the same rows twice.
epoch         The life of one commitment: from `compile`, or from the epoch before, until its ledger is spent. When nine
              tenths of an epoch's proofs are made, `prove` begins the next one by itself; `tacit epoch` does it by hand.
              The weights, the model id and older receipts stay; NAME.pub gets a new root and a proof that the weights
              are the same. Verifiers need the newest NAME.pub for receipts of the newest epoch.
registration  A proof inside the public file that every weight is in its declared range, made once by `compile`.
admission     What a verifier does with a public file before it believes it: checks the constraint system, the
              registration and the chain of epochs. `verify` does it each time and reports its time apart.
verdict       Exit code 0: valid. 1: refused, with a named reason (kWrongContext, kMerklePath, …). Other codes are not
              verdicts: 2 usage, 3 unsupported or bad model or input, 4 environment (files, memory, locks).
)";

const char* const kCompileExamples = R"(Examples:
  tacit compile lenet.onnx --calibrate samples.npz
  tacit compile lenet.onnx --calibrate samples.npz -o build/lenet --profile 128
  tacit compile triage.onnx --calibrate samples.npz --argmax --force --json
)";

const char* const kCommitDataExamples = R"(Examples:
  tacit commit-data patients.npy --model triage.pub
  tacit commit-data patients.npy --model triage.pub --input-name vitals -o cohort --proofs 1000
  tacit commit-data loans.npz -o loans --profile 128 --json
)";

const char* const kProveExamples = R"(Examples:
  tacit prove lenet.tacit --input digit.npy -o digit.receipt
  tacit prove lenet.tacit --input digit.npy --context patient=7781 --context nonce=5e2c -o digit.receipt
  tacit prove lenet.tacit --data digits.data --rows 0:64 --private-output=scores --memory 4G -o batch.receipt --json
)";

const char* const kVerifyExamples = R"(Examples:
  tacit verify digit.receipt --model lenet.pub
  tacit verify digit.receipt --model lenet.pub --context patient=7781 --not-before 2026-11-01
  tacit verify batch.receipt --model lenet.pub --input batch.npz --explain --json
)";

const char* const kEpochExamples = R"(Examples:
  tacit epoch lenet.tacit
  tacit epoch lenet.tacit --json
  tacit epoch lenet.tacit --ledger /var/lib/tacit/lenet.ledger
)";

const char* const kRunExamples = R"(Examples:
  tacit run lenet.tacit --input digit.npy
  tacit run lenet.tacit --input batch.npz --json
  tacit run two_inputs.tacit --input a.npy --input b.npy
)";

const char* const kInspectExamples = R"(Examples:
  tacit inspect lenet.pub
  tacit inspect digit.receipt --json
  tacit inspect lenet.pub --against lenet.onnx --calibrate samples.npz
)";

const char* const kEstimateExamples = R"(Examples:
  tacit estimate lenet.onnx
  tacit estimate lenet.onnx --profile 128 --json
  tacit estimate bert.onnx --dim sequence=128
)";

}  // namespace tacit::cli
