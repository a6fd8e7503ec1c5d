// Values of the proof system as JSON: field elements, digests and byte strings in lower-case hexadecimal of
// their canonical bytes, everything else as numbers and lists.
#pragma once

#include <nlohmann/json.hpp>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "tacit/base/bytes.h"
#include "tacit/field/fields.h"
#include "tacit/field/serialize.h"
#include "tacit/field/uniform.h"
#include "tacit/hash/digest.h"
#include "tacit/statement/system.h"
#include "tacit/verifier/functional.h"
#include "tacit/verifier/parameters.h"
#include "tacit/verifier/veil.h"

namespace tacit::vectors {

using Json = nlohmann::ordered_json;
using F = field::Goldilocks;
using E2 = field::Goldilocks2;
using E3 = field::Goldilocks3;

std::string hex(ByteView bytes);
using hash::hex;
// Requires hexadecimal text.
Bytes from_hex(std::string_view text);

template <class T>
std::string element(const T& x) {
  Writer out;
  field::write(out, x);
  return hex(out.bytes());
}
template <class T>
Json elements(std::span<const T> values) {
  Json out = Json::array();
  for (const T& x : values) out.push_back(element(x));
  return out;
}
template <class T>
Json elements(const std::vector<T>& values) {
  return elements(std::span<const T>(values));
}
Json digests(std::span<const hash::Digest> values);

// Systems and parameters, field by field under the names of the specification.
Json to_json(const statement::Space& space);
Json to_json(const statement::System& system);
Json to_json(const verifier::Parameters& parameters);
Bytes encode(const statement::System& system);
Bytes encode(const verifier::Parameters& parameters);

template <class E>
Json to_json(const verifier::Weight<E>& weight) {
  Json axes = Json::array();
  for (const auto& axis : weight.axes) axes.push_back({{"begin", axis.begin}, {"values", elements(axis.values)}});
  return {{"factor", element(weight.factor)}, {"axes", axes}};
}
template <class E>
Json to_json(const verifier::Expansion<E>& parts) {
  auto list = [](const std::vector<verifier::Functional<E>>& functionals) {
    Json out = Json::array();
    for (const auto& f : functionals) out.push_back({{"id", f.id}, {"weight", to_json(f.weight)}});
    return out;
  };
  return {{"tensors", list(parts.tensors)},
          {"accumulators", list(parts.accumulators)},
          {"publics", list(parts.publics)},
          {"constant", element(parts.constant)}};
}

// The source of inputs: mt19937_64, which is the same everywhere.
class Random {
 public:
  explicit Random(uint64_t seed) : words_(seed) {}
  uint64_t word() { return words_(); }
  template <class T>
  T next() {
    return field::sample<T>([&] { return words_(); });
  }
  template <class T>
  std::vector<T> list(size_t n) {
    std::vector<T> out(n);
    for (T& x : out) x = next<T>();
    return out;
  }

 private:
  std::mt19937_64 words_;
};

}  // namespace tacit::vectors
