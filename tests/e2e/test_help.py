"""Help, manual page and shell completion name every command and every option."""

import subprocess

import pytest

from conftest import refused, tacit

COMMANDS = ["compile", "prove", "verify", "epoch", "run", "inspect", "estimate", "help", "completion"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command):
    text = tacit(command, "--help").out
    assert "--help" in text and tacit("help", command).out == text
    if command not in ("help", "completion"):
        assert text.split("Examples:")[1].count("tacit " + command) == 3


def test_manual_page():
    page = tacit("help", "man").out
    assert page.startswith(".TH TACIT 1")
    for command in COMMANDS:
        assert f"\n.SH {command.upper()}\n" in page
    assert "\n.SH CONCEPTS\n" in page and page.isascii()


@pytest.mark.parametrize(
    "words, expected",
    [
        (["ver"], {"verify"}),
        (["--js"], {"--json"}),
        (["prove", "x.tacit", "--in"], {"--input"}),
        (["--json", "prove", "--pub"], {"--public-input"}),
    ],
)
def test_bash_completes(words, expected):
    script = tacit("completion", "bash").out
    call = f'COMP_WORDS=(tacit {" ".join(words)}); COMP_CWORD={len(words)}; _tacit; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-c", script + call], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == expected


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells(shell):
    script = tacit("completion", shell).out
    for word in [*COMMANDS, "calibrate", "context", "min-epoch"]:
        assert word in script


def test_unknown_shell():
    refused("kUsage", 2, "completion", "tcsh")
