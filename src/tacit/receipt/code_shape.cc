#include "tacit/receipt/code_shape.h"

#include <algorithm>

#include "tacit/statement/archive.h"

namespace tacit::receipt {

void write(Writer& out, const CodeShape& shape) { statement::Saver{out}(shape); }
Result<CodeShape> parse_code_shape(Reader& in) { return statement::load<CodeShape>(in); }

Status check_code(const char* what, statement::OracleId oracle, const CodeShape& shape,
                  const verifier::Parameters& parameters) {
  for (const verifier::Stack& stack : parameters.stacks) {
    const auto at = std::find(stack.oracles.begin(), stack.oracles.end(), oracle);
    if (at == stack.oracles.end()) continue;
    const auto position = static_cast<size_t>(at - stack.oracles.begin());
    if (position < stack.log_blinding.size() && stack.log_blinding[position] == shape.log_blinding &&
        stack.stack_log_blinding() == shape.log_blinding && stack.log_rows == shape.log_rows &&
        stack.log_domain == shape.log_domain)
      return {};
  }
  return fail(Code::kBadParameters, what, oracle,
              std::string("the ") + what + " are not opened as they were committed");
}

}  // namespace tacit::receipt
