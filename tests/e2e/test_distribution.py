"""Receipts of other inputs, and of other weights, can't be told apart: equal distributions of lengths and of bytes at every place.

Merkle paths are pruned, so a length depends on the positions that are opened: on public coins alone.

This is a test of the whole program at real parameters, against gross mistakes (a value sent unveiled, a blinding row used
twice, a length that follows data). The exact test is re-explanation, tests/zero_knowledge.
"""

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

import models
from conftest import Made

N = 40


def proof_of(receipt):
    """The proof inside a receipt: its last part, after its own length."""
    bytes_ = receipt.read_bytes()
    starts = [s for s in range(16, 8192) if int.from_bytes(bytes_[s : s + 4], "little") == len(bytes_) - s - 4]
    assert len(starts) == 1
    return np.frombuffer(bytes_[starts[0] + 4 :], dtype=np.uint8)


def proofs(made, x):
    path = made.folder / "x.npz"
    np.savez(path, x=x)
    out = []
    for i in range(N):
        receipt, _ = made.prove(f"{i}.receipt", "--input", path, "--private-output")
        out.append(proof_of(receipt))
    return out


def shared_from(a, b, width=16):
    """Where the first bytes stand that two proofs have in common: nodes of the weights' tree, which is one for all proofs."""
    known = {a[i : i + width].tobytes() for i in range(len(a) - width)}
    return next((i for i in range(len(b) - width) if b[i : i + width].tobytes() in known), len(b))


def permuted(model):
    """The same function with its hidden units in another order: other weights, the same scales."""
    other = onnx.ModelProto()
    other.CopyFrom(model)
    order = np.random.default_rng(7).permutation(16)
    for weight in other.graph.initializer:
        array = numpy_helper.to_array(weight)
        if weight.name in ("w1", "b1", "w2"):
            array = array[:, order] if weight.name == "w2" else array[order]
            weight.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(array), weight.name))
    return other


@pytest.fixture(scope="module")
def groups(tmp_path_factory):
    small, large = np.zeros((1, 8), np.float32), np.full((1, 8), 2.5, np.float32)
    made = Made(tmp_path_factory.mktemp("a"), models.mlp())
    other = Made(tmp_path_factory.mktemp("b"), permuted(models.mlp()))
    assert made.report["model_id"] != other.report["model_id"]
    return proofs(made, small), proofs(made, large), proofs(other, small)


@pytest.mark.parametrize("which", [1, 2], ids=["inputs", "weights"])
def test_equal_distributions(groups, which):
    a, b = groups[0], groups[which]
    lengths = np.array([[len(p) for p in g] for g in (a, b)])
    assert abs(lengths[0].mean() - lengths[1].mean()) < 6 * np.sqrt(lengths.var(axis=1).sum() / N)
    end = min(shared_from(g[i], g[i + 1]) for g in (a, b) for i in range(3))
    assert end > 4_000
    a, b = (np.array([p[:end] for p in g]) for g in (a, b))
    # Values of bytes over all positions: two-sample χ² with 255 degrees of freedom.
    counts = np.array([np.bincount(g.ravel(), minlength=256) for g in (a, b)], dtype=np.float64)
    chi = ((counts[0] - counts[1]) ** 2 / counts.sum(axis=0)).sum()
    assert abs(chi - 255) < 6 * np.sqrt(2 * 255)
    # Means at each place; bytes that never vary (lengths) must agree.
    a, b = a.astype(np.float64), b.astype(np.float64)
    spread = np.sqrt((a.var(axis=0, ddof=1) + b.var(axis=0, ddof=1)) / N)
    fixed = spread == 0
    assert (a.mean(axis=0) == b.mean(axis=0))[fixed].all()
    z = (a.mean(axis=0) - b.mean(axis=0))[~fixed] / spread[~fixed]
    assert np.abs(z).max() < 8
    # Student's distribution of 2N − 2 degrees of freedom; over some 6,000 places its deviation varies by 0.009.
    assert abs(z.std() - np.sqrt((N - 1) / (N - 2))) < 0.06
