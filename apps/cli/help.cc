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
ledger        NAME.ledger: the secret seed behind the commitment and a count of the proofs made with it. Each proof opens
              a few rows of the commitment, and only so many may ever be opened. Never copy it, never back it up, never
              use it from two places: a copy would count the same rows twice.
epoch         The life of one commitment: from `compile` until its ledger is spent.
registration  A proof inside the public file that every weight is in its declared range, made once by `compile`.
admission     What a verifier does with a public file before it believes it: checks the constraint system and the
              registration. `verify` does it each time and reports its time apart.
verdict       Exit code 0: valid. 1: refused, with a named reason (kWrongContext, kMerklePath, …). Other codes are not
              verdicts: 2 usage, 3 unsupported or bad model or input, 4 environment (files, memory, locks).
)";

const char* const kCompileExamples = R"(Examples:
  tacit compile lenet.onnx --calibrate samples.npz
  tacit compile lenet.onnx --calibrate samples.npz -o build/lenet --profile 128
  tacit compile bert.onnx --dim sequence=64 --force --json
)";

const char* const kProveExamples = R"(Examples:
  tacit prove lenet.tacit --input digit.npy -o digit.receipt
  tacit prove lenet.tacit --input digit.npy --context patient=7781 --context nonce=5e2c -o digit.receipt
  tacit prove lenet.tacit --input batch.npz --public-input --memory 4G -o batch.receipt --json
)";

const char* const kVerifyExamples = R"(Examples:
  tacit verify digit.receipt --model lenet.pub
  tacit verify digit.receipt --model lenet.pub --context patient=7781 --not-before 2026-11-01
  tacit verify batch.receipt --model lenet.pub --input batch.npz --explain --json
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
