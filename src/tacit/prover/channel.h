// The prover's side of the channel: writes the proof, draws the same challenges, and keeps a record, on which the
// verifier's own steps are run again to collect the constraints that they assert (replay).
#pragma once

#include <span>
#include <vector>

#include "tacit/base/check.h"
#include "tacit/field/serialize.h"
#include "tacit/prover/planted.h"
#include "tacit/verifier/channel.h"

namespace tacit::prover {

using transcript::Label;

template <class E>
class ProofWriter {
 public:
  explicit ProofWriter(verifier::Coins& coins) : coins_(coins) {}

  // P → V, in the clear.
  void send(Label label, std::span<const E> values) {
    const size_t begin = out_.size();
    for (const E& x : values) {
      field::write(out_, x);
      scalars_.push_back(x);
    }
    absorb_since(label, begin);
  }
  void send(Label label, const E& value) { send(label, std::span<const E>(&value, 1)); }
  void send(Label label, const hash::Digest& digest) {
    const size_t begin = out_.size();
    out_.raw(digest.bytes);
    absorb_since(label, begin);
  }
  // V → P.
  E challenge(Label label) {
    challenges_.push_back(verifier::draw<E>(coins_, label));
    return challenges_.back();
  }
  std::vector<E> challenges(Label label, size_t n) {
    std::vector<E> out(n);
    for (E& x : out) x = challenge(label);
    return out;
  }
  std::vector<uint64_t> positions(Label label, int log_n, uint32_t count) {
    return verifier::draw_positions(coins_, label, log_n, count);
  }
  // Proof of work before the challenge with this label.
  void work(Label label, uint32_t bits) {
    if (bits == 0) return;
    const size_t begin = out_.size();
    out_.u64(coins_.work(label, bits));
    absorb_since(Label::kGrinding, begin);
  }
  // Hints: not absorbed, bound by a root.
  Writer& hints() { return out_; }

  verifier::Coins& coins() { return coins_; }
  const std::vector<E>& scalars() const { return scalars_; }
  const std::vector<E>& drawn() const { return challenges_; }
  Bytes take() { return out_.take(); }

 private:
  void absorb_since(Label label, size_t begin) { coins_.absorb(label, ByteView(out_.bytes()).subspan(begin)); }
  verifier::Coins& coins_;
  Writer out_;
  std::vector<E> scalars_;     // sent so far
  std::vector<E> challenges_;  // drawn so far
};

// What the writer has sent and drawn, read back by the verifier's steps.
template <class E>
class ReplayChannel final : public verifier::Channel<E> {
 public:
  explicit ReplayChannel(const ProofWriter<E>& writer) : writer_(writer) {}
  using verifier::Channel<E>::receive;

  void receive(Label, std::span<E> out) override {
    TACIT_CHECK(scalar_ + out.size() <= writer_.scalars().size());
    for (E& x : out) x = writer_.scalars()[scalar_++];
  }
  E challenge(Label) override {
    TACIT_CHECK(challenge_ < writer_.drawn().size());
    return writer_.drawn()[challenge_++];
  }
  void check_work(Label, uint32_t) override {}
  // Everything sent and drawn has been read.
  bool at_end() const { return scalar_ == writer_.scalars().size() && challenge_ == writer_.drawn().size(); }

 private:
  const ProofWriter<E>& writer_;
  size_t scalar_ = 0;
  size_t challenge_ = 0;
};

// Sends scalars under the veil: s − pad, each pad once.
template <class E>
class VeilWriter {
 public:
  VeilWriter(ProofWriter<E>& writer, std::span<const E> pads) : writer_(writer), pads_(pads) {}

  ProofWriter<E>& clear() { return writer_; }
  void send(Label label, std::span<const E> values) {
    std::vector<E> veiled(values.size());
    for (size_t i = 0; i < values.size(); ++i) veiled[i] = values[i] - pad(label, i, values.size());
    writer_.send(label, std::span<const E>(veiled));
  }
  void send(Label label, const E& value) { send(label, std::span<const E>(&value, 1)); }
  E challenge(Label label) { return writer_.challenge(label); }
  size_t pads_used() const { return used_; }
  // The product check's extra slots take two pads that veil nothing.
  void skip_pads(size_t n) { used_ += n; }

 private:
  // Of scalar i of a message of n.
  E pad(Label label, size_t i, size_t n) {
    const size_t k = used_++;
    TACIT_CHECK(k < pads_.size());
    if (planted(Fault::kReusePad)) {
      if (label == Label::kAccumulator) reused_ = k;
      if (label == Label::kCellValue) return pads_[reused_];
    }
    if (is_clear(label, i, n)) return E::zero();
    return pads_[k];
  }
  static bool is_clear(Label label, size_t i, size_t n) {
    return (planted(Fault::kClearRoot) && label == Label::kRootDenominator) ||
           (planted(Fault::kClearAccumulator) && label == Label::kAccumulator) ||
           (planted(Fault::kClearFirstFold) && label == Label::kFoldFunctional && i == 0) ||
           (planted(Fault::kClearLastFold) && label == Label::kFoldFunctional && i + 1 == n) ||
           (planted(Fault::kClearMask) && label == Label::kMaskFunctional) ||
           (planted(Fault::kClearProduct) && label == Label::kProductRound);
  }
  ProofWriter<E>& writer_;
  std::span<const E> pads_;
  size_t used_ = 0;
  size_t reused_ = 0;
};

}  // namespace tacit::prover
