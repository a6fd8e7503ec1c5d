"""Whole models of the shared folder: proven outputs against onnxruntime; what is not supported is refused by name."""

import json

import numpy as np
import onnx
import pytest

import models
from conftest import SHARED, array, refused, succeed

FOLDER = SHARED / "models/ezkl"
NAMES = sorted(p.name for p in FOLDER.iterdir()) if FOLDER.exists() else []

# Every shared model stands in one of the two lists: it is proven, or refused because of this operator.
PROVEN = {
    "1l_batch_norm", "1l_concat", "1l_conv", "1l_conv_transpose", "1l_elu", "1l_erf", "1l_flatten", "1l_gelu_noappx",
    "1l_gelu_tanh_appx", "1l_leakyrelu", "1l_linear", "1l_mean", "1l_mlp", "1l_prelu", "1l_sigmoid", "1l_sqrt",
    "1l_tiny_div", "1l_var", "2l_relu_fc", "2l_relu_small", "2l_sigmoid_small", "4l_relu_conv_fc", "boolean_identity",
    "clip", "eye", "fr_age", "large_mlp", "large_op_graph", "lenet_5", "linear_regression", "log", "ltsf", "mnist_gan",
    "nanoGPT", "quantize_dequantize", "rsqrt", "self_attention",
}  # fmt: skip
REFUSED = {
    "1l_powf": "Pow", "1l_topk": "TopK", "1l_upsample": "Resize", "1l_where": "Less", "bitshift": "Mul",
    "bitwise_ops": "Or", "gather_elements": "GatherElements", "general_exp": "Pow", "gru": "GRU",
    "hard_sigmoid": "HardSigmoid", "hard_swish": "HardSwish", "less": "Less", "lightgbm": "GatherElements",
    "log_softmax": "HardSigmoid", "logsumexp": "ReduceLogSumExp", "lstm_large": "LSTM", "random_forest": "Less",
    "reducel1": "ReduceL1", "reducel2": "ReduceL2", "rounding_ops": "Round", "trig": "Cos",
    "xgboost": "GatherElements",
}  # fmt: skip
# Integers too wide for the field, not an operator that is missing.
TOO_WIDE = {"bitshift"}
# Invalid in onnxruntime's eyes; onnx's reference evaluator runs them.
REFUSED_BY_ONNXRUNTIME = {"nanoGPT", "self_attention"}


def test_every_shared_model_is_listed():
    assert set(NAMES) <= PROVEN | set(REFUSED)


@pytest.mark.parametrize("name", [n for n in NAMES if n in REFUSED])
def test_refused_model(tmp_path, name):
    network = FOLDER / name / "network.onnx"
    code = "kMayWrap" if name in TOO_WIDE else "kUnsupported"
    error = refused(code, 3, "compile", network, "-o", tmp_path / "m")["error"]
    assert f"({REFUSED[name]})" in error["where"] and error["hint"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [n for n in NAMES if n in PROVEN])
def test_proven_model(tmp_path, name):
    network, data = FOLDER / name / "network.onnx", FOLDER / name / "input.json"
    succeed("compile", network, "--calibrate", data, "-o", tmp_path / "m")
    succeed("prove", tmp_path / "m.tacit", "--input", data, "-o", tmp_path / "r")
    verdict = succeed("verify", tmp_path / "r", "--model", tmp_path / "m.pub")
    assert verdict["verified"] and verdict["security_bits"] >= 100
    if name in REFUSED_BY_ONNXRUNTIME:
        expected = models.reference_outputs(onnx.load(network), feed(network, data))
    else:
        expected = models.float_outputs(network.read_bytes(), feed(network, data), 1)
    for output in verdict["outputs"]:
        models.assert_close(output, expected[output["name"]].astype(np.float64))


def test_next_tokens_agree(tmp_path):
    """The likeliest next token at 63 of 64 positions or more."""
    network, data = FOLDER / "nanoGPT/network.onnx", FOLDER / "nanoGPT/input.json"
    if not network.exists():
        pytest.skip("the shared models are missing")
    succeed("compile", network, "--calibrate", data, "-o", tmp_path / "m")
    (output,) = succeed("run", tmp_path / "m.tacit", "--input", data)["outputs"]
    expected = models.reference_outputs(onnx.load(network), feed(network, data))[output["name"]]
    got = array(output).reshape(expected.shape)
    assert (got.argmax(axis=-1) == expected.argmax(axis=-1)).sum() >= 63


def feed(network, data):
    """The inputs of a data file as the model declares them, symbolic axes 1 long."""
    lists = json.loads(data.read_text())["input_data"]
    arrays = {}
    for value, numbers in zip(onnx.load(network).graph.input, lists):
        tensor = value.type.tensor_type
        shape = [d.dim_value or 1 for d in tensor.shape.dim]
        dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type)
        arrays[value.name] = np.array(numbers).astype(dtype).reshape(shape)
    return arrays
