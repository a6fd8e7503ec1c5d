// One proof about a stack of dense layers with 16-bit weights, without a model file: where time and memory go at sizes
// that take long to compile. Prints one JSON line.
//
//   prove_bench LAYERS WIDTH SAMPLES [CACHE]
//
// Layer: acc = x·Wᵀ, out = ⌊acc / 2^16⌋, the remainder and the output range-checked. The commitment of the weights is
// made first, or read from the file CACHE when it holds it.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "tacit/api/cache.h"
#include "tacit/api/planning.h"
#include "tacit/api/tacit.h"
#include "tacit/parallel/parallel.h"
#include "tacit/prover/memory_model.h"
#include "tacit/prover/prove.h"
#include "tacit/statement/builder.h"
#include "tacit/statement/instance.h"

namespace tacit::bench {
namespace {

using namespace statement;
using field::Goldilocks;
using field::Goldilocks2;

constexpr int kShift = 16;

class Clock {
 public:
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    const double seconds = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    return seconds;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

struct Layers {
  System system;
  Assignment assignment;
  std::vector<std::vector<int64_t>> values;  // by tensor

  Layers(uint32_t n, uint32_t width, uint32_t samples) {
    Builder b;
    std::mt19937_64 random(1);
    const OracleId weights = b.oracle(OracleKind::kWeights), own = b.oracle(OracleKind::kActivations);
    const Interval wide{-32768, 32767};
    const Space space{{whole_axis(samples), strip_axis(width)}};
    const TableId words = b.range_table(own, -32768, 16), remainders = b.range_table(own, 0, kShift);
    TensorId x = b.tensor(own, space, wide);
    b.lookup(space, words, {b.cell(x)});
    assign(x).resize(uint64_t{samples} * width);
    for (int64_t& v : assign(x)) v = static_cast<int64_t>(random() % 16384) - 8192;
    for (uint32_t i = 0; i < n; ++i) {
      const TensorId w = b.tensor(weights, {{strip_axis(width), strip_axis(width)}}, wide);
      assign(w).resize(uint64_t{width} * width);
      for (int64_t& v : assign(w)) v = static_cast<int64_t>(random() % 2048) - 1024;
      Contraction k;
      k.labels = {{whole_axis(samples), strip_axis(width), whole_axis(width)}};
      k.roles = {Role::kLeft, Role::kRight, Role::kInner};
      k.a = scaled(Source::kTensor, x, 1, {axis(0), axis(2)});
      k.c = scaled(Source::kTensor, w, 1, {axis(1), axis(2)});
      const ContractionId acc = b.contraction(k);
      const TensorId out = b.tensor(own, space, wide), rem = b.tensor(own, space, {0, (1 << kShift) - 1});
      b.lookup(space, words, {b.cell(out)});
      b.lookup(space, remainders, {b.cell(rem)});
      b.identity(space, b.cell(out, 1 << kShift) + b.cell(rem) + direct(Source::kAccumulator, acc, 2, -1));
      multiply(x, w, out, rem, samples, width);
      x = out;
    }
    system = b.take();
    values.resize(system.tensors.size());
    assignment.tensors = std::move(values);
    if (!count_multiplicities(system, assignment)) std::abort();
  }

