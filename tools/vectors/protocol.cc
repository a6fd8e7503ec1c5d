// Steps of the protocol alone: functionals, leaf claims, the product check.
#include "tacit/verifier/layers.h"
#include "tacit/verifier/product_check.h"
#include "vectors/examples.h"
#include "vectors/vectors.h"

namespace tacit::vectors {

using namespace statement;
using transcript::Label;

namespace {

template <class E>
Json weights(const std::vector<verifier::Weight<E>>& list) {
  Json out = Json::array();
  for (const auto& w : list) out.push_back(to_json(w));
  return out;
}

template <class E>
Json leaf_case(const Space& space, uint64_t base, size_t bits) {
  Random random(base + bits);
  const std::vector<E> point = random.list<E>(bits);
  return {{"space", to_json(space)},
          {"base", base},
          {"point", elements(point)},
          {"weights", weights(verifier::leaf_weights<E>(space, base, point))}};
}

// Weights on every label of `labels`, and what they become on the sources of a view.
template <class E>
Json expand_case(const char* what, const System& system, const Space& labels, const View& view) {
  Random random(8);
  const std::vector<E> point = random.list<E>(static_cast<size_t>(verifier::point_bits(labels)));
  const E scale = random.next<E>();
  verifier::Expansion<E> parts;
  const verifier::Weight<E> weight = verifier::point_weight<E>(labels, point);
  verifier::expand<E>(system, labels, view, weight, scale, parts);
  return {{"view", what},
          {"point", elements(point)},
          {"weight", to_json(weight)},
          {"scale", element(scale)},
          {"expansion", to_json(parts)}};
}

template <class E>
Json at_case(const System& system, TensorId id) {
  Random random(id + 20);
  const Tensor& tensor = system.tensors[id];
  verifier::Weight<E> weight{random.next<E>(), {}};
  for (const Axis& axis : tensor.space.axes)
    weight.axes.push_back({axis.length / 2, random.list<E>(axis.length - axis.length / 2)});
  const int bits = system.oracles[tensor.oracle].log_address();
  const auto point = random.list<E>(static_cast<size_t>(bits));
  verifier::EqTables<E> tables(point);
  return {{"tensor", id},
          {"weight", to_json(weight)},
          {"point", elements(point)},
          {"value", element(verifier::evaluate_at<E>(tensor, weight, bits, tables))}};
}

}  // namespace

Json functional_vectors() {
  const System system = window().system;
  Json out{{"system", "window"}};
  out["leaf_weights"] = {leaf_case<E2>({{strip_axis(2), strip_axis(3)}}, 8, 5),
                         leaf_case<E2>({{strip_axis(3), strip_axis(6), strip_axis(5)}}, 128, 8),
                         leaf_case<E2>({{{3, 1, false}, {5, 1, false}}}, 24, 6), leaf_case<E3>({}, 5, 3)};
  const Contraction& k = system.contractions[0];
  out["expansions"] = {
      expand_case<E2>("contraction 0, operand a", system, k.labels, k.a),
      expand_case<E2>("contraction 0, operand c", system, k.labels, k.c),
      expand_case<E2>("lookup 3, column 1", system, system.lookups[3].labels, system.lookups[3].columns[1]),
      expand_case<E2>("identity 0", system, system.identities[0].labels, system.identities[0].view)};
  out["values_at_a_point"] = Json::array();
  for (TensorId id = 0; id < system.tensors.size(); ++id) out["values_at_a_point"].push_back(at_case<E2>(system, id));
  return out;
}

Json lookup_vectors() {
  Json out{{"system", "window"}};
  out["binding_orders"] = Json::array();
  for (int s = 0; s < 7; ++s) out["binding_orders"].push_back(verifier::binding_order(s));
  const System system = window().system;
  Random random(9);
  verifier::LookupChallenges<E2> challenges{random.next<E2>(), random.next<E2>()};
  verifier::LeafClaim<E2> leaf;
  leaf.point = random.list<E2>(static_cast<size_t>(verifier::leaf_layout(system).depth));
  const auto claims = verifier::leaf_claims<E2>(system, challenges, leaf);
  const auto instances = verifier::collect_instances<E2>(system, claims);
  out["gamma"] = element(challenges.gamma);
  out["alpha"] = element(challenges.alpha);
  out["point"] = elements(leaf.point);
  out["constants"] = {{"p", element(claims[0].parts.constant)}, {"q", element(claims[1].parts.constant)}};
  out["accumulators_of_q"] = to_json(claims[1].parts)["accumulators"];
  Random more(10);
  const auto point = more.list<E2>(static_cast<size_t>(verifier::claim_bits(system)));
  verifier::EqTables<E2> tables(point);
  auto sum_at = [&](const verifier::Claim<E2>& claim, OracleId oracle) {
    E2 sum = E2::zero();
    const int bits = system.oracles[oracle].log_address();
    for (const auto& f : claim.parts.tensors)
      if (system.tensors[f.id].oracle == oracle)
        sum += verifier::evaluate_at<E2>(system.tensors[f.id], f.weight, bits, tables);
    return element(sum);
  };
  out["address_point"] = elements(point);
  out["weights_at_the_address_point"] = {{"p", {sum_at(claims[0], 0), sum_at(claims[0], 1)}},
                                         {"q", {sum_at(claims[1], 0), sum_at(claims[1], 1)}}};
  out["instances"] = Json::array();
  for (size_t i = 0; i < instances.list.size(); ++i)
    out["instances"].push_back({{"claim", instances.claim[i]},
                                {"contraction", instances.list[i].contraction},
                                {"left", weights(instances.list[i].left)},
                                {"right", to_json(instances.list[i].right)}});
  return out;
}

namespace {

// Plays the prover's scalars and the challenges from lists, and keeps both.
class Script final : public verifier::Channel<E2> {
 public:
  explicit Script(uint64_t seed) : random_(seed) {}
  using Channel<E2>::receive;
  void receive(Label label, std::span<E2> out) override {
    for (E2& x : out) {
      x = random_.next<E2>();
      log_.push_back({{"send", label_name(label)}, {"value", element(x)}});
    }
  }
  E2 challenge(Label label) override {
    const E2 x = random_.next<E2>();
    log_.push_back({{"draw", label_name(label)}, {"value", element(x)}});
    return x;
  }
  void check_work(Label, uint32_t) override {}
  const Json& log() const { return log_; }

