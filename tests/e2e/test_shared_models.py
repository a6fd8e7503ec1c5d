"""Whole models of the shared folder: proven outputs against onnxruntime; what is not supported is refused by name."""

import json

import numpy as np
import onnx
import pytest

import models
from conftest import SHARED, succeed, tacit

FOLDER = SHARED / "models/ezkl"
NAMES = sorted(p.name for p in FOLDER.iterdir()) if FOLDER.exists() else []

# Must be proven. Others may be refused for what they use, and never come out wrong.
PROVEN = {"1l_mlp", "2l_relu_fc", "4l_relu_conv_fc", "large_mlp", "lenet_5", "1l_conv", "1l_sigmoid"}


@pytest.mark.parametrize("name", NAMES)
def test_model(tmp_path, name):
    network, data = FOLDER / name / "network.onnx", FOLDER / name / "input.json"
    compiled = tacit("compile", network, "--calibrate", data, "-o", tmp_path / "m", "--json")
    if compiled.code != 0:
        assert compiled.code == 3 and compiled.json["error"]["code"] in ("kUnsupported", "kMayWrap"), compiled
        assert name not in PROVEN, compiled.out
        pytest.skip(compiled.json["error"]["hint"])
    succeed("prove", tmp_path / "m.tacit", "--input", data, "-o", tmp_path / "r")
    verdict = succeed("verify", tmp_path / "r", "--model", tmp_path / "m.pub")
    assert verdict["verified"] and verdict["security_bits"] >= 100
    expected = models.float_outputs(network.read_bytes(), feed(network, data), 1)
    for output in verdict["outputs"]:
        models.assert_close(output, expected[output["name"]].astype(np.float64))


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