 private:
  std::vector<int64_t>& assign(TensorId id) {
    if (values.size() <= id) values.resize(id + 1);
    return values[id];
  }
  void multiply(TensorId x, TensorId w, TensorId out, TensorId rem, uint32_t samples, uint32_t width) {
    std::vector<int64_t>& acc = assignment.accumulators.emplace_back(uint64_t{samples} * width);
    assign(std::max(out, rem));
    const std::vector<int64_t>&a = assign(x), &c = assign(w);
    parallel::parallel_for(0, width, 16, [&](size_t first, size_t last) {
      for (size_t r = first; r < last; ++r)
        for (size_t s = 0; s < samples; ++s) {
          int64_t sum = 0;
          for (size_t i = 0; i < width; ++i) sum += a[s * width + i] * c[r * width + i];
          acc[s * width + r] = sum;
        }
    });
    for (const int64_t v : acc) {
      assign(out).push_back(v >> kShift);
      assign(rem).push_back(v & ((1 << kShift) - 1));
    }
  }
};

struct Prepared {
  verifier::Parameters parameters;
  System system;
};

Prepared plan_for(const System& system) {
  prover::PlanOptions options;
  const auto plan = api::plan_proof(system, options);
  if (!plan) std::abort();
  Prepared out{plan->parameters, system};
  std::vector<uint8_t> log_rows(system.oracles.size());
  for (const verifier::Stack& stack : plan->parameters.stacks)
    for (const uint32_t o : stack.oracles) log_rows[o] = stack.log_rows;
  place(out.system, log_rows);
  return out;
}

prover::Matrix<Goldilocks> commit(const Prepared& p, const Assignment& assignment, const char* path) {
  const auto has = [](const verifier::Stack& s) { return std::count(s.oracles.begin(), s.oracles.end(), 0u) > 0; };
  const verifier::Stack& stack = *std::find_if(p.parameters.stacks.begin(), p.parameters.stacks.end(), has);
  const hash::Seed seed;
  prover::SeededRandomness<Goldilocks> random(seed);
  auto cells = std::make_shared<const prover::Cells>(p.system, assignment.tensors, 0);
  if (path == nullptr) return prover::commit_cells<Goldilocks>(std::move(cells), 0, 0, stack, random);
  const api::CacheKey key{{}, seed, stack.log_domain, static_cast<uint32_t>(cells->limbs())};
  if (auto stored = api::read_cache(path, key))
    return prover::commit_cells<Goldilocks>(std::move(cells), 0, 0, stack, random, std::move(stored));
  auto fresh = api::NewCache::create(path, key);
  if (!fresh) std::abort();
  auto matrix = prover::commit_cells<Goldilocks>(std::move(cells), 0, 0, stack, random, fresh->space());
  fresh->keep(matrix.root());
  return matrix;
}

int run(uint32_t layers, uint32_t width, uint32_t samples, const char* cache) {
  Clock clock;
  Layers made(layers, width, samples);
  const double witness = clock.lap();
  const Prepared p = plan_for(made.system);
  const double planning = clock.lap();
  const auto weights = commit(p, made.assignment, cache);
  const double commit_weights = clock.lap();
  prover::StageTimes t;
  verifier::PublicValues publics;
  const verifier::Statement statement{p.system, p.parameters, publics, {weights.root()}, {}};
  std::array<uint8_t, 32> bytes{};
  for (bytes[0] = 1;; ++bytes[0]) {
    prover::SeededRandomness<Goldilocks> random{hash::Seed(bytes)};
    verifier::FiatShamirCoins coins(verifier::kProtocolName, prover::fast_work);
    const auto proof = prover::prove<Goldilocks2>({statement, made.assignment, {&weights}, random, &t}, coins);
    if (!proof && proof.error().code == Code::kUnlucky) continue;
    if (!proof) {
      std::printf("%s\n", proof.error().message().c_str());
      return 1;
    }
    const double total = clock.lap();
    verifier::FiatShamirCoins check(verifier::kProtocolName);
    const bool valid = verifier::verify<Goldilocks2>(statement, *proof, check).has_value();
    const api::Memory memory = api::memory_used();
    std::printf(
        "{\"layers\": %u, \"width\": %u, \"samples\": %u, \"weights\": %llu, \"threads\": %zu, \"witness\": %.3f, "
        "\"plan\": %.3f, \"weights_commit\": %.3f, \"commit\": %.3f, \"lookups\": %.3f, \"contractions\": %.3f, "
        "\"claims\": %.3f, \"opening\": %.3f, \"prove\": %.3f, \"bytes\": %zu, \"anonymous_mib\": %llu, "
        "\"predicted_mib\": %llu, \"file_mib\": "
        "%llu, \"valid\": %s}\n",
        layers, width, samples, 1ull * layers * width * width, parallel::threads(), witness, planning, commit_weights,
        t.commit, t.lookups, t.contractions, t.claims, t.opening, total, proof->size(),
        static_cast<unsigned long long>(memory.peak_anonymous >> 20),
        static_cast<unsigned long long>(prover::memory_need(p.system, p.parameters).anonymous() >> 20),
        static_cast<unsigned long long>(memory.file >> 20), valid ? "true" : "false");
    return valid ? 0 : 1;
  }
}

}  // namespace
}  // namespace tacit::bench

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const auto number = [&](int i) { return static_cast<uint32_t>(std::strtoul(argv[i], nullptr, 10)); };
  return tacit::bench::run(number(1), number(2), number(3), argc > 4 ? argv[4] : nullptr);
}
