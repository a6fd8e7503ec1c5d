// Texts of help that the argument parser doesn't make.
#pragma once

namespace tacit::cli {

// One page on model, public file, ledger, epoch, receipt and admission.
extern const char* const kConcepts;

// Three examples for each command.
extern const char* const kCompileExamples;
extern const char* const kCommitDataExamples;
extern const char* const kProveExamples;
extern const char* const kVerifyExamples;
extern const char* const kEpochExamples;
extern const char* const kRunExamples;
extern const char* const kInspectExamples;
extern const char* const kEstimateExamples;

}  // namespace tacit::cli
