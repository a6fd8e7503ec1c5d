"""Committed data: one commitment in many receipts, chains of models, and what is refused."""

import os
import stat

import numpy as np
import pytest

import models
from conftest import Made, array, refused, succeed, tacit


@pytest.fixture(scope="session")
def cohort(mlp):
    """Twelve samples committed for the model's input."""
    path, arrays = mlp.input("cohort.npz", 12, seed=21)
    made = succeed("commit-data", path, "--model", mlp.pub, "-o", mlp.folder / "cohort")
    return mlp.folder / "cohort.data", arrays, made


def test_files(cohort):
    data, _, made = cohort
    assert made["samples"] == 12 and made["budget"] >= 100
    for path in (data, f"{data}.ledger"):
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    for path in (data, f"{data}.pub"):
        seen = succeed("inspect", path)
        assert seen["data"]["root"] == made["root"] and seen["data"]["data_id"] == made["data_id"]
        assert tacit("inspect", path).code == 0
    assert succeed("inspect", f"{data}.ledger")["kind"] == "ledger"


def test_two_receipts_of_one_commitment(mlp, cohort):
    data, arrays, made = cohort
    expected = models.float_outputs(mlp.onnx.read_bytes(), arrays, 12)["y"]
    for first, count in ((0, 5), (5, 7)):
        receipt, _ = mlp.prove(f"rows{first}.receipt", "--data", data, "--rows", f"{first}:{count}")
        verdict = mlp.verify(receipt, "--data", f"{data}.pub")
        assert verdict["inputs"] == {"x": "committed"} and verdict["samples"] == count
        rows = verdict["committed"]["x"]
        assert rows["data_id"] == made["data_id"]
        assert (rows["root"], rows["samples"], rows["first_row"]) == (made["root"], 12, first)
        models.assert_close(verdict["outputs"][0], expected[first : first + count])
    spoken = tacit("verify", receipt, "--model", mlp.pub).out
    assert f"input x is rows 5 to 11 of 12 of the data {made['data_id']}" in spoken
    assert "same id are about the same data" in spoken
    assert succeed("inspect", f"{data}.ledger")["ledger"]["used"] >= 2
    assert succeed("inspect", receipt)["receipt"]["exposures"] == ["committed", "public"]


def test_other_data_are_refused(mlp, cohort, tmp_path):
    data, arrays, _ = cohort
    receipt, _ = mlp.prove("wrong.receipt", "--data", data, "--rows", "3:1", "--private-output")
    np.savez(tmp_path / "same.npz", **arrays)
    succeed("commit-data", tmp_path / "same.npz", "--model", mlp.pub)
    refused("kWrongData", 1, "verify", receipt, "--model", mlp.pub, "--data", tmp_path / "same.data.pub")
    hidden, _ = mlp.prove("none.receipt", "--input", mlp.folder / "cohort.npz")
    refused("kWrongData", 1, "verify", hidden, "--model", mlp.pub, "--data", f"{data}.pub")
    damaged = bytearray((tmp_path / "same.data.pub").read_bytes())
    damaged[40] ^= 1
    (tmp_path / "bad.pub").write_bytes(damaged)
    refused("kBadChecksum", 1, "verify", receipt, "--model", mlp.pub, "--data", tmp_path / "bad.pub")
    # The ledger of one commitment is not that of another, though the integers are the same.
    (tmp_path / "mixed.data").write_bytes(data.read_bytes())
    os.rename(tmp_path / "same.data.ledger", tmp_path / "mixed.data.ledger")
    refused("kBadLedger", 4, "prove", mlp.tacit, "--data", tmp_path / "mixed.data", "-o", tmp_path / "r")


