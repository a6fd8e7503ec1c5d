"""compile, prove and verify agree with onnxruntime, for every kind of model, batch and visibility."""

import numpy as np
import pytest

import models
from conftest import Made, array, succeed, tacit

MODELS = {"mlp": models.mlp, "conv": models.conv, "two_inputs": models.two_inputs, "sigmoid": models.sigmoid,
          "no_weights": models.no_weights}


@pytest.mark.parametrize("profile", ["100", "128"])
@pytest.mark.parametrize("name", MODELS)
def test_models(tmp_path, name, profile):
    made = Made(tmp_path, MODELS[name](), profile=profile)
    path, arrays = made.input("in.npz", 1, seed=9)
    receipt, proof = made.prove("r", "--input", path)
    verdict = made.verify(receipt)
    assert verdict["verified"] and verdict["security_bits"] >= int(profile)
    assert verdict["model_id"] == made.report["model_id"] == proof["model_id"]
    assert verdict["outputs"] == proof["outputs"]
    expected = models.float_outputs(made.onnx.read_bytes(), arrays, 1)
    for output in verdict["outputs"]:
        models.assert_close(output, expected[output["name"]])
    ran = succeed("run", made.tacit, "--input", path)
    assert ran["outputs"] == verdict["outputs"]


def test_batch(mlp):
    path, arrays = mlp.input("batch.npz", 64, seed=3)
    receipt, _ = mlp.prove("batch.receipt", "--input", path)
    verdict = mlp.verify(receipt)
    assert verdict["samples"] == 64
    expected = models.float_outputs(mlp.onnx.read_bytes(), arrays, 64)
    assert verdict["outputs"][0]["shape"] == [64, 4]
    models.assert_close(verdict["outputs"][0], expected["y"])
    # A sample gets the same output in a batch and alone.
    one = mlp.folder / "one.npy"
    np.save(one, arrays["x"][17:18])
    alone = succeed("run", mlp.tacit, "--input", one)["outputs"][0]
    assert array(alone)[0].tolist() == array(verdict["outputs"][0])[17].tolist()


@pytest.mark.parametrize("samples", [1, 5])
@pytest.mark.parametrize("flags", [[], ["--public-input"], ["--private-output"], ["--public-input", "--private-output"]])
def test_visibility(mlp, flags, samples):
    path, arrays = mlp.input("seen.npz", samples, seed=4)
    receipt, proof = mlp.prove("seen.receipt", "--input", path, *flags)
    verdict = mlp.verify(receipt, *(["--input", path] if "--public-input" in flags else []))
    assert verdict["inputs"] == {"x": "public" if "--public-input" in flags else "private"}
    assert verdict["outputs"] == ([] if "--private-output" in flags else proof["outputs"])
    assert ("y" in verdict["hidden"]) == ("--private-output" in flags)
    assert ("x" in verdict["hidden"]) == ("--public-input" not in flags)
    assert len(proof["outputs"]) == 1
    if "--public-input" in flags:
        assert np.abs(array(verdict["input_values"][0]) - arrays["x"]).max() < 1e-3


def test_cache_may_be_missing_or_damaged(tmp_path):
    made = Made(tmp_path, models.mlp())
    path, _ = made.input("in.npz", 1, seed=9)

    def prove():
        receipt, proof = made.prove("r", "--input", path, "--memory", "1G")
        assert made.verify(receipt)["verified"]
        return proof["cache"]

    assert prove() == "used"
    made.cache.unlink()
    assert prove() == "written" and prove() == "used"
    content = bytearray(made.cache.read_bytes())
    content[4096:] = bytes(len(content) - 4096 - 32) + content[-32:]
    made.cache.write_bytes(content)
    prove()
    made.cache.write_bytes(b"no cache")
    assert prove() == "written" and prove() == "used"


