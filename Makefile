# make deps          install the Debian packages that are missing
# make build         release build in build-release/
# make demo          compile, prove and verify the example model
# make test          everything: both builds, then all tests; ctest's summary comes last
# make format        format the C++ sources;  make check-format only checks them
# make clean         remove the build folders and .venv

BUILD := build-release
JOBS := $(shell nproc)
CLANG_FORMAT ?= clang-format-14
CXX_FILES = $(shell git ls-files --cached --others --exclude-standard '*.h' '*.cc')

.PHONY: build deps verifier-only demo test format check-format clean
.NOTPARALLEL:  # prerequisites are made in the order in which they are listed

build:
	cmake --preset release
	cmake --build --preset release --parallel $(JOBS)

deps:
	@tools/deps.sh

# The audit closure alone, without exceptions and RTTI: a build is its test.
verifier-only:
	cmake --preset verifier-only
	cmake --build --preset verifier-only --parallel $(JOBS)

demo: deps build
	@tools/demo.sh $(BUILD)/apps/cli/tacit $(BUILD)/demo

test: deps build verifier-only .venv/installed
	ctest --test-dir $(BUILD) --output-on-failure --no-tests=error --parallel $(JOBS)

.venv/installed: tests/requirements.txt
	python3 -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

format:
	@$(CLANG_FORMAT) -i $(CXX_FILES)

check-format:
	@$(CLANG_FORMAT) --dry-run --Werror $(CXX_FILES)

clean:
	rm -rf build build-* .venv
