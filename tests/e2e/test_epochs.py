"""Epochs: by hand, by themselves, from several processes; what verifiers hold stays good."""

import concurrent.futures
import shutil

import pytest

import counting
import models
from conftest import Made, refused, succeed, tacit


def test_by_hand(tmp_path):
    made = Made(tmp_path, models.conv())
    path, _ = made.input("in.npz", 1, seed=1)
    first, _ = made.prove("r0", "--input", path)
    old = tmp_path / "old.pub"
    shutil.copy(made.pub, old)
    for number in (1, 2):
        begun = succeed("epoch", made.tacit)
        assert begun["epoch"]["number"] == number and begun["model_id"] == made.report["model_id"]
        assert begun["epoch"]["budget"] >= made.report["epoch"]["budget"]
    second, proof = made.prove("r2", "--input", path)
    assert proof["epoch"] == 2 and not proof["began_epoch"]
    assert made.verify(first)["epoch"] == 0 and made.verify(second)["epoch"] == 2
    assert made.verify(first)["outputs"] == made.verify(second)["outputs"]
    assert made.verify(second, "--min-epoch", 2)["verified"]
    refused("kStaleEpoch", 1, "verify", first, "--model", made.pub, "--min-epoch", 1)
    assert succeed("verify", first, "--model", old)["epoch"] == 0
    refused("kWrongEpoch", 1, "verify", second, "--model", old)
    spoken = tacit("verify", second, "--model", old).err
    assert "newest public file" in spoken
    public = succeed("inspect", made.pub)
    assert [e["number"] for e in public["epochs"]] == [0, 1, 2] and public["model_id"] == made.report["model_id"]
    assert succeed("inspect", made.ledger)["epoch"] == 2
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith("m.")) == [
        "m.cache", "m.ledger", "m.pub", "m.tacit"]


@pytest.mark.parametrize("model", [models.mlp, models.no_weights])
def test_by_itself(tmp_path, model):
    """At nine tenths of the proofs the next epoch begins."""
    made = Made(tmp_path, model(), proofs="10")
    path, _ = made.input("in.npz", 1, seed=1)
    budget = made.report["epoch"]["budget"]
    for i in range(2 * budget):
        _, proof = made.prove(f"r{i}", "--input", path)
        if proof["began_epoch"]:
            break
    assert proof["epoch"] == 1 and 0.9 * budget <= i <= 0.9 * budget + 2
    assert proof["ledger"]["used"] == 1
    last = [made.verify(tmp_path / f"r{k}")["epoch"] for k in (0, i - 1, i)]
    assert last == [0, 0, 1]
    counting.check(made, [tmp_path / f"r{k}" for k in range(i + 1)])


def test_many_processes(tmp_path):
    """Provers and handovers at the same time: everybody gets a receipt, nothing is spent twice."""
    made = Made(tmp_path, models.mlp(), proofs="10")
    path, _ = made.input("in.npz", 1, seed=1)

    def work(i):
        if i % 8 == 7:
            return tacit("epoch", made.tacit, "--json")
        return tacit("prove", made.tacit, "--input", path, "-o", tmp_path / f"r{i}", "--json")

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(work, range(32)))
    for i, outcome in enumerate(outcomes):
        assert outcome.code == 0 or (i % 8 == 7 and outcome.json["error"]["code"] == "kLocked"), outcome
    receipts = [tmp_path / f"r{i}" for i in range(32) if i % 8 != 7]
    for receipt in receipts:
        made.verify(receipt)
    counting.check(made, receipts)
