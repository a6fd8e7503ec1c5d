"""The command line as its users run it: every command a process of its own, files in a folder of their own.

TACIT names the program; TACIT_SHARED the folder of shared models (default: ../shared beside the repository).
"""

import dataclasses
import json
import os
import pathlib
import subprocess

import numpy as np
import pytest

import models

ROOT = pathlib.Path(__file__).resolve().parents[2]
TACIT = os.environ.get("TACIT", str(ROOT / "build-release/apps/cli/tacit"))
SHARED = pathlib.Path(os.environ.get("TACIT_SHARED", ROOT.parent / "shared"))


@dataclasses.dataclass
class Outcome:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


def tacit(*arguments, cwd=None):
    """Runs a command; nothing may crash it."""
    done = subprocess.run([TACIT, *map(str, arguments)], capture_output=True, cwd=cwd, timeout=300)
    assert done.returncode >= 0, f"killed by signal {-done.returncode}: {done.stderr}"
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


def succeed(*arguments, cwd=None):
    outcome = tacit(*arguments, "--json", cwd=cwd)
    assert outcome.code == 0, outcome.out + outcome.err
    return outcome.json


def refused(code, exit_code, *arguments, cwd=None):
    """Expects this error, in JSON and in words."""
    spoken = tacit(*arguments, cwd=cwd)
    assert spoken.code == exit_code, spoken
    assert spoken.err.startswith(f"REFUSED {code}: " if exit_code == 1 else "error: "), spoken
    assert spoken.err.count("\n") == 1 and spoken.out == ""
    outcome = tacit(*arguments, "--json", cwd=cwd)
    assert outcome.code == exit_code, outcome
    assert outcome.json["error"]["code"] == code
    assert outcome.err == ""
    return outcome.json


class Made:
    """A compiled model: its files, its float twin, and a sample generator."""

    def __init__(self, folder, model, samples=32, calibration=None, **options):
        self.folder, self.model = folder, model
        self.onnx = folder / "model.onnx"
        self.onnx.write_bytes(model.SerializeToString())
        self.calibration = folder / "calibration.npz"
        np.savez(self.calibration, **(calibration or models.samples(model, samples, seed=1)))
        arguments = [f"--{key}={value}" if value else f"--{key}" for key, value in options.items()]
        self.report = succeed("compile", self.onnx, "--calibrate", self.calibration, "-o", folder / "m", *arguments)
        self.tacit, self.ledger, self.pub, self.cache = (folder / f"m.{s}" for s in ("tacit", "ledger", "pub", "cache"))

    def input(self, name, n, seed):
        path = self.folder / name
        arrays = models.samples(self.model, n, seed)
        np.savez(path, **arrays)
        return path, arrays

    def prove(self, name, *arguments):
        receipt = self.folder / name
        return receipt, succeed("prove", self.tacit, "-o", receipt, *arguments)

    def verify(self, receipt, *arguments):
        return succeed("verify", receipt, "--model", self.pub, *arguments)


@pytest.fixture(scope="session")
def mlp(tmp_path_factory):
    return Made(tmp_path_factory.mktemp("mlp"), models.mlp())


@pytest.fixture(scope="session")
def receipt(mlp):
    """A receipt with a public input and a context."""
    path, arrays = mlp.input("given.npz", 1, seed=5)
    made, _ = mlp.prove("given.receipt", "--input", path, "--public-input", "--context", "patient=7781")
    return made, path


def array(tensor):
    return np.array(tensor["values"], dtype=np.float64).reshape(tensor["shape"])
