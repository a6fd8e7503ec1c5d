#include "zero_knowledge/transcript.h"

#include <algorithm>

#include "tacit/base/check.h"
#include "tacit/merkle/multiproof.h"

namespace tacit::zero_knowledge {
namespace {

using Kind = Coordinate::Kind;

bool belongs_to_statement(Label label) {
  return label == Label::kSystemDigest || label == Label::kProtocol || label == Label::kPublicValues ||
         label == Label::kContext || label == Label::kStatementDigest;
}
bool is_scalar(Label label) { return label != Label::kRoot && label != Label::kLevelRoot && label != Label::kGrinding; }

class Decoder {
 public:
  Decoder(const verifier::Statement& statement, ByteView proof)
      : parameters_(statement.parameters),
        reader_(proof, "proof"),
        trees_(verifier::proof_trees<Toy2>(
            statement, std::vector<hash::Digest>(verifier::own_root_count(statement.system, statement.parameters)))) {}

  Transcript run(const std::vector<Event>& events) {
    for (size_t i = 0; i < events.size();) {
      const Event& event = events[i];
      if (event.drawn && event.label == Label::kQueryPositions) {
        i = openings(events, i);
        continue;
      }
      if (!event.drawn && !belongs_to_statement(event.label)) message(event);
      ++i;
    }
    TACIT_CHECK(reader_.remaining() == 0);
    return std::move(out_);
  }

 private:
  void message(const Event& event) {
    const Result<ByteView> bytes = reader_.raw(event.data.size());
    TACIT_CHECK(bytes && std::ranges::equal(*bytes, event.data));
    if (!is_scalar(event.label)) return;
    Reader words(event.data);
    const uint64_t h = verifier::h_length(parameters_) * Toy2::kDegree;
    for (uint64_t i = 0; words.remaining() > 0; ++i) {
      const bool padding = event.label == Label::kLastVector && parameters_.levels.empty() && i >= h;
      out_.values.push_back(Toy::from_canonical(*words.u16()));
      out_.coordinates.push_back({Kind::kScalar, event.label, padding});
    }
  }

  // Positions of all stacks and the pads, then their rows; later, one level's positions and rows.
  size_t openings(const std::vector<Event>& events, size_t i) {
    if (next_level_ == 0) {
      std::vector<std::vector<uint64_t>> drawn;
      for (const verifier::Stack& stack : parameters_.stacks) drawn.push_back(positions(events[i++], stack.log_domain));
      drawn.push_back(positions(events[i++], parameters_.pads.log_domain));
      for (size_t s = 0; s < trees_.stacks.size(); ++s) {
        const verifier::StackTrees& stack = trees_.stacks[s];
        for (size_t t = 0; t < stack.trees.size(); ++t) {
          const uint32_t mask = t == stack.mask_tree ? Toy2::kDegree : 0;
          rows(stack.trees[t], mask, parameters_.stacks[s].log_domain, drawn[s]);
        }
      }
      rows(trees_.pads, Toy2::kDegree, parameters_.pads.log_domain, drawn.back());
    } else {
      const size_t l = next_level_ - 1;
      const uint64_t length =
          l == 0 ? verifier::h_length(parameters_) : uint64_t{1} << verifier::level_log_length(parameters_, l);
      const uint64_t columns = ((length - 1) >> parameters_.levels[l].log_rows) + 1;
      const auto log_domain = parameters_.levels[l].log_domain;
      rows({verifier::level_tree_id(l), {}, static_cast<uint32_t>(columns * Toy2::kDegree)}, 0, log_domain,
           positions(events[i++], log_domain));
    }
    ++next_level_;
    return i;
  }

  static std::vector<uint64_t> positions(const Event& event, int log_domain) {
    TACIT_CHECK(event.drawn && event.label == Label::kQueryPositions);
    std::vector<uint64_t> out = event.words;
    for (uint64_t& x : out) x &= (uint64_t{1} << log_domain) - 1;
    std::ranges::sort(out);
    return out;
  }

  // The last `mask` words of each row are the mask's.
  void rows(const verifier::CommittedTree& tree, uint32_t mask, int log_domain,
            const std::vector<uint64_t>& positions) {
    const bool level = next_level_ > 0;
    for (uint64_t x : positions) {
      if (!level) TACIT_CHECK(reader_.raw(32).has_value());
      for (uint32_t w = 0; w < tree.words; ++w) {
        const Kind kind = level ? Kind::kLevelWord : w + mask >= tree.words ? Kind::kMaskWord : Kind::kWord;
        out_.values.push_back(Toy::from_canonical(*reader_.u16()));
        out_.coordinates.push_back({kind, Label::kQueryPositions, false, tree.id, x, w});
      }
    }
    const auto siblings = merkle::sibling_count(static_cast<uint32_t>(log_domain), positions);
    TACIT_CHECK(reader_.raw(32 * *siblings).has_value());
  }

  const verifier::Parameters& parameters_;
  Reader reader_;
  verifier::ProofTrees trees_;
  size_t next_level_ = 0;  // whose rows come next: 0 for stacks and pads, l + 1 for level l
  Transcript out_;
};

}  // namespace

Transcript decode(const verifier::Statement& statement, const std::vector<Event>& events, ByteView proof) {
  return Decoder(statement, proof).run(events);
}

bool is_determined(const Coordinate& c) {
  return c.kind == Kind::kMaskWord || c.padding || c.label == Label::kFoldValue || c.label == Label::kMaskedPads;
}

}  // namespace tacit::zero_knowledge
