#!/usr/bin/env bash
# Compiles the example model, proves one inference, and verifies the receipt in a folder that has only public files.
#   tools/demo.sh TACIT FOLDER      TACIT: the command-line program; FOLDER: made anew, receives the files
set -euo pipefail

tacit=$(realpath "$1")
examples=$(realpath "$(dirname "$0")/../examples/digits")
rm -rf "$2"
mkdir -p "$2/owner" "$2/verifier"
cd "$2/owner"
cp "$examples/digits.onnx" "$examples/calibration.npz" "$examples/digit.npy" .

say() { printf '\n# %s\n' "$*"; }
run() {
  printf '$ tacit %s\n' "$*"
  "$tacit" "$@"
}

say "The model's owner turns a float model into an integer model with a public and a private part, once."
run compile digits.onnx --calibrate calibration.npz -o digits

say "The owner proves what the model answers to one image (it shows a 2)."
run prove digits.tacit --input digit.npy -o digit.receipt

say "Anybody who has the public file checks the receipt: no weights, no image."
cp digits.pub digit.receipt ../verifier
cd ../verifier
run verify digit.receipt --model digits.pub

say "A receipt with one bit changed is refused."
size=$(stat -c %s digit.receipt)
byte=$(od -An -tu1 -j $((size / 2)) -N 1 digit.receipt)
cp digit.receipt changed.receipt
printf "\\x$(printf %x $((byte ^ 1)))" | dd of=changed.receipt bs=1 seek=$((size / 2)) conv=notrunc status=none
code=0
run verify changed.receipt --model digits.pub || code=$?
if [[ $code != 1 ]]; then
  echo "demo: exit code $code, expected 1 (refused)" >&2
  exit 1
fi
printf '\nThe files are in %s.\n' "$2"