def test_input_formats(mlp):
    arrays = models.samples(mlp.model, 1, seed=6)
    np.save(mlp.folder / "f.npy", arrays["x"])
    (mlp.folder / "f.json").write_text('{"input_data": [%s]}' % arrays["x"][0].tolist())
    from onnx import numpy_helper

    (mlp.folder / "f.pb").write_bytes(numpy_helper.from_array(arrays["x"], "x").SerializeToString())
    outputs = [succeed("run", mlp.tacit, "--input", mlp.folder / f"f.{suffix}")["outputs"] for suffix in ("npy", "json", "pb")]
    assert outputs[0] == outputs[1] == outputs[2]


def test_several_files(tmp_path):
    made = Made(tmp_path, models.two_inputs())
    path, arrays = made.input("both.npz", 2, seed=2)
    for name, value in arrays.items():
        np.save(tmp_path / f"{name}.npy", value)
    together = succeed("run", made.tacit, "--input", path)["outputs"]
    apart = succeed("run", made.tacit, "--input", tmp_path / "a.npy", "--input", tmp_path / "b.npy")["outputs"]
    assert together == apart


def test_two_proofs_of_one_input_differ(mlp):
    path, _ = mlp.input("twice.npz", 1, seed=8)
    first, _ = mlp.prove("first.receipt", "--input", path)
    second, _ = mlp.prove("second.receipt", "--input", path)
    assert first.read_bytes() != second.read_bytes()
    assert mlp.verify(first)["outputs"] == mlp.verify(second)["outputs"]


def test_a_receipt_needs_only_the_public_file(mlp, receipt, tmp_path):
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "m.pub").write_bytes(mlp.pub.read_bytes())
    (alone / "r").write_bytes(receipt[0].read_bytes())
    assert succeed("verify", "r", "--model", "m.pub", cwd=alone)["verified"]
    assert sorted(p.name for p in alone.iterdir()) == ["m.pub", "r"]


def test_words(mlp, receipt):
    spoken = tacit("verify", receipt[0], "--model", mlp.pub)
    assert spoken.code == 0 and spoken.err == ""
    assert spoken.out.startswith("VALID   model ") and "bound to  patient=7781" in spoken.out
    assert "\033" not in spoken.out
    assert tacit("verify", receipt[0], "--model", mlp.pub, "--quiet").out == ""
    explained = tacit("verify", receipt[0], "--model", mlp.pub, "--explain").out
    assert "queries of stack 0" in explained
    terms = mlp.verify(receipt[0], "--explain")["terms"]
    assert min(term["bits"] for term in terms) >= 100


def test_inspect(mlp, receipt):
    public = succeed("inspect", mlp.pub)
    assert public["kind"] == "public" and public["registered"] and public["model_id"] == mlp.report["model_id"]
    assert public["public"]["inputs"][0]["shape"] == [1, 8]
    private = succeed("inspect", mlp.tacit)
    assert private["kind"] == "model" and private["model_digest"] == public["model_digest"]
    seen = succeed("inspect", receipt[0])
    assert seen["receipt"]["context"] == {"patient": "7781"} and seen["receipt"]["exposures"] == ["public", "public"]
    ledger = succeed("inspect", mlp.ledger)
    assert ledger["kind"] == "ledger" and ledger["ledger"]["used"] >= 1
    for path in (mlp.pub, mlp.tacit, receipt[0], mlp.ledger):
        assert tacit("inspect", path).code == 0


def test_inspect_against(mlp, tmp_path):
    same = succeed("inspect", mlp.pub, "--against", mlp.onnx, "--calibrate", mlp.calibration)
    assert same["matches"]
    (tmp_path / "other.onnx").write_bytes(models.sigmoid().SerializeToString())
    assert tacit("inspect", mlp.pub, "--against", tmp_path / "other.onnx").code == 3


def test_estimate(mlp):
    guess = succeed("estimate", mlp.onnx)
    receipt, proof = mlp.prove("guess.receipt", "--input", mlp.input("guess.npz", 1, seed=1)[0])
    assert 0.7 < guess["receipt_bytes"] / proof["bytes"] < 1.4
    assert guess["seconds"] > 0 and guess["peak_bytes"] > 0 and guess["proofs"] >= 100
    assert tacit("estimate", mlp.onnx).code == 0
