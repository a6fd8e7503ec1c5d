"""What is wrong is refused, with the code that names it, the exit status that fits it, and nothing left behind."""

import os
import random
import shutil
import stat

import numpy as np
import pytest

import models
from conftest import Made, refused, succeed, tacit


def test_wrong_model(mlp, receipt, tmp_path):
    other = Made(tmp_path, models.mlp())  # the same weights under another commitment
    answer = refused("kWrongModel", 1, "verify", receipt[0], "--model", other.pub)
    assert answer["verified"] is False


def test_wrong_context(mlp, receipt):
    refused("kWrongContext", 1, "verify", receipt[0], "--model", mlp.pub, "--context", "patient=7782")
    refused("kWrongContext", 1, "verify", receipt[0], "--model", mlp.pub, "--context", "doctor=7781")
    refused("kWrongContext", 1, "verify", receipt[0], "--model", mlp.pub, "--not-before", "2100-01-01")
    refused("kWrongContext", 1, "verify", receipt[0], "--model", mlp.pub, "--not-after", "2020-01-01T00:00:00Z")
    mlp.verify(receipt[0], "--context", "patient=7781", "--not-before", "2020-01-01")


def test_wrong_input(mlp, receipt):
    other, _ = mlp.input("other.npz", 1, seed=99)
    two, _ = mlp.input("two.npz", 2, seed=99)
    refused("kWrongInput", 1, "verify", receipt[0], "--model", mlp.pub, "--input", other)
    refused("kWrongInput", 1, "verify", receipt[0], "--model", mlp.pub, "--input", two)
    mlp.verify(receipt[0], "--input", receipt[1])
    hidden, _ = mlp.prove("hidden.receipt", "--input", receipt[1])
    refused("kWrongInput", 1, "verify", hidden, "--model", mlp.pub, "--input", receipt[1])


def test_wrong_epoch(mlp, receipt):
    refused("kStaleEpoch", 1, "verify", receipt[0], "--model", mlp.pub, "--min-epoch", "1")


