#!/usr/bin/env python3
"""Checks that includes only go down, that files are short, and that the audit closure stays readable.

    tools/layer_check.py [--self-test] [ROOT]

ROOT is the repository (default: the one that holds this script). Prints each violation as `file:line: reason`, then
the size of the audit closure. Exit code 0: none; 1: some. --self-test first plants violations in a temporary tree and
checks that each is reported.
"""

import pathlib
import re
import sys
import tempfile

# module → the modules right below it. A module may include itself and everything that can be reached downwards.
EDGES = {
    "base": [],
    "field": ["base"],
    "hash": ["base"],
    "poly": ["field"],
    "transcript": ["field", "hash"],
    "merkle": ["hash"],
    "statement": ["field", "hash"],
    "verifier": ["poly", "transcript", "merkle", "statement"],
    "simd": ["field", "hash"],
    "parallel": ["base"],
    "prover": ["verifier", "simd", "parallel"],
    "accel": ["prover"],
    "model": ["statement", "simd", "parallel"],
    "receipt": ["verifier"],
    "api": ["model", "prover", "receipt"],
    "apps": ["api"],
}
# What the tests of a module may include besides: the oracles that they compare it with.
TEST_EDGES = {"simd": ["poly", "transcript", "merkle", "parallel"]}
AUDIT_CLOSURE = ["base", "field", "hash", "poly", "transcript", "merkle", "statement", "verifier"]
MAX_FILE_LINES = 800
MAX_CLOSURE_LINES = 6000  # tests not counted

SUFFIXES = {".h", ".cc", ".cu", ".cuh"}
INCLUDE = re.compile(r'\s*#\s*include\s*["<]([^">]+)[">]')


def reachable(module):
    """The modules that `module` may include, itself among them."""
    found, todo = set(), [module]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += EDGES[name]
    return found


def sources(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)


def module_of(path):
    """The module of a file, given relative to the root: src/tacit/MODULE/… or apps/…; None outside of both."""
    if path.parts[0] == "apps":
        return "apps"
    return path.parts[2] if len(path.parts) > 3 and path.parts[:2] == ("src", "tacit") else None


def include_violations(path, lines):
    module = module_of(path)
    if module not in EDGES:
        yield f"{path}:1: not in a module of the table in tools/layer_check.py"
        return
    allowed = reachable(module)
    if path.stem.endswith("_test"):
        for oracle in TEST_EDGES.get(module, []):
            allowed |= reachable(oracle)
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        parts = match[1].split("/")
        if ".." in parts:
            yield f'{path}:{number}: "{match[1]}": includes are written "tacit/MODULE/FILE.h"'
        elif parts[0] == "tacit" and parts[1] not in allowed:
            yield f'{path}:{number}: {module} may not include "{match[1]}"'


def check(root):
    """Returns the list of violations and the number of lines of the audit closure."""
    violations, closure_lines = [], 0
    for full_path in sources(root / "src") + sources(root / "apps"):
        path = full_path.relative_to(root)
        lines = full_path.read_text(encoding="utf-8").splitlines()
        violations += include_violations(path, lines)
        if path.parts[0] == "src" and len(lines) > MAX_FILE_LINES:
            violations.append(f"{path}:{MAX_FILE_LINES + 1}: {len(lines)} lines, the limit is {MAX_FILE_LINES}")
        if module_of(path) in AUDIT_CLOSURE and not path.stem.endswith("_test"):
            closure_lines += len(lines)
    if closure_lines > MAX_CLOSURE_LINES:
        violations.append(f"src/tacit:1: the audit closure has {closure_lines} lines, the limit is {MAX_CLOSURE_LINES}")
    return violations, closure_lines


def self_test():
    files = {
        "src/tacit/base/fine.h": "#include <string>\n",
        "src/tacit/verifier/fine.cc": '#include "tacit/base/fine.h"\n#include "tacit/verifier/fine.h"\n',
        "src/tacit/verifier/up.cc": '#pragma once\n#include "tacit/prover/up.h"\n',
        "src/tacit/verifier/around.cc": '#  include "../prover/up.h"\n',
        "src/tacit/simd/oracle_test.cc": '#include "tacit/merkle/fine.h"\n#include "tacit/verifier/fine.h"\n',
        "src/tacit/simd/oracle.cc": '#include "tacit/merkle/fine.h"\n',
        "src/tacit/model/sideways.cc": "#include <tacit/prover/up.h>\n",
        "src/tacit/base/long_test.cc": "\n" * (MAX_FILE_LINES + 1),
        "src/tacit/base/full.h": "\n" * MAX_FILE_LINES,
        "src/tacit/stray/file.h": "",
        "apps/cli/fine.cc": '#include "tacit/model/fine.h"\n',
    }
    expected = {
        "src/tacit/verifier/up.cc:2",
        "src/tacit/verifier/around.cc:1",
        "src/tacit/simd/oracle_test.cc:2",
        "src/tacit/simd/oracle.cc:1",
        "src/tacit/model/sideways.cc:1",
        f"src/tacit/base/long_test.cc:{MAX_FILE_LINES + 1}",
        "src/tacit/stray/file.h:1",
    }
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        violations, closure_lines = check(root)
        found = {violation.split(": ")[0] for violation in violations}
        assert found == expected, f"found {sorted(found)}, expected {sorted(expected)}"
        assert closure_lines == MAX_FILE_LINES + 6, closure_lines

        for i in range(MAX_CLOSURE_LINES // MAX_FILE_LINES):
            (root / f"src/tacit/field/full_{i}.h").parent.mkdir(exist_ok=True)
            (root / f"src/tacit/field/full_{i}.h").write_text("\n" * MAX_FILE_LINES)
        assert any("audit closure" in violation for violation in check(root)[0])
    print("self-test passed")


def main(arguments):
    if "--self-test" in arguments:
        arguments.remove("--self-test")
        self_test()
    root = pathlib.Path(arguments[0]) if arguments else pathlib.Path(__file__).resolve().parent.parent
    violations, closure_lines = check(root)
    for violation in violations:
        print(violation)
    print(f"audit closure: {closure_lines} of at most {MAX_CLOSURE_LINES} lines")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
