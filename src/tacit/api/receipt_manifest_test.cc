// The manifest of a receipt's file: every serialised field × every mutation → the expected rejection.
//
// The test has a reader of its own that names each field of a file; the fields must tile the file, so a field that the
// format gains breaks the test until it stands here. Each is mutated alone:
//
//   add one      the next larger integer (little-endian, wrapping)      extend      a zero byte after it
//   flip         one bit of its middle byte                             duplicate   the field twice
//   swap         with the next field of its size, of other bytes        replay      the field of a receipt of another run
//   truncate     the file ends in the middle of it
//
// What only the transcript binds fails at the first proof of work after it, as every later challenge is another one.

#include <array>
#include <map>
#include <set>
#include <sstream>

#include "tacit/api/dense_model_test.h"

namespace tacit::api {
namespace {

struct Field {
  std::string name;
  size_t offset = 0, bytes = 0;
};

// Names the fields of a receipt, by the specification alone (docs/spec, chapters 5 and 9).
class Walker {
 public:
  explicit Walker(ByteView bytes) : bytes_(bytes) { receipt(); }
  const std::vector<Field>& fields() const { return fields_; }
  size_t end() const { return at_; }

 private:
  uint64_t take(const std::string& name, size_t bytes) {
    uint64_t v = 0;
    for (size_t i = 0; i < std::min<size_t>(bytes, 8) && at_ + i < bytes_.size(); ++i)
      v |= uint64_t{bytes_[at_ + i]} << (8 * i);
    if (bytes > 0) fields_.push_back({name, at_, bytes});
    at_ += bytes;
    return v;
  }
  template <class F>
  void list(const std::string& name, F item) {
    for (uint64_t n = take("number of " + name, 4); n > 0 && at_ < bytes_.size(); --n) item();
  }
  void receipt() {
    take("magic", 16);
    take("header size", 4);
    take("model id", 32);
    take("epoch", 4);
    take("samples", 4);
    size_t n_committed = 0;
    list("exposures", [&] { n_committed += take("exposure", 1) == 2; });
    for (; n_committed > 0; --n_committed) {
      take("data root", 32);
      for (const char* name : {"data log_rows", "data log_blinding", "data log_domain"}) take(name, 1);
      for (const char* name : {"data samples", "data first row", "data exponent"}) take(name, 4);
    }
    take("time", 8);
    list("context pairs", [&] {
      take("key", take("key size", 4));
      take("text", take("text size", 4));
    });
    list("values", [&] {
      const size_t width = take("value width", 1);
      list("integers", [&] { take("integer", width); });
    });
    parameters();
    take("proof", take("proof size", 4));
  }
  void parameters() {
    take("profile", 1);
    list("stacks", [&] {
      list("oracles", [&] { take("oracle", 4); });
      list("stack log_blindings", [&] { take("stack log_blinding", 1); });
      take("stack log_rows", 1), take("stack log_domain", 1), take("stack queries", 4), take("stack grinding", 1);
    });
    for (const char* name : {"pads log_rows", "pads log_blinding", "pads log_domain"}) take(name, 1);
    take("pads queries", 4), take("pads grinding", 1);
    list("levels", [&] {
      take("level log_rows", 1), take("level log_domain", 1), take("level queries", 4);
      take("level johnson", 1), take("level grinding", 1);
    });
    take("alpha grinding", 1), take("query grinding", 1);
  }