def test_changed_receipts(mlp, receipt):
    """No changed byte leaves a receipt valid."""
    good = receipt[0].read_bytes()
    bad = mlp.folder / "bad.receipt"
    rng = random.Random(7)
    places = [0, 14, 16, 20, 40, 60] + [rng.randrange(len(good)) for _ in range(40)]
    for place in places:
        changed = bytearray(good)
        changed[place] ^= 1 << rng.randrange(8)
        bad.write_bytes(changed)
        assert tacit("verify", bad, "--model", mlp.pub).code == 1, place
    for size in (0, 1, 15, 16, 100, len(good) // 2, len(good) - 1):
        bad.write_bytes(good[:size])
        assert tacit("verify", bad, "--model", mlp.pub).code == 1
    bad.write_bytes(good + b"\0")
    refused("kTrailingBytes", 1, "verify", bad, "--model", mlp.pub)
    bad.write_bytes(rng.randbytes(1000))
    refused("kBadMagic", 1, "verify", bad, "--model", mlp.pub)


def test_changed_public_files(mlp, receipt):
    good = mlp.pub.read_bytes()
    bad = mlp.folder / "bad.pub"
    rng = random.Random(8)
    for _ in range(20):
        changed = bytearray(good)
        changed[rng.randrange(len(good))] ^= 1 << rng.randrange(8)
        bad.write_bytes(changed)
        assert tacit("verify", receipt[0], "--model", bad).code == 1
    bad.write_bytes(receipt[0].read_bytes())
    refused("kBadMagic", 1, "verify", receipt[0], "--model", bad)


def test_missing_files(mlp, receipt, tmp_path):
    refused("kIo", 4, "verify", tmp_path / "none", "--model", mlp.pub)
    refused("kIo", 4, "verify", receipt[0], "--model", tmp_path / "none")
    refused("kIo", 4, "prove", tmp_path / "none.tacit", "--input", receipt[1], "-o", tmp_path / "r")
    refused("kIo", 4, "compile", tmp_path / "none.onnx")
    refused("kIo", 4, "inspect", tmp_path / "none")
    refused("kIo", 4, "inspect", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_unsupported_models(tmp_path):
    path = tmp_path / "m.onnx"
    path.write_bytes(models.unsupported().SerializeToString())
    answer = refused("kUnsupported", 3, "compile", path)
    assert "determinant" in answer["error"]["where"]
    path.write_bytes(b"not a model")
    refused("kBadModel", 3, "compile", path)
    path.write_bytes(b"")
    assert tacit("compile", path).code == 3
    assert [p.name for p in tmp_path.iterdir()] == ["m.onnx"]


def test_bad_inputs(mlp, tmp_path):
    bad = tmp_path / "bad.npy"
    before = succeed("inspect", mlp.ledger)["ledger"]["used"]

    def refuse():
        refused("kBadInput", 3, "prove", mlp.tacit, "--input", bad, "-o", tmp_path / "r")

    np.save(bad, np.zeros([1, 7], dtype=np.float32))
    refuse()
    np.save(bad, np.full([1, 8], np.nan, dtype=np.float32))
    refuse()
    bad.write_bytes(b"\x93NUMPY")
    refuse()
    bad = tmp_path / "bad.txt"
    bad.write_text("1 2 3")
    refuse()
    bad = tmp_path / "bad.json"
    bad.write_text('{"input_data": [[1, 2')
    refuse()
    assert not (tmp_path / "r").exists()
    assert succeed("inspect", mlp.ledger)["ledger"]["used"] == before


def test_existing_files_stay(mlp):
    before = {path: path.read_bytes() for path in (mlp.tacit, mlp.ledger, mlp.pub)}
    refused("kExists", 2, "compile", mlp.onnx, "-o", mlp.folder / "m")
    assert before == {path: path.read_bytes() for path in before}


def test_force_replaces(tmp_path):
    made = Made(tmp_path, models.no_weights())
    again = succeed("compile", made.onnx, "-o", tmp_path / "m", "--force")
    assert again["model_id"] != made.report["model_id"]
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "calibration.npz", "m.cache", "m.ledger", "m.pub", "m.tacit", "model.onnx"]


def test_unwritable_output_leaves_nothing(mlp, tmp_path):
    before = succeed("inspect", mlp.ledger)["ledger"]["used"]
    path, _ = mlp.input("w.npz", 1, seed=1)
    refused("kIo", 4, "prove", mlp.tacit, "--input", path, "-o", tmp_path / "none" / "r")
    refused("kIo", 4, "prove", mlp.tacit, "--input", path, "-o", tmp_path)
    refused("kIo", 4, "compile", mlp.onnx, "-o", tmp_path / "none" / "m")
    assert list(tmp_path.iterdir()) == []
    assert succeed("inspect", mlp.ledger)["ledger"]["used"] == before


def test_memory_is_bounded_before_anything_is_spent(mlp, tmp_path):
    before = succeed("inspect", mlp.ledger)["ledger"]["used"]
    path, _ = mlp.input("memory.npz", 1, seed=1)
    refused("kEnvironment", 4, "prove", mlp.tacit, "--input", path, "--memory", "1M", "-o", tmp_path / "r")
    refused("kUsage", 2, "prove", mlp.tacit, "--input", path, "--memory", "lots", "-o", tmp_path / "r")
    assert not (tmp_path / "r").exists()
    assert succeed("inspect", mlp.ledger)["ledger"]["used"] == before


def test_private_files_are_private(mlp):
    for path in (mlp.tacit, mlp.ledger, mlp.cache):
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_ledger_is_needed_and_belongs(mlp, tmp_path):
    path, _ = mlp.input("l.npz", 1, seed=1)
    shutil.copy(mlp.tacit, tmp_path / "m.tacit")
    refused("kIo", 4, "prove", tmp_path / "m.tacit", "--input", path, "-o", tmp_path / "r")
    folder = tmp_path / "other"
    folder.mkdir()
    other = Made(folder, models.sigmoid())
    shutil.copy(mlp.pub, tmp_path / "m.pub")
    refused("kBadLedger", 4, "prove", tmp_path / "m.tacit", "--ledger", other.ledger, "--input", path, "-o", tmp_path / "r")
    shutil.copy(mlp.ledger, tmp_path / "m.ledger")
    os.chmod(tmp_path / "m.ledger", 0o644)
    refused("kEnvironment", 4, "prove", tmp_path / "m.tacit", "--input", path, "-o", tmp_path / "r")
    assert not (tmp_path / "r").exists()


def test_copied_ledger(mlp, tmp_path):
    """A copy would open rows twice; a ledger that was only moved is still the one."""
    path, _ = mlp.input("c.npz", 1, seed=1)
    for name in ("m.tacit", "m.ledger", "m.pub"):
        shutil.copy2(mlp.folder / name, tmp_path / name)
    refused("kBadLedger", 4, "prove", tmp_path / "m.tacit", "--input", path, "-o", tmp_path / "r")
    refused("kBadLedger", 4, "epoch", tmp_path / "m.tacit")
    refused("kBadLedger", 4, "inspect", tmp_path / "m.ledger")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["m.ledger", "m.pub", "m.tacit"]
    made = Made(tmp_path, models.no_weights(), force="")
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("m.tacit", "m.ledger", "m.pub"):
        os.rename(tmp_path / name, moved / name)
    small, _ = made.input("s.npz", 1, seed=1)
    succeed("prove", moved / "m.tacit", "--input", small, "-o", tmp_path / "r")


def test_public_file_is_needed(tmp_path):
    """Receipts never name an epoch that the public file beside the model doesn't list."""
    made = Made(tmp_path, models.sigmoid())
    path, _ = made.input("p.npz", 1, seed=1)
    older = made.pub.read_bytes()
    succeed("epoch", made.tacit)
    newer = made.pub.read_bytes()
    used = succeed("inspect", made.ledger)["ledger"]["used"]
    made.pub.write_bytes(older)
    refused("kWrongEpoch", 4, "prove", made.tacit, "--input", path, "-o", tmp_path / "r")
    refused("kWrongEpoch", 4, "epoch", made.tacit)
    made.pub.unlink()
    refused("kIo", 4, "prove", made.tacit, "--input", path, "-o", tmp_path / "r")
    assert not (tmp_path / "r").exists()
    assert succeed("inspect", made.ledger)["ledger"]["used"] == used
    made.pub.write_bytes(newer)
    made.prove("r", "--input", path)


def test_usage(mlp, tmp_path):
    path, _ = mlp.input("u.npz", 1, seed=1)
    for arguments in (
        [],
        ["frobnicate"],
        ["prove", mlp.tacit],
        ["verify", path],
        ["prove", mlp.tacit, "--input", path, "-o", tmp_path / "r", "--context", "novalue"],
        ["prove", mlp.tacit, "--input", path, "-o", tmp_path / "r", "--context", "a=1", "--context", "a=2"],
        ["prove", mlp.tacit, "--input", path, "-o", tmp_path / "r", "--context", "a=\x1b[2J"],
        ["compile", mlp.onnx, "--profile", "99"],
        ["compile", mlp.onnx, "--dim", "n"],
        ["verify", path, "--model", mlp.pub, "--not-before", "yesterday"],
    ):
        refused("kUsage", 2, *arguments)


def test_help():
    for command in ("compile", "commit-data", "prove", "verify", "run", "inspect", "estimate"):
        text = tacit(command, "--help")
        assert text.code == 0 and text.out.count(f"  tacit {command} ") == 3
        assert tacit("help", command).out == text.out
    concepts = tacit("help", "concepts")
    assert concepts.code == 0
    for word in ("model", "public file", "ledger", "epoch", "receipt", "admission"):
        assert word in concepts.out
    assert tacit("help", "nothing").code == 2
    assert tacit("--version").out.startswith("tacit ")
