// The tamper manifest: every field of a proof × every mutation → the expected rejection.
//
// `verify` records the fields that it reads; together they tile the proof. Each is mutated element by element
// (a scalar, a word of a row, a digest, a nonce) under three kinds of coins:
//
//   transcript            the next check that depends on challenges fails: an opened row is at another place
//   transcript and work   the next proof of work is missing
//   predictable           challenges stay, so that only algebra and hashes are left: nothing is bound by luck
//
// A field's name gets a suffix where its place in the proof decides which check comes next.

#include <cstring>
#include <optional>
#include <set>

#include "sample.h"

namespace tacit::soundness {
namespace {

using verifier::Field;

enum Mutation { kAddOne, kFlip, kSwap, kZero, kNonCanonical, kTruncate, kDuplicate, kTransplant, kMutations };
constexpr const char* kMutationNames[] = {"add one",       "flip",     "swap",      "zero",
                                          "non-canonical", "truncate", "duplicate", "transplant"};
enum Mode { kTranscript, kWork, kPredictable, kModes };
constexpr const char* kModeNames[] = {"transcript", "transcript and work", "predictable"};

enum class Kind { kScalar, kWord, kDigest, kNonce };

constexpr Code kNone = Code::kUsage;  // the mutation makes no sense for the field
constexpr Code M = Code::kMerklePath, F = Code::kFinalCheck, R = Code::kRowCheck, G = Code::kGrinding,
               N = Code::kNonCanonical, T = Code::kTruncated, X = Code::kTrailingBytes, O = kNone;

struct Row {
  const char* name;
  Kind kind;
  // By mutation, in the order of the enumeration.
  std::array<Code, kMutations> expected[kModes];
};

// Scalars before the last opening of rows but one, and after it; what a root binds; nonces, when there is
// work.
#define EARLY_SCALAR                                                               \
  {                                                                                \
    {M, M, M, M, N, T, M, M}, {G, G, G, G, N, T, G, G}, { F, F, F, F, N, T, M, F } \
  }
#define LATE_SCALAR(work)                                                                            \
  {                                                                                                  \
    {F, F, F, F, N, T, F, F}, {work, work, work, work, N, T, work, work}, { F, F, F, F, N, T, F, F } \
  }
#define ROOT                                                                       \
  {                                                                                \
    {M, M, M, M, O, T, M, M}, {G, G, G, G, O, T, G, G}, { M, M, M, M, O, T, M, M } \
  }
#define HINT(non_canonical, d0, d1, d2)                                             \
  {                                                                                 \
    {M, M, M, M, non_canonical, T, d0, M}, {M, M, M, M, non_canonical, T, d1, M}, { \
      M, M, M, M, non_canonical, T, d2, M                                           \
    }                                                                               \
  }
#define NONCE(duplicate)                     \
  {                                          \
    {}, {G, G, G, G, O, T, duplicate, G}, {} \
  }

const Row kManifest[] = {
    {"root", Kind::kDigest, ROOT},
    {"root_denominator", Kind::kScalar, EARLY_SCALAR},
    {"gkr_round", Kind::kScalar, EARLY_SCALAR},
    {"gkr_evaluations", Kind::kScalar, EARLY_SCALAR},
    {"accumulator", Kind::kScalar, EARLY_SCALAR},
    {"contraction_round", Kind::kScalar, EARLY_SCALAR},
    {"operand", Kind::kScalar, EARLY_SCALAR},
    {"claim_round", Kind::kScalar, EARLY_SCALAR},
    {"cell_value", Kind::kScalar, EARLY_SCALAR},
    {"fold_functional", Kind::kScalar, EARLY_SCALAR},
    {"mask_functional", Kind::kScalar, EARLY_SCALAR},
    {"fold_value", Kind::kScalar, EARLY_SCALAR},
    {"product_round", Kind::kScalar, EARLY_SCALAR},
    {"product_end", Kind::kScalar, EARLY_SCALAR},
    {"masked_pads", Kind::kScalar, EARLY_SCALAR},
    {"level_root", Kind::kDigest, ROOT},
    {"salt", Kind::kDigest, HINT(O, M, M, M)},
    {"row", Kind::kWord, HINT(N, M, M, M)},
    {"sibling", Kind::kDigest, HINT(O, M, M, M)},
    {"sibling, last before a level", Kind::kDigest, HINT(O, M, G, M)},
    {"sibling, last before the last level", Kind::kDigest, HINT(O, F, G, F)},
    {"sibling, last of all", Kind::kDigest, HINT(O, X, X, X)},
    {"level_round", Kind::kScalar, EARLY_SCALAR},
    {"level_round, last level", Kind::kScalar, LATE_SCALAR(G)},
    {"ood_value", Kind::kScalar, EARLY_SCALAR},
    {"last_vector", Kind::kScalar, LATE_SCALAR(F)},
    {"last_vector, its last",
     Kind::kScalar,
     {{F, F, O, F, N, T, M, F}, {F, F, O, F, N, T, G, F}, {F, F, O, F, N, T, M, F}}},
    {"alpha", Kind::kNonce, NONCE(G)},
    {"mu", Kind::kNonce, NONCE(G)},
    {"pad_beta", Kind::kNonce, NONCE(G)},
    {"level_point", Kind::kNonce, NONCE(G)},
    {"level_point, before the last vector", Kind::kNonce, NONCE(F)},
    {"query_positions", Kind::kNonce, NONCE(M)},
};

// One element of a field.
struct Element {
  std::string name;
  Kind kind;
  size_t offset, bytes;
};

template <class E>
class Tamper {
 public:
  explicit Tamper(Mode mode)
      : mode_(mode),
        instance_(make_sample(), make_parameters<E>(mode == kWork ? Work::kSome : Work::kNone)),
        other_(make_sample(2), instance_.parameters, {'o', 't', 'h', 'e', 'r'}) {
    proof_ = prove(instance_, 1, fields_);
    other_proof_ = prove(other_, 2, other_fields_);
    split();
  }

