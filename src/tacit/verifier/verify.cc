#include "tacit/verifier/verify.h"

#include <algorithm>

#include "tacit/verifier/instantiate.h"
#include "tacit/verifier/layers.h"

namespace tacit::verifier {

using statement::OracleKind;
using statement::System;

namespace {

constexpr size_t kMaxContext = 1 << 16;

Bytes public_bytes(const Statement& statement) {
  Writer out;
  for (const std::vector<int64_t>& values : statement.publics.stated) {
    out.u32(static_cast<uint32_t>(values.size()));
    for (int64_t v : values) out.i64(v);
  }
  return out.take();
}

Bytes parameter_bytes(const Statement& statement) {
  Writer out;
  write(out, statement.parameters);
  for (const hash::Digest& root : statement.roots) out.raw(root.bytes);
  return out.take();
}

hash::Digest combine(const hash::Digest& system, ByteView parameters, const hash::Digest& publics, ByteView context) {
  hash::Blake3 hasher;
  hasher.update(as_bytes("tacit statement v1"));
  hasher.update(system.bytes);
  hasher.update(hash::blake3(parameters).bytes);
  hasher.update(publics.bytes);
  hasher.update(hash::blake3(context).bytes);
  return hasher.finalize();
}

uint64_t activation_cells(const System& system) {
  uint64_t cells = 0;
  for (const statement::Oracle& oracle : system.oracles)
    if (oracle.kind == OracleKind::kActivations) cells += oracle.capacity();
  return cells;
}

}  // namespace

hash::Digest absorb_statement(Coins& coins, const Statement& statement) {
  const hash::Digest system = statement::digest(statement.system);
  const Bytes parameters = parameter_bytes(statement);
  const hash::Digest publics = hash::blake3(public_bytes(statement));
  coins.absorb(Label::kSystemDigest, system.bytes);
  coins.absorb(Label::kProtocol, parameters);
  coins.absorb(Label::kPublicValues, publics.bytes);
  coins.absorb(Label::kContext, statement.context);
  return combine(system, parameters, publics, statement.context);
}

hash::Digest statement_digest(const Statement& statement) {
  return combine(statement::digest(statement.system), parameter_bytes(statement), hash::blake3(public_bytes(statement)),
                 statement.context);
}

void absorb_after_roots(Coins& coins, const System& system, const hash::Digest& statement_digest) {
  coins.absorb(Label::kStatementDigest, statement_digest.bytes);
  coins.chain(std::min<uint64_t>(1 + (activation_cells(system) + 1023) / 1024, 1 << 14));
}

Status check_statement(const Statement& statement) {
  const System& system = statement.system;
  if (statement.context.size() > kMaxContext) return fail(Code::kTooLarge, "context");
  if (statement.publics.stated.size() != system.publics.size()) return fail(Code::kWrongStatement, "publics");
  for (size_t i = 0; i < system.publics.size(); ++i) {
    const statement::Public& item = system.publics[i];
    const std::vector<int64_t>& values = statement.publics.stated[i];
    const bool is_stated = item.kind == statement::PublicKind::kStated;
    if (values.size() != (is_stated ? item.space.elements() : 0)) return fail(Code::kWrongStatement, "public", i);
    for (int64_t v : values)
      if (v < item.range.low || v > item.range.high) return fail(Code::kWrongStatement, "public", i);
  }
  size_t committed = 0;
  for (const statement::Oracle& oracle : system.oracles) committed += oracle.kind != OracleKind::kActivations;
  if (statement.roots.size() != committed) return fail(Code::kWrongStatement, "roots");
  return {};
}

template <class E>
uint64_t count_pads(const System& system, const Parameters& parameters, const PublicValues& publics) {
  CountingChannel<E> channel;
  Veil<E> veil(channel);
  verify_layers(veil, system, parameters, publics);
  finish_product_check(veil, begin_product_check(veil));
  return veil.pads();
}

size_t own_root_count(const System& system, const Parameters& parameters) {
  size_t count = 1;
  for (const statement::Oracle& oracle : system.oracles) count += oracle.kind == OracleKind::kActivations;
  for (const Stack& stack : parameters.stacks) count += mask_oracle(system, stack) < 0;
  return count;
}

template <class E>
ProofTrees proof_trees(const Statement& statement, const std::vector<hash::Digest>& own_roots) {
  const System& system = statement.system;
  std::vector<CommittedTree> oracle(system.oracles.size());
  size_t own = 0, fixed = 0;
  for (uint32_t o = 0; o < oracle.size(); ++o) {
    const bool is_own = system.oracles[o].kind == OracleKind::kActivations;
    oracle[o] = {oracle_tree_id(system, o), is_own ? own_roots[own++] : statement.roots[fixed++],
                 system.oracles[o].limbs};
  }
  ProofTrees out;
  for (size_t s = 0; s < statement.parameters.stacks.size(); ++s) {
    const Stack& stack = statement.parameters.stacks[s];
    StackTrees trees;
    for (uint32_t o : stack.oracles) trees.trees.push_back(oracle[o]);
    const int mask = mask_oracle(system, stack);
    if (mask < 0) trees.trees.push_back({mask_tree_id(s), own_roots[own++], 0});
    trees.mask_tree = mask < 0 ? trees.trees.size() - 1 : static_cast<size_t>(mask);
    trees.trees[trees.mask_tree].words += E::kDegree;
    out.stacks.push_back(std::move(trees));
  }
  out.pads = {kPadsTreeId, own_roots[own], 2 * E::kDegree};
  return out;
}

template <class E>
Status verify(const Statement& statement, ByteView bytes, Coins& coins, std::vector<Field>* fields) {
  TACIT_TRY(check_statement(statement));
  const Parameters& parameters = statement.parameters;
  const hash::Digest digest = absorb_statement(coins, statement);
  ProofReader<E> proof(coins, bytes);
  proof.record(fields);
  std::vector<hash::Digest> own_roots(own_root_count(statement.system, parameters));
  for (hash::Digest& root : own_roots) root = proof.receive_digest(Label::kRoot);
  absorb_after_roots(coins, statement.system, digest);
  if (!proof.ok()) return proof.status();
  const ProofTrees trees = proof_trees<E>(statement, own_roots);

  Veil<E> veil(proof);
  OpeningClaims<E> claims;
  claims.folds = verify_layers(veil, statement.system, parameters, statement.publics);
  finish_product_check(veil, begin_product_check(veil));
  if (!proof.ok()) return proof.status();
  if (veil.pads() > (uint64_t{1} << parameters.pads.log_rows)) return fail(Code::kBadParameters, "pads");
  claims.pads = batch_linear_checks(veil);
  claims.masked_pads = proof.Channel<E>::receive(Label::kMaskedPads);
  proof.check_work(Label::kPadBeta, parameters.pads.fold_grinding);
  claims.pad_beta = proof.challenge(Label::kPadBeta);
  verify_opening(proof, parameters, trees.stacks, trees.pads, claims);
  proof.finish();
  return proof.status();
}

Status verify(const Statement& statement, ByteView proof) {
  FiatShamirCoins coins(kProtocolName);
  switch (statement.parameters.profile) {
    case Profile::k100:
      return verify<field::Goldilocks2>(statement, proof, coins);
    case Profile::k128:
      return verify<field::Goldilocks3>(statement, proof, coins);
  }
  return fail(Code::kBadParameters, "profile");
}

#define TACIT_INSTANTIATE(E)                                                              \
  template uint64_t count_pads<E>(const System&, const Parameters&, const PublicValues&); \
  template ProofTrees proof_trees<E>(const Statement&, const std::vector<hash::Digest>&); \
  template Status verify<E>(const Statement&, ByteView, Coins&, std::vector<Field>*);
TACIT_FOR_EACH_FIELD(TACIT_INSTANTIATE)

}  // namespace tacit::verifier
