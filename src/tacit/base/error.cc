#include "tacit/base/error.h"

namespace tacit {

const char* code_name(Code code) {
  switch (code) {
#define TACIT_CODE(name, text) \
  case Code::name:             \
    return #name;
    TACIT_ERROR_CODES(TACIT_CODE)
#undef TACIT_CODE
  }
  return "kUnknown";
}

const char* code_text(Code code) {
  switch (code) {
#define TACIT_CODE(name, text) \
  case Code::name:             \
    return text;
    TACIT_ERROR_CODES(TACIT_CODE)
#undef TACIT_CODE
  }
  return "unknown";
}

std::string Error::message() const {
  std::string text = code_name(code);
  text += " at " + place;
  if (index != 0) text += " [" + std::to_string(index) + "]";
  text += std::string(": ") + code_text(code);
  if (!hint.empty()) text += ". " + hint;
  return text;
}

}  // namespace tacit