  Status verify(const Bytes& proof) const {
    if (mode_ != kPredictable) return instance_.verify(proof);
    PredictableCoins coins(9);
    return instance_.verify(proof, coins);
  }

  // The mutated proof; nothing when the mutation changes nothing or makes no sense.
  std::optional<Bytes> mutate(size_t at, Mutation mutation) const;

  const Bytes& proof() const { return proof_; }
  const std::vector<Field>& fields() const { return fields_; }
  const std::vector<Element>& elements() const { return elements_; }

 private:
  Bytes prove(const Instance<E>& instance, uint8_t seed, std::vector<Field>& fields) const {
    Bytes proof;
    Status verdict;
    if (mode_ == kPredictable) {
      PredictableCoins coins(9), same(9);
      proof = instance.prove(seed, coins);
      verdict = instance.verify(proof, same, &fields);
    } else {
      proof = instance.prove(seed);
      verdict = instance.verify(proof, &fields);
    }
    EXPECT_TRUE(verdict) << verdict.error().message();
    return proof;
  }
  void split();

  Mode mode_;
  Instance<E> instance_, other_;
  Bytes proof_, other_proof_;
  std::vector<Field> fields_, other_fields_;
  std::vector<Element> elements_;
};

const Row* row_of(std::string_view name) {
  for (const Row& row : kManifest)
    if (row.name == name) return &row;
  return nullptr;
}

// Where in the proof a field stands, as far as that decides what its mutation meets.
std::string place_of(const std::vector<Field>& fields, size_t i) {
  const std::string name = fields[i].name;
  size_t last_root = 0;
  for (size_t j = 0; j < fields.size(); ++j)
    if (std::string_view(fields[j].name) == "level_root") last_root = j;
  const std::string next = i + 1 < fields.size() ? fields[i + 1].name : "end";
  if (next == "end") return name + ", last of all";
  if (name == "level_round" && i > last_root) return name + ", last level";
  if (name == "level_point" && next == "last_vector") return name + ", before the last vector";
  if (name == "sibling" && next == "level_round")
    return name + (i > last_root ? ", last before the last level" : ", last before a level");
  return name;
}

template <class E>
void Tamper<E>::split() {
  for (size_t i = 0; i < fields_.size(); ++i) {
    const Field& field = fields_[i];
    const std::string name = place_of(fields_, i);
    const Row* row = row_of(name);
    ASSERT_NE(row, nullptr) << "the manifest lacks the field " << name;
    size_t step = field.bytes;
    if (row->kind == Kind::kScalar) step = sizeof(uint64_t) * E::kDegree;
    if (row->kind == Kind::kWord) step = sizeof(uint64_t);
    ASSERT_EQ(field.bytes % step, 0u);
    for (size_t at = 0; at < field.bytes; at += step) {
      const bool ends = name == "last_vector" && at + step == field.bytes;
      elements_.push_back({ends ? name + ", its last" : name, row->kind, field.offset + at, step});
    }
  }
}

template <class E>
std::optional<Bytes> Tamper<E>::mutate(size_t at, Mutation mutation) const {
  const Element& e = elements_[at];
  Bytes out = proof_;
  const auto begin = out.begin() + static_cast<long>(e.offset), end = begin + static_cast<long>(e.bytes);
  auto word = [&] {
    uint64_t w = 0;
    std::memcpy(&w, &*begin, 8);
    return w;
  };
  auto set_word = [&](uint64_t w) { std::memcpy(&*begin, &w, 8); };
  const bool is_number = e.kind == Kind::kScalar || e.kind == Kind::kWord;
  switch (mutation) {
    case kAddOne:
      set_word(is_number ? (field::Goldilocks(word()) + field::Goldilocks::one()).value() : word() + 1);
      break;
    case kFlip:
      begin[2] ^= 0x10;
      break;
    case kSwap: {
      size_t next = at + 1;
      while (next < elements_.size() && elements_[next].bytes != e.bytes) ++next;
      if (next == elements_.size()) return std::nullopt;
      std::swap_ranges(begin, end, out.begin() + static_cast<long>(elements_[next].offset));
      break;
    }
    case kZero:
      std::fill(begin, end, 0);
      break;
    case kNonCanonical:
      if (!is_number) return std::nullopt;
      set_word(field::Goldilocks::kModulus + word() % 1000);
      break;
    case kTruncate:
      out.resize(e.offset + e.bytes / 2);
      break;
    case kDuplicate:
      out.insert(out.begin() + static_cast<long>(e.offset), proof_.begin() + static_cast<long>(e.offset),
                 proof_.begin() + static_cast<long>(e.offset + e.bytes));
      break;
    case kTransplant: {
      // The field of the same name and rank in a proof about something else.
      size_t rank = 0, i = 0;
      for (; fields_[i].offset + fields_[i].bytes <= e.offset; ++i) {
      }
      for (size_t j = 0; j < i; ++j) rank += std::string_view(fields_[j].name) == fields_[i].name;
      for (const Field& f : other_fields_) {
        if (std::string_view(f.name) != fields_[i].name || rank-- != 0) continue;
        const auto source = other_proof_.begin() + static_cast<long>(f.offset + e.offset - fields_[i].offset);
        std::copy(source, source + static_cast<long>(e.bytes), begin);
        return out == proof_ ? std::nullopt : std::optional(out);
      }
      return std::nullopt;
    }
    case kMutations:
      return std::nullopt;
  }
  if (out == proof_) return std::nullopt;
  return out;
}

template <class E>
class TamperTest : public testing::Test {};
using Fields = testing::Types<field::Goldilocks2, field::Goldilocks3>;
TYPED_TEST_SUITE(TamperTest, Fields);

TYPED_TEST(TamperTest, FieldsTileTheProofAndAreThoseOfTheManifest) {
  for (int mode = 0; mode < kModes; ++mode) {
    const Tamper<TypeParam> tamper(static_cast<Mode>(mode));
    size_t end = 0;
    std::set<std::string> seen;
    for (size_t i = 0; i < tamper.fields().size(); ++i) {
      EXPECT_EQ(tamper.fields()[i].offset, end) << "a gap before " << tamper.fields()[i].name;
      end = tamper.fields()[i].offset + tamper.fields()[i].bytes;
    }
    for (const Element& e : tamper.elements()) seen.insert(e.name);
    EXPECT_EQ(end, tamper.proof().size());
    for (const Row& row : kManifest) {
      const bool expected = row.kind != Kind::kNonce || mode == kWork;
      EXPECT_EQ(seen.count(row.name), expected ? 1u : 0u) << row.name;
    }
  }
}

TYPED_TEST(TamperTest, EveryMutationIsRejectedForTheExpectedReason) {
  for (int mode = 0; mode < kModes; ++mode) {
    const Tamper<TypeParam> tamper(static_cast<Mode>(mode));
    std::map<std::pair<std::string, int>, std::map<std::string, int>> surprises;
    size_t tried = 0;
    for (size_t at = 0; at < tamper.elements().size(); ++at) {
      const Element& e = tamper.elements()[at];
      for (int m = 0; m < kMutations; ++m) {
        const std::optional<Bytes> bad = tamper.mutate(at, static_cast<Mutation>(m));
        if (!bad) continue;
        ++tried;
        const Status verdict = tamper.verify(*bad);
        const Code want = row_of(e.name)->expected[mode][static_cast<size_t>(m)];
        if (verdict || verdict.error().code != want)
          ++surprises[{e.name, m}][verdict ? "accepted" : code_name(verdict.error().code)];
      }
    }
    EXPECT_GT(tried, 4000u);
    for (const auto& [what, codes] : surprises)
      for (const auto& [code, count] : codes)
        ADD_FAILURE() << kModeNames[mode] << ": " << what.first << ", " << kMutationNames[what.second] << ": " << code
                      << " (" << count << " times)";
  }
}

}  // namespace
}  // namespace tacit::soundness
