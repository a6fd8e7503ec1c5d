#!/usr/bin/env python3
"""Checks that includes only go down, that files are short, and that the audit closure stays readable.

The audit closure is what an auditor of the verifier has to read: the files of src/tacit/verifier, the checks that a
system must have passed (statement/check.h, instance.h), every header that they
include, directly or not, and the .cc file beside each of those. Tests are no part of it, and may use any module.

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
    "functions": ["base"],
    "verifier": ["poly", "transcript", "merkle", "statement"],
    "simd": ["field", "hash"],
    "parallel": ["base"],
    "prover": ["verifier", "simd", "parallel"],
    "accel": ["prover"],
    "model": ["statement", "functions", "simd", "parallel"],
    "receipt": ["verifier", "functions"],
    "api": ["model", "prover", "receipt"],
    "apps": ["api"],
}
MAX_FILE_LINES = 800
MAX_CLOSURE_LINES = 6000

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


def is_test(path):
    return path.stem.endswith("_test")


def audit_closure(root):
    """The files that the verifier consists of, relative to the root."""
    found, todo = set(), [path for path in sources(root / "src/tacit/verifier") if not is_test(path)]
    todo += [root / "src/tacit/statement" / name for name in ("check.h", "instance.h")]  # admission's part
    while todo:
        path = todo.pop()
        if path in found or not path.exists():
            continue
        found.add(path)
        todo.append(path.with_suffix(".cc"))
        for line in path.read_text(encoding="utf-8").splitlines():
            match = INCLUDE.match(line)
            if match and match[1].startswith("tacit/"):
                todo.append(root / "src" / match[1])
    return sorted(found)


def include_violations(path, lines):
    module = module_of(path)
    if is_test(path):
        return
    if module not in EDGES:
        yield f"{path}:1: not in a module of the table in tools/layer_check.py"
        return
    allowed = reachable(module)
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
    violations = []
    for full_path in sources(root / "src") + sources(root / "apps"):
        path = full_path.relative_to(root)
        lines = full_path.read_text(encoding="utf-8").splitlines()
        violations += include_violations(path, lines)
        if path.parts[0] == "src" and len(lines) > MAX_FILE_LINES:
            violations.append(f"{path}:{MAX_FILE_LINES + 1}: {len(lines)} lines, the limit is {MAX_FILE_LINES}")
    closure_lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in audit_closure(root))
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
        assert closure_lines == 6, closure_lines

        for i in range(MAX_CLOSURE_LINES // MAX_FILE_LINES + 1):
            (root / f"src/tacit/verifier/full_{i}.h").write_text("\n" * MAX_FILE_LINES)
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