  ByteView bytes_;
  std::vector<Field> fields_;
  size_t at_ = 0;
};

enum Mutation { kAddOne, kFlip, kSwap, kTruncate, kExtend, kDuplicate, kReplay, kMutations };
constexpr const char* kMutationNames[] = {"add one", "flip", "swap", "truncate", "extend", "duplicate", "replay"};

using Codes = std::set<std::string>;

// A code by a letter, to keep the table readable.
const std::map<char, std::string> kLetters = {
    {'M', "kBadMagic"},       {'N', "kNonCanonical"}, {'L', "kTooLarge"},           {'T', "kTruncated"},
    {'X', "kTrailingBytes"},  {'C', "kWrongContext"}, {'I', "kInsecureParameters"}, {'P', "kBadParameters"},
    {'S', "kWrongStatement"}, {'E', "kWrongEpoch"},   {'W', "kWrongModel"},         {'G', "kGrinding"},
    {'H', "kMerklePath"}};

// By mutation, what the field's instances meet: one letter where they agree; "-" where the mutation changes nothing.
struct Row {
  const char* name;
  const char* expected;
};

// clang-format off
const Row kManifest[] = {
    //                                 +1 flip swap trunc extend dup replay
    {"magic",                          "M  M  -  M  N  L  -"},
    {"header size",                    "X  L  T  T  T  N  -"},
    {"model id",                       "W  W  W  T  T  L  -"},
    {"epoch",                          "E  E  N  T  T  N  -"},
    {"samples",                        "S  L  -  T  T  X  -"},
    {"number of exposures",            "N  T  N  T  T  X  -"},
    {"exposure",                       "NT NS NS T  T  T  -"},
    {"data root",                      "G  G  -  T  T  T  -"},
    {"data log_rows",                  "P  P  P  T  T  T  -"},
    {"data log_blinding",              "P  P  P  T  T  T  -"},
    {"data log_domain",                "P  P  N  T  T  T  -"},
    {"data samples",                   "G  P  S  T  T  X  -"},
    {"data first row",                 "G  S  S  T  T  X  G"},
    {"data exponent",                  "G  S  T  T  T  X  -"},
    {"time",                           "G  G  -  T  T  T  G"},
    {"number of context pairs",        "T  T  T  T  L  L  -"},
    {"key size",                       "L  L  L  T  L  L  -"},
    {"key",                            "G  G  L  T  L  L  -"},
    {"text size",                      "LT L  LX T  LC LC -"},
    {"text",                           "G  G  L  T  NL LT G"},
    {"number of values",               "N  T  N  T  N  T  -"},
    {"value width",                    "N  N  N  T  N  N  -"},
    {"number of integers",             "L  T  T  T  L  N  -"},
    {"integer",                        "G  G  GT T  L  N  G"},
    {"profile",                        "I  I  N  T  L  L  -"},
    {"number of stacks",               "T  T  -  T  L  L  -"},
    {"number of oracles",              "L  T  LT T  T  LT -"},
    {"oracle",                         "P  P  PLT T  T  LT -"},
    {"number of stack log_blindings",  "T  T  T  T  L  T  -"},
    {"stack log_blinding",             "PG PG P  T  L  L  -"},
    {"stack log_rows",                 "PI P  P  T  L  L  -"},
    {"stack log_domain",               "P  P  P  T  L  L  -"},
    {"stack queries",                  "G  P  IL T  L  T  -"},
    {"stack grinding",                 "G  G  PG T  L  L  -"},
    {"pads log_rows",                  "P  P  G  T  L  L  -"},
    {"pads log_blinding",              "I  I  P  T  L  L  -"},
    {"pads log_domain",                "G  G  P  T  L  L  -"},
    {"pads queries",                   "G  P  L  T  L  T  -"},
    {"pads grinding",                  "G  G  I  T  L  L  -"},
    {"number of levels",               "L  T  L  T  T  T  -"},
    {"level log_rows",                 "I  I  P  T  T  T  -"},
    {"level log_domain",               "I  I  I  T  T  T  -"},
    {"level queries",                  "G  P  X  T  T  T  -"},
    {"level johnson",                  "G  G  I  T  T  T  -"},
    {"level grinding",                 "G  I  I  T  T  T  -"},
    {"alpha grinding",                 "G  G  I  T  T  T  -"},
    {"query grinding",                 "G  G  -  T  T  T  -"},
    {"proof size",                     "T  X  -  T  X  X  T"},
    {"proof",                          "G  H  -  T  X  X  X"},
};
// clang-format on

std::array<Codes, kMutations> expected_of(const Row& row) {
  std::array<Codes, kMutations> out;
  std::istringstream cells(row.expected);
  for (Codes& codes : out) {
    std::string letters;
    cells >> letters;
    for (const char letter : letters)
      if (letter != '-') codes.insert(kLetters.at(letter));
  }
  return out;
}

class Manifest : public testing::Test {
 protected:
  Manifest() : model_(Profile::k100) {
    model_.compile();
    admitted_ = receipt::admit(model_.file_).value();
    data_.emplace(model_.fixed(model_.data(9)));
    receipt_ = prove(3, "7781", 1);
    other_ = prove(4, "7782", 2);
  }

  Bytes prove(uint32_t first, const std::string& context, uint8_t seed) {
    Compiled::Claim run{Compiled::rows_of(data_->file, first, 2), {std::vector{Exposure::kCommitted}, true}};
    run.context = {{"case", context}, {"user", "Ada"}};
    run.data = &*data_;
    run.first = first;
    run.prover = [seed](const ProofJob& job) { return prove_seeded(job, seed); };
    run.time += first;
    return receipt::encode(model_.prove(run));
  }

