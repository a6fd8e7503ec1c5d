"""Processes that are killed at any instant: at every call that may change a file, and at random times.

Whatever happens, files are whole, nothing that was spent comes back, and the next command works. KILL_AT names the tool
that kills at a call (tests/faults); TACIT_KILLS and TACIT_RECEIPTS make the runs longer.
"""

import os
import random
import subprocess
import time

import pytest

import counting
import models
from conftest import ROOT, TACIT, Made, succeed, tacit

KILL_AT = os.environ.get("KILL_AT", str(ROOT / "build-release/tests/faults/kill_at"))
KILLS = int(os.environ.get("TACIT_KILLS", "40"))
RECEIPTS = int(os.environ.get("TACIT_RECEIPTS", "60"))


class Watched(Made):
    """A model whose ledger and public file are compared with what they were."""

    def __init__(self, folder, **options):
        super().__init__(folder, models.sigmoid(), **options)
        self.given, _ = self.input("in.npz", 1, seed=1)
        self.receipts, self.epochs, self.spent = [], {}, {}
        self.check()

    def check(self):
        """Every file is whole; every epoch keeps its root; no ledger has fewer rows or records than before."""
        public = succeed("inspect", self.pub)  # admitted: all handovers verify
        for epoch in public["epochs"]:
            assert self.epochs.setdefault(epoch["number"], epoch["root"]) == epoch["root"]
        assert len(set(self.epochs.values())) == len(self.epochs)
        ledger = succeed("inspect", self.ledger)
        assert ledger["epoch"] in self.epochs and ledger["model_id"] == public["model_id"]
        state = (ledger["ledger"]["records"], ledger["ledger"]["rows"])
        before = self.spent.setdefault(ledger["epoch"], state)
        assert before[0] <= state[0] and before[1] <= state[1]
        self.spent[ledger["epoch"]] = state
        succeed("inspect", self.tacit)
        for receipt in self.folder.glob("*.receipt"):
            if receipt not in self.receipts:
                self.verify(receipt)  # whole or not there
                self.receipts.append(receipt)

    def go_on(self):
        """The next command works, and leaves no file that isn't asked for."""
        receipt, _ = self.prove(f"after{len(self.receipts)}.receipt", "--input", self.given)
        self.check()
        assert receipt in self.receipts
        names = {p.name for p in self.folder.iterdir() if p.suffix != ".receipt"}
        assert names == {"calibration.npz", "in.npz", "m.cache", "m.ledger", "m.pub", "m.tacit", "model.onnx"}
        counting.check(self, self.receipts)


def at_every_call(tool, made, command):
    """Runs the command again and again, each time up to the next call."""
    calls = []
    for n in range(1, 200):
        done = subprocess.run([tool, str(n), TACIT, *map(str, command(n)), "--json"], capture_output=True, timeout=300)
        if done.returncode == 201:
            pytest.skip("this machine can't stop a process at its calls")
        assert done.returncode in (0, 4, 200), done
        made.check()
        made.go_on()
        if not done.stderr.startswith(b"reached"):
            assert done.returncode == 0
            return calls
        calls.append(done.stderr.split()[1].decode())
    raise AssertionError("it never ends")


@pytest.fixture(params=["kill_at", "fail_at"])
def tool(request, tmp_path_factory):
    if request.param == "kill_at":
        return KILL_AT
    link = tmp_path_factory.mktemp("tool") / "fail_at"
    link.symlink_to(KILL_AT)
    return link


def test_epoch_at_every_call(tool, tmp_path):
    made = Watched(tmp_path)
    calls = at_every_call(tool, made, lambda n: ["epoch", made.tacit])
    assert calls.count("write") >= 4 and calls.count("fsync") >= 6 and "rename" in calls


def test_prove_at_every_call(tool, tmp_path):
    made = Watched(tmp_path)
    command = lambda n: ["prove", made.tacit, "--input", made.given, "-o", tmp_path / f"killed{n}.receipt"]
    calls = at_every_call(tool, made, command)
    assert calls.count("write") >= 2


