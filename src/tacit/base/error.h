// Errors: one closed list of reasons, shared by every module, the command line, JSON and every language binding.
//
// Reference: docs/spec/ (error codes). Each code is a verdict with a name that a person can search for; `place` says
// where (a protocol step, a node, a file) and `index` which one.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace tacit {

// X(name, what it means for a person)
#define TACIT_ERROR_CODES(X)                                                        \
  X(kTruncated, "the data ends too early")                                          \
  X(kTrailingBytes, "there is data after the end")                                  \
  X(kNonCanonical, "a number is not in its canonical form")                         \
  X(kBadMagic, "this is not a file of the expected kind")                           \
  X(kBadVersion, "the file was written by an unsupported version")                  \
  X(kBadChecksum, "the file is damaged")                                            \
  X(kTooLarge, "a size exceeds its limit")                                          \
  X(kBadStatement, "the constraint system is malformed")                            \
  X(kMayWrap, "an integer relation could wrap around the field")                    \
  X(kBadInterval, "a value has no range proof that covers its use")                 \
  X(kOverlap, "two tensors share storage")                                          \
  X(kBadParameters, "the parameters are malformed")                                 \
  X(kInsecureParameters, "an error term exceeds the security profile")              \
  X(kWrongModel, "the receipt belongs to another model")                            \
  X(kWrongEpoch, "this is not an epoch that the public file lists or goes on with") \
  X(kStaleEpoch, "the receipt belongs to an epoch older than the one asked for")    \
  X(kWrongContext, "the receipt is bound to another context")                       \
  X(kWrongInput, "the receipt was made for another input")                          \
  X(kWrongData, "the receipt was made for other data")                              \
  X(kWrongStatement, "the receipt states something else than was asked for")        \
  X(kUnregistered, "the model's weights are not proven to be in range")             \
  X(kLinearCheck, "a linear relation between committed values does not hold")       \
  X(kMerklePath, "an opened row does not belong to its commitment")                 \
  X(kRowCheck, "an opened row does not match the folded word")                      \
  X(kFinalCheck, "the last vector does not satisfy the remaining constraints")      \
  X(kGrinding, "a proof of work is missing")                                        \
  X(kBudgetSpent, "this epoch has no proofs left")                                  \
  X(kBadLedger, "the ledger is damaged or belongs to another model")                \
  X(kLocked, "another process holds the file")                                      \
  X(kUnsupported, "the model uses something that is not supported")                 \
  X(kBadModel, "the model file is malformed")                                       \
  X(kBadInput, "the input does not fit the model")                                  \
  X(kConstraintViolated, "the witness violates a constraint")                       \
  X(kUnlucky, "the challenges hit a pole; try again")                               \
  X(kExists, "the file exists already")                                             \
  X(kIo, "the file could not be read or written")                                   \
  X(kEnvironment, "the machine refuses something that is needed")                   \
  X(kUsage, "the command was used in a wrong way")

enum class Code : uint8_t {
#define TACIT_CODE(name, text) name,
  TACIT_ERROR_CODES(TACIT_CODE)
#undef TACIT_CODE
};

// The name of a code as it appears everywhere ("kMerklePath") and one sentence about it.
const char* code_name(Code code);
const char* code_text(Code code);

struct Error {
  Code code;
  std::string place;   // protocol step, node, file or field
  uint64_t index = 0;  // which one, where there are several
  std::string hint;    // what a person can do about it; may be empty

  // "kMerklePath at level 1 [17]: an opened row does not belong to its commitment. <hint>"
  std::string message() const;
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = tl::expected<void, Error>;

inline tl::unexpected<Error> fail(Code code, std::string place, uint64_t index = 0, std::string hint = {}) {
  return tl::unexpected<Error>(Error{code, std::move(place), index, std::move(hint)});
}

}  // namespace tacit

// Evaluates an expression that returns a Status or Result and passes its error on.
#define TACIT_TRY(expression)                                                    \
  do {                                                                           \
    auto&& tacit_status = (expression);                                          \
    if (!tacit_status) return ::tl::unexpected(std::move(tacit_status.error())); \
  } while (false)

// TACIT_ASSIGN(auto x, f()): x takes the value of f(), or its error is passed on.
#define TACIT_CONCAT_(a, b) a##b
#define TACIT_CONCAT(a, b) TACIT_CONCAT_(a, b)
#define TACIT_ASSIGN(target, expression)                                               \
  auto TACIT_CONCAT(tacit_result_, __LINE__) = (expression);                           \
  if (!TACIT_CONCAT(tacit_result_, __LINE__))                                          \
    return ::tl::unexpected(std::move(TACIT_CONCAT(tacit_result_, __LINE__).error())); \
  target = std::move(*TACIT_CONCAT(tacit_result_, __LINE__))