  std::optional<Bytes> mutate(const std::vector<Field>& fields, size_t i, Mutation mutation) const {
    const Field& f = fields[i];
    Bytes out = receipt_;
    const auto begin = out.begin() + static_cast<long>(f.offset), end = begin + static_cast<long>(f.bytes);
    switch (mutation) {
      case kAddOne:
        for (auto byte = begin; byte != end && ++*byte == 0; ++byte) {
        }
        break;
      case kFlip:
        begin[static_cast<long>(f.bytes / 2)] ^= 0x01;
        break;
      case kSwap:
        for (size_t j = i + 1; j < fields.size(); ++j)
          if (fields[j].bytes == f.bytes) {
            std::swap_ranges(begin, end, out.begin() + static_cast<long>(fields[j].offset));
            break;
          }
        break;
      case kTruncate:
        out.resize(f.offset + f.bytes / 2);
        break;
      case kExtend:
        out.insert(end, 0);
        break;
      case kDuplicate:
        out.insert(end, receipt_.begin() + static_cast<long>(f.offset),
                   receipt_.begin() + static_cast<long>(f.offset + f.bytes));
        break;
      case kReplay: {
        const std::vector<Field> others = Walker(other_).fields();
        out.erase(begin, end);
        out.insert(out.begin() + static_cast<long>(f.offset), other_.begin() + static_cast<long>(others[i].offset),
                   other_.begin() + static_cast<long>(others[i].offset + others[i].bytes));
        break;
      }
      case kMutations:
        break;
    }
    return out == receipt_ ? std::nullopt : std::optional(out);
  }

  std::string verdict(ByteView bytes) const {
    const auto parsed = receipt::parse_receipt(bytes);
    if (!parsed) return code_name(parsed.error().code);
    const auto verdict = receipt::verify_receipt(admitted_, *parsed, {});
    return verdict ? "accepted" : code_name(verdict.error().code);
  }

  Compiled model_;
  receipt::Admitted admitted_;
  std::optional<NewData> data_;
  Bytes receipt_, other_;
};

TEST_F(Manifest, FieldsTileTheFileAndAreThoseOfTheManifest) {
  const Walker walker(receipt_);
  EXPECT_EQ(walker.end(), receipt_.size());
  size_t end = 0;
  std::set<std::string> seen, listed;
  for (const Field& field : walker.fields()) {
    EXPECT_EQ(field.offset, end) << field.name;
    end = field.offset + field.bytes;
    seen.insert(field.name);
  }
  for (const Row& row : kManifest) listed.insert(row.name);
  EXPECT_EQ(seen, listed);
  EXPECT_EQ(Walker(other_).fields().size(), walker.fields().size());
}

TEST_F(Manifest, EveryMutationIsRejectedForTheExpectedReason) {
  ASSERT_EQ(verdict(receipt_), "accepted");
  const std::vector<Field> fields = Walker(receipt_).fields();
  std::map<std::string, std::array<Codes, kMutations>> met;
  for (size_t i = 0; i < fields.size(); ++i)
    for (int m = 0; m < kMutations; ++m)
      if (const auto bad = mutate(fields, i, static_cast<Mutation>(m)))
        met[fields[i].name][static_cast<size_t>(m)].insert(verdict(*bad));
  for (const Row& row : kManifest)
    for (size_t m = 0; m < kMutations; ++m)
      EXPECT_EQ(met[row.name][m], expected_of(row)[m]) << row.name << ", " << kMutationNames[m];
}

// Whole parts of another receipt: of another run, and of another model.
TEST_F(Manifest, NoPartServesAnotherReceipt) {
  const auto good = receipt::parse_receipt(receipt_).value(), other = receipt::parse_receipt(other_).value();
  Receipt bad = good;
  bad.proof = other.proof;
  EXPECT_EQ(verdict(receipt::encode(bad)), "kGrinding");
  bad = good;
  bad.values = other.values;
  EXPECT_EQ(verdict(receipt::encode(bad)), "kGrinding");
  bad = good;
  bad.header.data = other.header.data;
  EXPECT_EQ(verdict(receipt::encode(bad)), "kGrinding");
  bad = good;
  bad.header.context = other.header.context;
  EXPECT_EQ(verdict(receipt::encode(bad)), "kGrinding");

  Compiled elsewhere(Profile::k100, 6);
  elsewhere.compile();
  bad = elsewhere.prove(Compiled::rows_of(data_->file, 3, 2), {false, true});
  EXPECT_EQ(verdict(receipt::encode(bad)), "kWrongModel");
  bad.header.model_id = good.header.model_id;
  EXPECT_NE(verdict(receipt::encode(bad)), "accepted");
}

}  // namespace
}  // namespace tacit::api