def test_rows_and_arguments(mlp, cohort, tmp_path):
    data, _, _ = cohort
    out = tmp_path / "r"
    for rows in ("12:1", "11:2", "0:13"):
        refused("kBadInput", 3, "prove", mlp.tacit, "--data", data, "--rows", rows, "-o", out)
    for arguments in (
        ["--rows", "1:1", "--input", mlp.folder / "cohort.npz"],
        ["--data", data, "--rows", "1"],
        ["--data", data, "--rows", "1:0"],
        ["--data", f"z={data}"],
        ["--data", data, "--data", data],
        ["--data", data, "--public-input=x"],
        ["--data", data, "--private-output=z"],
        [],
    ):
        refused("kUsage", 2, "prove", mlp.tacit, *arguments, "-o", out)
    refused("kBadInput", 3, "prove", mlp.tacit, "--data", data, "--input", mlp.folder / "cohort.npz", "-o", out)
    refused("kIo", 4, "prove", mlp.tacit, "--data", tmp_path / "none.data", "-o", out)
    refused("kExists", 2, "commit-data", mlp.folder / "cohort.npz", "--model", mlp.pub, "-o", mlp.folder / "cohort")
    assert not out.exists()


def test_data_of_another_shape_or_scale(mlp, tmp_path):
    rng = np.random.default_rng(5)
    np.save(tmp_path / "wide.npy", rng.standard_normal([4, 9]).astype(np.float32))
    np.save(tmp_path / "fine.npy", (1e-3 * rng.standard_normal([4, 8])).astype(np.float32))
    for name in ("wide", "fine"):
        succeed("commit-data", tmp_path / f"{name}.npy")
        spoken = tacit("prove", mlp.tacit, "--data", tmp_path / f"{name}.data", "-o", tmp_path / "r")
        assert spoken.code == 3 and "tacit commit-data --model" in spoken.err
    np.save(tmp_path / "coarse.npy", rng.integers(-1, 2, [4, 8]).astype(np.int8))
    succeed("commit-data", tmp_path / "coarse.npy")
    succeed("prove", mlp.tacit, "--data", tmp_path / "coarse.data", "-o", tmp_path / "r")
    assert mlp.verify(tmp_path / "r")["committed"]["x"]["exponent"] == 0


def test_budget(tmp_path):
    mlp = Made(tmp_path, models.mlp())
    path, _ = mlp.input("few.npz", 1, seed=3)
    made = succeed("commit-data", path, "--model", mlp.pub, "-o", tmp_path / "few", "--proofs", "1")
    before = succeed("inspect", mlp.ledger)["ledger"]["used"]
    for used in range(200):
        outcome = tacit("prove", mlp.tacit, "--data", tmp_path / "few.data", "-o", tmp_path / "r", "--json")
        if outcome.code != 0:
            break
    assert made["budget"] <= used <= made["budget"] + 1
    answer = refused("kBudgetSpent", 1, "prove", mlp.tacit, "--data", tmp_path / "few.data", "-o", tmp_path / "r")
    assert "commit-data" in answer["error"]["hint"]
    assert succeed("inspect", mlp.ledger)["ledger"]["used"] == before + used


@pytest.mark.parametrize("profile", ["100", "128"])
def test_an_output_is_the_next_input(tmp_path, profile):
    """Two models in a row: what passes between them stays hidden, and is the same in both receipts."""
    (tmp_path / "one").mkdir(), (tmp_path / "two").mkdir()
    first = Made(tmp_path / "one", models.mlp(), profile=profile)
    seen = models.float_outputs(first.onnx.read_bytes(), models.samples(first.model, 32, seed=1), 32)["y"]
    second = Made(tmp_path / "two", models.sigmoid(), calibration={"x": seen.reshape(32, 4)}, profile=profile)
    path, arrays = first.input("in.npz", 3, seed=7)
    hidden, proof = first.prove("r", "--input", path, "--commit-output", f"y={tmp_path / 'middle'}")
    verdict = first.verify(hidden)
    assert verdict["outputs"] == [] and verdict["committed"]["y"]["data_id"] == proof["committed"][0]["data_id"]
    assert "output y is rows 0 to 2 of 3 of the data" in tacit("verify", hidden, "--model", first.pub).out
    refused("kExists", 2, "prove", first.tacit, "--input", path, "--commit-output", tmp_path / "middle", "-o", tmp_path / "x")
    middle = tmp_path / "middle.data"
    receipt, _ = second.prove("r", "--data", middle)
    again = second.verify(receipt, "--data", f"{middle}.pub")
    assert again["committed"]["x"]["data_id"] == verdict["committed"]["y"]["data_id"]
    float_middle = models.float_outputs(first.onnx.read_bytes(), arrays, 3)["y"]
    expected = models.float_outputs(second.onnx.read_bytes(), {"x": float_middle.reshape(3, 4)}, 3)["y"]
    models.assert_close(again["outputs"][0], expected, 5e-3)


