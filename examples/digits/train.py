#!/usr/bin/env python3
"""Trains a small CNN on 8×8 handwritten digits and writes the three files of the example beside this script.

    digits.onnx       the model: image [batch, 1, 8, 8] float32 in [0, 1]  →  scores [batch, 10]
    calibration.npz   256 training images, under the name of the model's input
    digit.npy         the first image of the test set, shape [1, 1, 8, 8]

The net is plain numpy: conv 3×3 (1→8), ReLU, max-pool 2, conv 3×3 (8→16), ReLU, max-pool 2, dense (64→10).
The data set is the one that scikit-learn ships (1,797 images), so nothing is downloaded. The seed is fixed.
The printed accuracy is that of the written digits.onnx, as run by onnx's reference evaluator.
"""

import pathlib

import numpy as np
import onnx
from numpy.lib.stride_tricks import sliding_window_view
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = 1
EPOCHS = 60
BATCH = 32
LEARNING_RATE = 2e-3
HERE = pathlib.Path(__file__).parent


# Layers. Images are [n, channels, height, width]; each backward takes the gradient of the layer's output.


def conv(x, weight, bias):
    """3×3 convolution, stride 1, padding 1. Returns the output and the columns that the backward pass needs."""
    n, _, height, width = x.shape
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = sliding_window_view(padded, (3, 3), axis=(2, 3))  # [n, c, h, w, 3, 3]
    columns = windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * height * width, -1)
    out = columns @ weight.reshape(len(weight), -1).T + bias
    return out.reshape(n, height, width, -1).transpose(0, 3, 1, 2), columns


def conv_backward(grad, columns, weight):
    """Returns the gradients of input, weight and bias."""
    rows = grad.transpose(0, 2, 3, 1).reshape(-1, len(weight))
    flipped = weight.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1]
    grad_input, _ = conv(grad, flipped, 0)
    return grad_input, (rows.T @ columns).reshape(weight.shape), rows.sum(0)


def pool(x):
    """2×2 maximum, stride 2. Returns the output and the mask of the places that held the maximum."""
    n, c, height, width = x.shape
    tiles = x.reshape(n, c, height // 2, 2, width // 2, 2)
    out = tiles.max((3, 5))
    mask = tiles == out[:, :, :, None, :, None]
    return out, mask / mask.sum((3, 5), keepdims=True, dtype=np.float32)


def pool_backward(grad, mask):
    n, c, h, _, w, _ = mask.shape
    return (mask * grad[:, :, :, None, :, None]).reshape(n, c, 2 * h, 2 * w)


# The net.


def new_parameters(rng):
    """He initialisation: [conv1 weight, bias, conv2 weight, bias, dense weight, bias]."""
    parameters = []
    for shape in [(8, 1, 3, 3), (16, 8, 3, 3), (10, 64)]:
        scale = np.sqrt(2 / np.prod(shape[1:]))
        parameters += [rng.normal(0, scale, shape).astype(np.float32), np.zeros(shape[0], np.float32)]
    return parameters


def gradients(parameters, x, labels):
    """Gradients of the mean cross-entropy, in the order of the parameters."""
    w1, b1, w2, b2, w3, b3 = parameters
    a1, columns1 = conv(x, w1, b1)
    p1, mask1 = pool(np.maximum(a1, 0))
    a2, columns2 = conv(p1, w2, b2)
    p2, mask2 = pool(np.maximum(a2, 0))
    flat = p2.reshape(len(x), -1)
    scores = flat @ w3.T + b3

    grad = np.exp(scores - scores.max(1, keepdims=True))
    grad /= grad.sum(1, keepdims=True)
    grad[np.arange(len(x)), labels] -= 1
    grad /= len(x)

    grad_p2 = (grad @ w3).reshape(p2.shape)
    grad_p1, grad_w2, grad_b2 = conv_backward(pool_backward(grad_p2, mask2) * (a2 > 0), columns2, w2)
    _, grad_w1, grad_b1 = conv_backward(pool_backward(grad_p1, mask1) * (a1 > 0), columns1, w1)
    return [grad_w1, grad_b1, grad_w2, grad_b2, grad.T @ flat, grad.sum(0)]


def train(x, labels, rng):
    """Adam, with a learning rate that falls linearly to zero."""
    parameters = new_parameters(rng)
    mean = [np.zeros_like(p) for p in parameters]
    square = [np.zeros_like(p) for p in parameters]
    steps_per_epoch = len(x) // BATCH
    for step in range(EPOCHS * steps_per_epoch):
        if step % steps_per_epoch == 0:
            order = rng.permutation(len(x))
        batch = order[step % steps_per_epoch * BATCH :][:BATCH]
        rate = LEARNING_RATE * (1 - step / (EPOCHS * steps_per_epoch))
        for i, grad in enumerate(gradients(parameters, x[batch], labels[batch])):
            mean[i] += 0.1 * (grad - mean[i])
            square[i] += 0.001 * (grad**2 - square[i])
            unbiased = square[i] / (1 - 0.999 ** (step + 1))
            parameters[i] -= rate * mean[i] / (1 - 0.9 ** (step + 1)) / (np.sqrt(unbiased) + 1e-8)
    return parameters


def to_onnx(parameters):
    names = ["conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias", "dense.weight", "dense.bias"]
    node = helper.make_node
    same = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
    half = {"kernel_shape": [2, 2], "strides": [2, 2]}
    graph = helper.make_graph(
        [
            node("Conv", ["image", *names[0:2]], ["conv1"], "conv1", **same),
            node("Relu", ["conv1"], ["relu1"], "relu1"),
            node("MaxPool", ["relu1"], ["pool1"], "pool1", **half),
            node("Conv", ["pool1", *names[2:4]], ["conv2"], "conv2", **same),
            node("Relu", ["conv2"], ["relu2"], "relu2"),
            node("MaxPool", ["relu2"], ["pool2"], "pool2", **half),
            node("Flatten", ["pool2"], ["flat"], "flatten", axis=1),
            node("Gemm", ["flat", *names[4:6]], ["scores"], "dense", transB=1),
        ],
        "digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 1, 8, 8])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", 10])],
        [numpy_helper.from_array(p, name) for p, name in zip(parameters, names)],
    )
    model = helper.make_model(graph, producer_name="tacit-example", opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8  # the one that goes with opset 17: readers of that time accept the file
    onnx.checker.check_model(model, full_check=True)
    return model


def main():
    data = load_digits()
    images = (data.images / 16).astype(np.float32)[:, None]  # pixels are integers 0 … 16
    x, x_test, labels, labels_test = train_test_split(
        images, data.target, test_size=0.2, random_state=SEED, stratify=data.target
    )
    model = to_onnx(train(x, labels, np.random.default_rng(SEED)))
    onnx.save(model, HERE / "digits.onnx")
    np.savez(HERE / "calibration.npz", image=x[:256])
    np.save(HERE / "digit.npy", x_test[:1])

    run = ReferenceEvaluator(model)
    for name, batch, target in [("training", x, labels), ("test", x_test, labels_test)]:
        hits = (run.run(None, {"image": batch})[0].argmax(1) == target).sum()
        print(f"{name:8}  {hits} of {len(target)} right, {100 * hits / len(target):.2f} %")
    print(f"digit.npy shows a {labels_test[0]}")


if __name__ == "__main__":
    main()
