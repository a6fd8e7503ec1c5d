// Fields, hashes, transcript, polynomials.
#include "tacit/hash/blake3.h"
#include "tacit/merkle/leaf.h"
#include "tacit/merkle/multiproof.h"
#include "tacit/merkle/tree.h"
#include "tacit/poly/eq.h"
#include "tacit/poly/horner.h"
#include "tacit/poly/multilinear.h"
#include "tacit/poly/ntt.h"
#include "tacit/verifier/coins.h"
#include "vectors/vectors.h"

namespace tacit::vectors {

namespace {

// The byte pattern of BLAKE3's own vectors.
Bytes pattern(size_t n) {
  Bytes out(n);
  for (size_t i = 0; i < n; ++i) out[i] = static_cast<uint8_t>(i % 251);
  return out;
}

template <class T>
Json arithmetic(const char* name, const T& a, const T& b) {
  return {{"field", name},
          {"a", element(a)},
          {"b", element(b)},
          {"sum", element(a + b)},
          {"difference", element(a - b)},
          {"product", element(a * b)},
          {"inverse_of_a", element(a.inverse())},
          {"a_to_the_1000003", element(a.pow(1000003))}};
}

template <class T>
void arithmetic_cases(const char* name, uint64_t seed, Json& out) {
  Random random(seed);
  T edge = T::zero() - T::one();
  for (int i = 0; i < T::kDegree; ++i) edge[i] = F::zero() - F::one();
  out.push_back(arithmetic<T>(name, T::zero(), edge));
  out.push_back(arithmetic<T>(name, edge, edge));
  for (int i = 0; i < 6; ++i) {
    const T a = random.next<T>();
    out.push_back(arithmetic<T>(name, a, random.next<T>()));
  }
}

template <class T>
Json sampling(const char* name, std::vector<uint64_t> words) {
  size_t used = 0;
  const T x = field::sample<T>([&] { return words[used++]; });
  Writer raw;
  for (uint64_t w : words) raw.u64(w);
  return {{"field", name}, {"words", hex(raw.bytes())}, {"element", element(x)}, {"words_used", used}};
}

}  // namespace

Json field_vectors() {
  Json out;
  out["arithmetic"] = Json::array();
  arithmetic_cases<F>("F", 1, out["arithmetic"]);
  arithmetic_cases<E2>("k100", 2, out["arithmetic"]);
  arithmetic_cases<E3>("k128", 3, out["arithmetic"]);
  Json roots = Json::array(), points = Json::array(), integers = Json::array();
  for (int k = 0; k <= 32; ++k) roots.push_back(element(F::root_of_unity(k)));
  for (uint64_t j = 0; j < 16; ++j) points.push_back(element(poly::domain_point<F>(4, j)));
  for (int64_t v : {int64_t{0}, int64_t{1}, int64_t{-1}, INT64_MAX, INT64_MIN})
    integers.push_back({{"integer", v}, {"element", element(F::from_i64(v))}});
  out["roots_of_unity"] = roots;
  out["domain_of_16"] = points;
  out["integers"] = integers;
  const uint64_t p = F::kModulus;
  out["sampling"] = {sampling<F>("F", {p, ~uint64_t{0}, p - 1, 5}), sampling<E2>("k100", {7, p + 1, p, 8, 9}),
                     sampling<E3>("k128", {p, 1, 2, p + 9, 3, 4})};
  return out;
}

Json hash_vectors() {
  Json out;
  out["blake3_of_bytes_i_mod_251"] = Json::array();
  for (size_t n : {0, 1, 63, 64, 65, 127, 1023, 1024, 1025, 2048, 2049, 3073, 8192, 8193})
    out["blake3_of_bytes_i_mod_251"].push_back({{"length", n}, {"digest", hex(hash::blake3(pattern(n)))}});
  Random random(4);
  out["leaves"] = Json::array();
  for (size_t n : {1, 7, 8, 9, 130}) {
    merkle::Salt salt{};
    if (n != 7)
      for (uint8_t& byte : salt) byte = static_cast<uint8_t>(random.word());
    std::vector<uint64_t> words;
    const std::vector<F> row = random.list<F>(n);
    for (const F& x : row) words.push_back(x.value());
    const merkle::LeafAddress address{(uint64_t{3} << 32) + n, n * n};
    out["leaves"].push_back({{"tree", address.tree},
                             {"row", address.row},
                             {"salt", hex(salt)},
                             {"words", elements(row)},
                             {"digest", hex(merkle::leaf_digest(address, salt, words))}});
  }
  std::vector<hash::Digest> leaves;
  for (uint8_t i = 0; i < 16; ++i) leaves.push_back(hash::blake3(Bytes{i}));
  const merkle::Tree tree(leaves), single(std::vector<hash::Digest>{leaves[5]});
  out["tree"] = {{"leaves", digests(leaves)}, {"root", hex(tree.root())}, {"root_of_leaf_5_alone", hex(single.root())}};
  out["openings"] = Json::array();
  for (const std::vector<uint64_t>& positions :
       {std::vector<uint64_t>{0}, {3, 11}, {1, 2, 5, 9, 10, 15}, {0, 1, 2, 3, 4, 5, 6, 7}})
    out["openings"].push_back({{"positions", positions}, {"siblings", digests(tree.open(positions))}});
  return out;
}

Json transcript_vectors() {
  using transcript::Label;
  transcript::Transcript t("tacit test vectors");
  Json script = Json::array();
  auto step = [&](Json item) {
    item["state_after"] = hex(t.state());
    script.push_back(std::move(item));
  };
  auto absorb = [&](Label label, Bytes data) {
    t.absorb(label, data);
    step({{"operation", "absorb"}, {"label", label_name(label)}, {"data", hex(data)}});
  };
  auto challenge = [&](Label label, size_t n) {
    auto stream = t.challenge(label);
    Writer words;
    for (size_t i = 0; i < n; ++i) words.u64(stream.next_word());
    step({{"operation", "challenge"}, {"label", label_name(label)}, {"words", hex(words.bytes())}});
  };
  step({{"operation", "start"}, {"protocol", "tacit test vectors"}});
  absorb(Label::kContext, {});
  absorb(Label::kRoot, pattern(32));
  challenge(Label::kGamma, 1);
  challenge(Label::kGamma, 17);
  absorb(Label::kLastVector, pattern(1500));
  t.chain(3);
  step({{"operation", "chain"}, {"steps", 3}});
  challenge(Label::kContractionRound, 8);

  Json work = Json::array(), positions = Json::array(), draws = Json::array();
  for (auto [label, bits] :
       {std::pair{Label::kAlpha, 1u}, {Label::kQueryPositions, 8u}, {Label::kContractionPoint, 12u}})
    work.push_back(
        {{"label", label_name(label)}, {"bits", bits}, {"nonce", transcript::grind(t.state(), label, bits)}});
  Json out{{"script", script}, {"work_at_the_last_state", work}};
  for (auto [log_n, count] : {std::pair{3, 8u}, {5, 7u}, {20, 6u}}) {
    verifier::FiatShamirCoins coins("tacit test vectors");
    positions.push_back({{"log_domain", log_n},
                         {"count", count},
                         {"positions", verifier::draw_positions(coins, Label::kQueryPositions, log_n, count)}});
  }
  verifier::FiatShamirCoins coins("tacit test vectors");
  draws.push_back({{"field", "k100"}, {"label", "rho"}, {"element", element(verifier::draw<E2>(coins, Label::kRho))}});
  draws.push_back({{"field", "k128"}, {"label", "rho"}, {"element", element(verifier::draw<E3>(coins, Label::kRho))}});
  out["positions_after_start"] = positions;
  out["successive_draws_after_start"] = draws;
  return out;
}

namespace {

template <class E>
Json poly_cases(const char* name) {
  Random random(5);
  const std::vector<E> point = random.list<E>(3), other = random.list<E>(3), values = random.list<E>(7);
  const F x = random.next<F>();
  const std::span<const E> r(point), r2(other);
  E powers = E::one();  // Π_t (1 − r_t + r_t x^(2^t))
  F power = x;
  for (const E& c : point) {
    powers *= E::one() - c + c * power;
    power *= power;
  }
  return {{"field", name},
          {"point", elements(point)},
          {"other", elements(other)},
          {"eq_table_of_point", elements(poly::eq_table<E>(r))},
          {"eq_point_other", element(poly::eq<E>(r, r2))},
          {"values", elements(values)},
          {"extension_of_values_at_point", element(poly::evaluate<E, E>(values, r))},
          {"extension_of_index_at_point", element(poly::identity_mle<E>(r))},
          {"x", element(x)},
          {"extension_of_powers_of_x_at_point", element(powers)}};
}

}  // namespace

Json poly_vectors() {
  Random random(6);
  Json out;
  out["multilinear"] = {poly_cases<E2>("k100"), poly_cases<E3>("k128")};
  out["codes"] = Json::array();
  for (auto [n, log_n] : {std::pair{1, 0}, {3, 2}, {6, 4}, {16, 4}}) {
    const std::vector<F> coefficients = random.list<F>(static_cast<size_t>(n));
    out["codes"].push_back({{"coefficients", elements(coefficients)},
                            {"log_domain", log_n},
                            {"word", elements(poly::evaluate_bitrev<F>(coefficients, log_n))}});
  }
  return out;
}

}  // namespace tacit::vectors