def test_exposure_of_each_port(tmp_path):
    made = Made(tmp_path, models.two_inputs())
    path, arrays = made.input("both.npz", 2, seed=2)
    np.save(tmp_path / "b.npy", arrays["b"])
    receipt, _ = made.prove("r", "--input", path, "--public-input=b", "--private-output=sum")
    verdict = made.verify(receipt)
    assert verdict["inputs"] == {"a": "private", "b": "public"}
    assert [o["name"] for o in verdict["outputs"]] == ["positive"]
    assert sorted(verdict["hidden"]) == ["a", "sum", "weights"]
    np.save(tmp_path / "a.npy", arrays["a"])
    succeed("commit-data", tmp_path / "a.npy", "--model", made.pub, "--input-name", "a")
    receipt, _ = made.prove("r", "--data", f"a={tmp_path / 'a.data'}", "--input", tmp_path / "b.npy", "--public-input")
    verdict = made.verify(receipt)
    assert verdict["inputs"] == {"a": "committed", "b": "public"}
    expected = models.float_outputs(made.onnx.read_bytes(), arrays, 2)
    for output in verdict["outputs"]:
        models.assert_close(output, expected[output["name"]])
    refused("kUsage", 2, "prove", made.tacit, "--data", tmp_path / "a.data", "--input", tmp_path / "b.npy", "-o", tmp_path / "x")


def test_equal_architectures_look_alike(tmp_path):
    """The same net with its hidden units in another order: nothing public tells them apart."""
    made = []
    for name in ("one", "two"):
        model = models.mlp()
        if name == "two":
            order = np.random.default_rng(1).permutation(16)
            for tensor in model.graph.initializer:
                from onnx import numpy_helper

                values = numpy_helper.to_array(tensor)
                values = values[:, order] if tensor.name == "w2" else values[order] if len(values) == 16 else values
                tensor.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(values), tensor.name))
        (tmp_path / name).mkdir()
        made.append(Made(tmp_path / name, model))
    one, two = (succeed("inspect", m.pub) for m in made)
    assert one["model_id"] != two["model_id"]
    for key in ("model_digest", "public", "commitment", "profile"):
        assert one[key] == two[key]


def test_argmax_is_stated_while_the_scores_stay_hidden(tmp_path):
    made = Made(tmp_path, models.mlp(), argmax="y")
    path, arrays = made.input("in.npz", 6, seed=12)
    receipt, proof = made.prove("r", "--input", path, "--private-output=y")
    verdict = made.verify(receipt)
    assert sorted(verdict["hidden"]) == ["weights", "x", "y"]
    (chosen,) = verdict["outputs"]
    assert chosen["name"] == "y:argmax" and chosen["dtype"] == "int64" and chosen["shape"] == [6]
    scores = array(proof["outputs"][0])
    assert chosen["values"] == scores.argmax(axis=1).tolist()
    spoken = tacit("verify", receipt, "--model", made.pub).out
    assert "y:argmax" in spoken and "hidden  weights, x, y" in spoken
    refused("kUsage", 2, "compile", made.onnx, "--argmax=z", "-o", tmp_path / "other")
