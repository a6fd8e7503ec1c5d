// The code of a commitment that outlives a proof: it stays the same in every proof that opens it.
#pragma once

#include <cstdint>

#include "tacit/statement/system.h"
#include "tacit/verifier/parameters.h"

namespace tacit::receipt {

// Message rows, blinding rows and points of the domain, as logarithms.
struct CodeShape {
  uint8_t log_rows = 0;
  uint8_t log_blinding = 0;
  uint8_t log_domain = 0;
  bool operator==(const CodeShape&) const = default;
};

void write(Writer& out, const CodeShape& shape);
// Errors: kTruncated.
Result<CodeShape> parse_code_shape(Reader& in);
// For statement/archive.h.
template <class A>
void describe(A& ar, CodeShape& v) {
  ar(v.log_rows), ar(v.log_blinding), ar(v.log_domain);
}

// Do the parameters open an oracle as it was committed? Its stack must have the commitment's rows, domain and degree:
// then the word that decodes its root is the same one in every proof (the decoding radius depends on the degree bound of
// the whole stack). Errors: kBadParameters (`what`).
Status check_code(const char* what, statement::OracleId oracle, const CodeShape& shape,
                  const verifier::Parameters& parameters);

}  // namespace tacit::receipt