 private:
  Random random_;
  Json log_ = Json::array();
};

}  // namespace

// Three scalars s_0, s_1, s_2; relations 2·s_0·s_1 + 3·s_1·s_1 = s_2, (s_0 + 4)·5 = s_1 (a known factor),
// s_2·s_0 = 6; linear: s_0 − s_1 + 7 = 0.
Json product_vectors() {
  Script channel(11);
  verifier::Veil<E2> veil(channel);
  using Form = verifier::Affine<E2>;
  auto number = [](uint64_t x) { return E2(F(x)); };
  const std::vector<Form> s = veil.receive(Label::kOperand, 3);
  veil.assert_products({{number(2), s[0], s[1]}, {number(3), s[1], s[1]}}, s[2]);
  veil.assert_products({{number(1), s[0] + number(4), Form(number(5))}}, s[1]);
  veil.assert_products({{number(1), s[2], s[0]}}, Form(number(6)));
  veil.assert_zero(veil.subtract(s[0], s[1]) + number(7), "test");
  const auto check = verifier::begin_product_check(veil);
  verifier::finish_product_check(veil, check);
  const auto claim = verifier::batch_linear_checks(veil);
  return {{"scalars", 3},
          {"products", "2 s0 s1 + 3 s1 s1 = s2;  (s0 + 4) 5 = s1;  s2 s0 = 6"},
          {"zeros", "s0 - s1 + 7"},
          {"slots", check.a.size()},
          {"channel", channel.log()},
          {"pad_weights", elements(claim.weights)},
          {"value", element(claim.value)}};
}

}  // namespace tacit::vectors
