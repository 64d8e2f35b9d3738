# SPDX-License-Identifier: Apache-2.0
# Each target first makes sure that the machine has what it needs (.ci/setup).
.PHONY: help setup setup-test setup-long setup-bench demo test test-long sanitize bench bench-picks lab format check generate clean
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

help:
	@echo 'make demo      one client balances over three servers, which come and go'
	@echo 'make test      build and run every test'
	@echo 'make test-long the long forms: 500,000 messages compared, 1 GiB streamed, 200,000 damaged inputs, …'
	@echo 'make sanitize  the unit and integration tests under AddressSanitizer and ThreadSanitizer'
	@echo 'make check     format, layers, sizes, generated code'
	@echo 'make format    rewrite the Swift files in the project'"'"'s format'
	@echo 'make generate  rewrite the generated code'
	@echo 'make bench     requests per second and CPU per call, beside C++ gRPC (PEERS=all: and grpc-swift-2)'
	@echo 'make bench-picks  what a pick costs under every load balancing policy'
	@echo 'make lab       what the documentation says of the balancing policies, judged in simulations'
	@echo 'make setup     install what a build needs; every target does'
	@echo 'make clean     remove what was built'

setup:
	@.ci/setup

setup-test:
	@.ci/setup test

setup-long:
	@.ci/setup long

setup-bench:
	@.ci/setup bench

demo: setup
	@.ci/phase build swift build --product demo
	@.build/debug/demo

# What computes has its own process, so that it takes no time from what waits for a peer.
WIRE_TESTS = '$(shell cat .ci/wire-tests)'

test: setup-test .venv/stamp
	@.ci/phase "tests of the checks" .venv/bin/python -B -m unittest discover -s .ci/tests
	@.ci/phase build swift build --build-tests
	@.ci/swift-test --skip $(WIRE_TESTS)
	@.ci/swift-test --filter $(WIRE_TESTS)
	@.ci/phase robustness .venv/bin/python -B -m unittest discover -s Tests/RobustnessTests
	@.ci/phase plugins .venv/bin/python -B -m unittest discover -s Tests/PluginTests

# Minutes of what takes seconds in `make test`, and what has to be alone in its process.
test-long: setup-long .venv/stamp
	@.ci/phase build swift build --build-tests
	@.ci/swift-test --filter EtcdGoTests
	@SKEIN_DIFFERENTIAL_CASES=500000 .ci/swift-test --filter DifferentialTests
	@SKEIN_STREAM_BYTES=1073741824 .ci/swift-test --filter StreamMemoryTests
	@SKEIN_ENDPOINTS=100000 .ci/swift-test --filter EveryPolicyTests
	@SKEIN_FUZZ_CASES=200000 .ci/swift-test --filter 'FuzzTests|MutationTests'
	@SKEIN_FAULT_CALLS=100000 SKEIN_PING_CALLS=100000 .ci/swift-test --filter 'FaultTests|BandwidthPingTests'
	@SKEIN_OUTAGE_SECONDS=30 .ci/swift-test --filter 'SkeinDiscoveryTests.(EndToEndTests|NetworkCutTests)'
	@ulimit -n $$(ulimit -Hn) && SKEIN_WATCHERS=1000 .ci/swift-test --filter SkeinDiscoveryTests.HerdTests
	@.ci/phase "release build" swift build -c release --product robustness-target
	@rm -f .build/robustness.json
	@SKEIN_ROBUSTNESS=long SKEIN_ROBUSTNESS_RECORD=.build/robustness.json \
	    SKEIN_ROBUSTNESS_TARGET=.build/release/robustness-target \
	    .ci/phase robustness .venv/bin/python -B -m unittest discover -s Tests/RobustnessTests
	@cd Tests/RobustnessTests && ../../.venv/bin/python -B -m kit.record ../../.build/robustness.json

sanitize: setup-test .venv/stamp
	@.ci/phase "address sanitizer" .ci/sanitize address
	@.ci/phase "thread sanitizer" .ci/sanitize thread

# The Python peer of the interop tests; made again when its requirements change.
.venv/stamp: .ci/requirements.txt | setup
	@.ci/phase "python packages" sh -c 'python3 -m venv --clear .venv && \
	    .venv/bin/pip install --quiet --disable-pip-version-check -r .ci/requirements.txt'
	@touch $@

check: setup
	@.ci/phase format .ci/format
	@.ci/phase layers .ci/layers
	@.ci/phase sizes .ci/sizes
	@.ci/phase words .ci/words
	@.ci/phase links .ci/links
	@.ci/phase generated .ci/generated

format: setup
	@.ci/format --fix

generate: setup
	@.ci/generated --write

bench: setup-bench
	@Benchmarks/run

bench-picks: setup-bench
	@Benchmarks/run --only picks

lab: setup
	@.ci/phase "release build" swift build -c release --product skein
	@.build/release/skein lab --claims --seeds 10

clean:
	@rm -rf .build .venv Benchmarks/.build*