def test_compile_at_every_call(tmp_path):
    """With --force: the old model or the new one, never a mixture. Without: nothing, or the model."""
    made = Made(tmp_path, models.sigmoid())
    path, _ = made.input("in.npz", 1, seed=1)
    command = ["compile", made.onnx, "--calibrate", made.calibration, "-o"]
    ids = {made.report["model_id"]}
    fresh = tmp_path / "fresh"
    for n in range(1, 200, 1 if KILLS >= 200 else 3):
        done = [subprocess.run([KILL_AT, str(n), TACIT, *command, *rest], capture_output=True)
                for rest in ([tmp_path / "m", "--force"], [fresh])]
        assert done[0].returncode in (0, 200), done
        _, proof = made.prove("r", "--input", path)
        assert made.verify(tmp_path / "r")["verified"]
        ids.add(proof["model_id"])
        if done[1].returncode == 200 and not (tmp_path / "fresh.pub").exists():
            succeed(*command, fresh)  # nothing is in its way
        succeed("prove", tmp_path / "fresh.tacit", "--input", path, "-o", tmp_path / "f")
        succeed("verify", tmp_path / "f", "--model", tmp_path / "fresh.pub")
        names = sorted(p.name for p in tmp_path.iterdir() if p.suffix in (".ledger", ".pub", ".tacit", ".next"))
        assert names == ["fresh.ledger", "fresh.pub", "fresh.tacit", "m.ledger", "m.pub", "m.tacit"]
        for name in ("fresh.ledger", "fresh.pub", "fresh.tacit"):
            (tmp_path / name).unlink()
        if not done[0].stderr.startswith(b"reached"):
            break
    assert len(ids) > 1 and n > 10


def test_kills_at_random_times(tmp_path):
    made = Watched(tmp_path)
    rng = random.Random(11)

    def commands(i):
        return [["prove", made.tacit, "--input", made.given, "-o", tmp_path / f"killed{i}.receipt"],
                ["epoch", made.tacit],
                ["compile", made.onnx, "--calibrate", made.calibration, "-o", tmp_path / "other", "--force"]]

    usual = []
    for command in commands("none"):
        start = time.time()
        succeed(*command)
        usual.append(time.time() - start)
    forced = 0
    for i in range(KILLS):
        kind = rng.randrange(3)
        child = subprocess.Popen([TACIT, *map(str, commands(i)[kind])], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.random() * 1.2 * usual[kind])
        forced += child.poll() is None
        child.kill()
        child.wait()
        made.check()
    made.prove("last.receipt", "--input", made.given)
    made.check()
    rows, blinding = counting.check(made, made.receipts)
    print(f"{forced} of {KILLS} were killed while they ran; rows opened of {blinding}: {dict(rows)}")
    assert forced > KILLS // 4
    succeed("compile", made.onnx, "--calibrate", made.calibration, "-o", tmp_path / "other", "--force")
    succeed("prove", tmp_path / "other.tacit", "--input", made.given, "-o", tmp_path / "other.r")
    assert not list(tmp_path.glob("*.next"))


def test_receipts_in_a_row(tmp_path):
    """Across epochs; an independent count of opened rows stays within each epoch's."""
    made = Watched(tmp_path, proofs="10" if RECEIPTS < 1000 else "100")
    start = time.time()
    for i in range(RECEIPTS):
        made.prove(f"r{i}", "--input", made.given)
    seconds = time.time() - start
    receipts = [tmp_path / f"r{i}" for i in range(RECEIPTS)]
    rows, blinding = counting.check(made, receipts)
    for receipt in receipts[:: max(1, RECEIPTS // 50)]:
        made.verify(receipt)
    print(f"{RECEIPTS} receipts in {seconds:.1f} s, {len(rows)} epochs; rows opened of {blinding}: {dict(rows)}; "
          f"NAME.pub has {os.path.getsize(made.pub)} bytes")
    assert len(rows) >= 4
