// Channel: what the verifier's steps talk to. The same steps run on a proof (ProofReader), on what a prover has just
// sent (to collect its constraints), and on nothing (to count what a proof of this shape holds).
//
// Errors are sticky: the first one is kept, later reads return zero, and the verdict is `status()` at the end.
#pragma once

#include <span>
#include <vector>

#include "tacit/base/bytes.h"
#include "tacit/field/serialize.h"
#include "tacit/hash/digest.h"
#include "tacit/merkle/leaf.h"
#include "tacit/verifier/coins.h"

namespace tacit::verifier {

template <class E>
class Channel {
 public:
  virtual ~Channel() = default;

  // P → V: the next scalars of the proof, absorbed under the label.
  virtual void receive(Label label, std::span<E> out) = 0;
  // V → P: a uniform challenge.
  virtual E challenge(Label label) = 0;
  // Checks the proof of work before the challenge with this label; nothing when bits = 0.
  virtual void check_work(Label label, uint32_t bits) = 0;

  E receive(Label label) {
    E x;
    receive(label, std::span<E>(&x, 1));
    return x;
  }
  std::vector<E> challenges(Label label, size_t n) {
    std::vector<E> out(n);
    for (E& x : out) x = challenge(label);
    return out;
  }

  // Keeps the first failure.
  void fail(Code code, const char* place, uint64_t index = 0) {
    if (status_) status_ = tacit::fail(code, place, index);
  }
  void require(bool condition, Code code, const char* place, uint64_t index = 0) {
    if (!condition) fail(code, place, index);
  }
  bool ok() const { return status_.has_value(); }
  const Status& status() const { return status_; }

 private:
  Status status_;
};

// A position of the proof and what stands there, for inventories of a proof's fields. A nonce bears the name of the
// challenge that it guards.
struct Field {
  const char* name;
  size_t offset;
  size_t bytes;
};

// Reads a proof from bytes.
template <class E>
class ProofReader final : public Channel<E> {
 public:
  ProofReader(Coins& coins, ByteView proof) : coins_(coins), reader_(proof, "proof") {}
  using Channel<E>::receive;

  void receive(Label label, std::span<E> out) override {
    const size_t begin = reader_.offset();
    for (E& x : out) x = read<E>();
    absorb_since(label, begin);
  }
  E challenge(Label label) override { return draw<E>(coins_, label); }
  void check_work(Label label, uint32_t bits) override {
    if (bits == 0) return;
    const size_t begin = reader_.offset();
    const uint64_t nonce = word();
    this->require(coins_.check_work(label, nonce, bits), Code::kGrinding, transcript::label_name(label).data());
    absorb_since(Label::kGrinding, begin, label);
  }

  hash::Digest receive_digest(Label label) {
    const size_t begin = reader_.offset();
    const hash::Digest out = digest();
    absorb_since(label, begin);
    return out;
  }
  std::vector<uint64_t> positions(Label label, int log_n, uint32_t count) {
    return draw_positions(coins_, label, log_n, count);
  }

  // Hints, bound by a root that is absorbed already: not absorbed themselves.
  hash::Digest digest() {
    hash::Digest out{};
    Result<ByteView> view = reader_.raw(32);
    if (!keep(view)) return out;
    std::copy(view->begin(), view->end(), out.bytes.begin());
    return out;
  }
  typename E::Base base_element() { return read<typename E::Base>(); }
  E element() { return read<E>(); }

  // The whole proof must be read.
  void finish() {
    if (Status end = reader_.finish(); !end && this->ok()) this->fail(Code::kTrailingBytes, "proof", reader_.offset());
  }
  size_t offset() const { return reader_.offset(); }
  Coins& coins() { return coins_; }
  // From now on every absorbed or hinted field is appended to *fields; nullptr ends that.
  void record(std::vector<Field>* fields) { fields_ = fields; }
  void note(const char* name, size_t begin) {
    if (fields_ != nullptr) fields_->push_back({name, begin, reader_.offset() - begin});
  }

 private:
  template <class T>
  bool keep(const Result<T>& result) {
    if (!result) this->fail(result.error().code, "proof", reader_.offset());
    return result.has_value();
  }
  template <class T>
  T read() {
    if (!this->ok()) return T::zero();
    Result<T> x = field::read<T>(reader_);
    return keep(x) ? *x : T::zero();
  }
  uint64_t word() {
    if (!this->ok()) return 0;
    Result<uint64_t> x = reader_.u64();
    return keep(x) ? *x : 0;
  }
  void absorb_since(Label label, size_t begin) { absorb_since(label, begin, label); }
  void absorb_since(Label label, size_t begin, Label name) {
    if (!this->ok()) return;
    coins_.absorb(label, reader_.since(begin));
    note(transcript::label_name(name).data(), begin);
  }

  Coins& coins_;
  Reader reader_;
  std::vector<Field>* fields_ = nullptr;
};

// Answers zero to every read, fixed scattered values to every challenge (equal ones would merge what differs in a proof),
// and counts.
template <class E>
class CountingChannel final : public Channel<E> {
 public:
  using Channel<E>::receive;
  void receive(Label, std::span<E> out) override {
    std::fill(out.begin(), out.end(), E::zero());
    scalars_ += out.size();
  }
  E challenge(Label) override {
    E out;
    for (int i = 0; i < E::kDegree; ++i)
      out[i] = typename E::Base((state_ = state_ * 6364136223846793005u + 1442695040888963407u) >> 32);
    return out;
  }
  void check_work(Label, uint32_t) override {}
  uint64_t scalars() const { return scalars_; }

 private:
  uint64_t scalars_ = 0, state_ = 1;
};

}  // namespace tacit::verifier
