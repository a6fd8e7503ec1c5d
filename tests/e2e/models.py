"""Small ONNX models made by hand, samples for them, and what onnxruntime says."""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator


def _weights(rng, name, *shape, scale=0.5):
    return numpy_helper.from_array((scale * rng.standard_normal(shape)).astype(np.float32), name)


def _model(nodes, inputs, outputs, weights):
    def info(name, shape):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    graph = helper.make_graph(nodes, "g", [info(*i) for i in inputs], [info(*o) for o in outputs], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model


def mlp():
    rng = np.random.default_rng(1)
    nodes = [
        helper.make_node("Gemm", ["x", "w1", "b1"], ["h"], transB=1),
        helper.make_node("Relu", ["h"], ["r"]),
        helper.make_node("Gemm", ["r", "w2", "b2"], ["y"], transB=1),
    ]
    weights = [_weights(rng, "w1", 16, 8), _weights(rng, "b1", 16), _weights(rng, "w2", 4, 16), _weights(rng, "b2", 4)]
    return _model(nodes, [("x", ["n", 8])], [("y", ["n", 4])], weights)


def conv():
    rng = np.random.default_rng(2)
    nodes = [
        helper.make_node("Conv", ["x", "k", "c"], ["h"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["h"], ["r"]),
        helper.make_node("MaxPool", ["r"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Flatten", ["p"], ["f"]),
        helper.make_node("Gemm", ["f", "w", "b"], ["y"], transB=1),
    ]
    weights = [_weights(rng, "k", 3, 1, 3, 3), _weights(rng, "c", 3), _weights(rng, "w", 5, 27), _weights(rng, "b", 5)]
    return _model(nodes, [("x", [1, 1, 6, 6])], [("y", [1, 5])], weights)


def two_inputs():
    """Two inputs, two outputs, one of them not a vector."""
    rng = np.random.default_rng(3)
    nodes = [
        helper.make_node("MatMul", ["a", "w"], ["p"]),
        helper.make_node("Add", ["p", "b"], ["sum"]),
        helper.make_node("Relu", ["sum"], ["positive"]),
    ]
    return _model(
        nodes,
        [("a", [1, 3, 4]), ("b", [1, 3, 5])],
        [("sum", [1, 3, 5]), ("positive", [1, 3, 5])],
        [_weights(rng, "w", 4, 5)],
    )


def sigmoid():
    rng = np.random.default_rng(4)
    nodes = [helper.make_node("MatMul", ["x", "w"], ["h"]), helper.make_node("Sigmoid", ["h"], ["y"])]
    return _model(nodes, [("x", ["n", 4])], [("y", ["n", 3])], [_weights(rng, "w", 4, 3)])


def no_weights():
    return _model([helper.make_node("Relu", ["x"], ["y"])], [("x", ["n", 5])], [("y", ["n", 5])], [])


def unsupported():
    nodes = [helper.make_node("Det", ["x"], ["y"], name="determinant")]
    return _model(nodes, [("x", [1, 3, 3])], [("y", [1])], [])


def samples(model, n, seed):
    """n samples of every input, stacked along the first axis."""
    rng = np.random.default_rng(seed)
    out = {}
    for value in model.graph.input:
        dims = [d.dim_value or 1 for d in value.type.tensor_type.shape.dim]
        out[value.name] = rng.standard_normal([n * dims[0], *dims[1:]]).astype(np.float32)
    return out


def float_outputs(model_bytes, arrays, n):
    """onnxruntime's outputs for n stacked samples, each sample run alone: [n, …] by name."""
    session = onnxruntime.InferenceSession(model_bytes, providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    runs = []
    for k in range(n):
        feed = {name: np.split(value, n)[k] for name, value in arrays.items()}
        runs.append(session.run(None, feed))
    return {name: np.stack([run[i] for run in runs]) for i, name in enumerate(names)}


def reference_outputs(model, arrays):
    """What onnx's reference evaluator makes of one sample, for graphs that onnxruntime refuses."""
    evaluator = ReferenceEvaluator(model)
    return {name: np.stack([value]) for name, value in zip(evaluator.output_names, evaluator.run(None, arrays))}


def assert_close(tensor, expected, tolerance=1e-3):
    """Within `tolerance` of the output's span (of its size, where it has a single value); the largest element of each
    sample is the same one, or as large but for the tolerance."""
    from conftest import array

    got = array(tensor).reshape(expected.shape)
    span = float(expected.max() - expected.min()) if expected.size > 1 else float(np.abs(expected).max())
    assert np.abs(got - expected).max() <= tolerance * span, (got, expected)
    rows = expected.reshape(len(expected), -1)
    if rows.shape[1] > 1:
        chosen = got.reshape(rows.shape).argmax(axis=1)
        best = rows.max(axis=1)
        assert (rows[np.arange(len(rows)), chosen] >= best - tolerance * span).all()
