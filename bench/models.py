#!/usr/bin/env python3
"""Writes the models of the benchmarks as ONNX files: exact architectures with seeded random weights, and an input for each.

    python bench/models.py gpt2 --tokens 16 -o gpt2.onnx        also writes gpt2.npz, one input
    python bench/models.py dense -o dense.onnx

Needs numpy and onnx.
"""

import argparse
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 20


class Net:
    """A graph under construction: values are names, nodes are appended in order."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.nodes, self.weights = [], []

    def constant(self, name, array):
        self.weights.append(numpy_helper.from_array(array, name))
        return name

    def normal(self, name, shape, scale=0.02):
        return self.constant(name, self.random.standard_normal(shape, dtype=np.float32) * np.float32(scale))

    def add(self, operator, *inputs, outputs=1, **attributes):
        names = [f"{operator.lower()}_{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(operator, inputs, names, name=names[0], **attributes))
        return names[0] if outputs == 1 else names

    def linear(self, x, name, n_in, n_out):
        y = self.add("MatMul", x, self.normal(f"{name}.weight", (n_in, n_out)))
        return self.add("Add", y, self.normal(f"{name}.bias", (n_out,)))

    def reshape(self, x, *shape):
        name = "shape_" + "_".join(map(str, shape))
        if all(w.name != name for w in self.weights):
            self.constant(name, np.array(shape, dtype=np.int64))
        return self.add("Reshape", x, name)

    def save(self, path, inputs, outputs):
        graph = helper.make_graph(self.nodes, path.stem, inputs, outputs, self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
        onnx.save(model, path)


def gpt2(args, path):
    """GPT-2 (small: 124 M weights) with a language-model head that shares the token embeddings. Input: token numbers."""
    t, d, heads, layers, vocabulary = args.tokens, args.width, args.width // 64, args.layers, args.vocabulary
    net = Net(args.seed)
    embeddings = net.normal("wte", (vocabulary, d))
    positions = net.normal("wpe", (t, d))
    mask = net.constant("mask", np.tril(np.ones((t, t), dtype=bool))[None, None])
    minus_infinity = net.constant("minus_infinity", np.float32(-np.inf))
    scale = net.constant("scale", np.float32(64**-0.5))

    def norm(x, name):
        gain = net.constant(f"{name}.gain", 1 + 0.1 * net.random.standard_normal(d, dtype=np.float32))
        return net.add("LayerNormalization", x, gain, net.normal(f"{name}.bias", (d,)), epsilon=1e-5)

    def split_heads(x, order):
        return net.add("Transpose", net.reshape(x, 1, t, heads, 64), perm=order)

    def attention(x, name):
        qkv = net.linear(x, f"{name}.qkv", d, 3 * d)
        q, k, v = net.add("Split", qkv, outputs=3, axis=-1, num_outputs=3)
        scores = net.add("MatMul", split_heads(q, [0, 2, 1, 3]), split_heads(k, [0, 2, 3, 1]))
        scores = net.add("Where", mask, net.add("Mul", scores, scale), minus_infinity)
        mixed = net.add("MatMul", net.add("Softmax", scores, axis=-1), split_heads(v, [0, 2, 1, 3]))
        return net.linear(net.reshape(net.add("Transpose", mixed, perm=[0, 2, 1, 3]), 1, t, d), f"{name}.out", d, d)

    x = net.add("Add", net.add("Gather", embeddings, "tokens"), positions)
    for i in range(layers):
        x = net.add("Add", x, attention(norm(x, f"h{i}.ln1"), f"h{i}.attn"))
        hidden = net.add("Gelu", net.linear(norm(x, f"h{i}.ln2"), f"h{i}.fc", d, 4 * d), approximate="tanh")
        x = net.add("Add", x, net.linear(hidden, f"h{i}.proj", 4 * d, d))
    logits = net.add("MatMul", norm(x, "ln_f"), net.add("Transpose", embeddings, perm=[1, 0]))
    net.save(
        path,
        [helper.make_tensor_value_info("tokens", TensorProto.INT64, [1, t])],
        [helper.make_tensor_value_info(logits, TensorProto.FLOAT, [1, t, vocabulary])],
    )
    return {"tokens": net.random.integers(0, vocabulary, (1, t), dtype=np.int64)}


def dense(args, path):
    """A perceptron of 4 M weights: 1024 → 1024 → 1024 → 1024 → 1024."""
    net, width = Net(args.seed), 1024
    x = "x"
    for i in range(4):
        x = net.linear(x, f"layer{i}", width, width)
        x = net.add("Relu", x) if i < 3 else x
    net.save(
        path,
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, width])],
        [helper.make_tensor_value_info(x, TensorProto.FLOAT, [1, width])],
    )
    return {"x": net.random.standard_normal((1, width), dtype=np.float32)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=["gpt2", "dense"])
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=16)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--width", type=int, default=768, help="a multiple of 64")
    parser.add_argument("--vocabulary", type=int, default=50257)
    args = parser.parse_args()
    build = {"gpt2": gpt2, "dense": dense}[args.model]
    np.savez(args.output.with_suffix(".npz"), **build(args, args.output))


if __name__ == "__main__":
    main()
