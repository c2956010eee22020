# Two commands: `make run` and `make test`. Both set up what is missing first.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

RELEASE := target/release/tos-comp
DEBUG := target/debug/tos-comp
# What `make run` starts inside the session; another one: make run PROGRAM="weston-terminal"
PROGRAM ?= foot --config=tests/foot.ini fish
ARGS ?=
# Such as --config tosd.toml
TOSD_ARGS ?=
SECONDS_OF_FUZZ ?= 3600
VARIANT ?= core

# A build that is made once keeps nothing for the next one: half the disk.
ifdef CI
export CARGO_INCREMENTAL := 0
endif

.PHONY: help run up test bench lint deps build e2e apps wlcs fuzz image image-check test-host bench-host clean

help: ## Show this
	@grep -E '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: deps ## Set everything up, start a desktop and print its URL
	cargo build --release --bin tos-comp
	LC_ALL=C.UTF-8 $(RELEASE) run $(ARGS) -- $(PROGRAM)

up: deps ## Serve several people: build tosd and what it starts, print its URL and the first administrator's link
	cargo build --release --bin tosd --bin tos-init --bin tos-comp
	target/release/tosd $(TOSD_ARGS) run

deps: ## Install what is missing: Debian packages, npm packages
	@scripts/deps

build: deps
	@# In one go, tests and all: what is built on its own gets other features of what it stands on, and that is built twice.
	cargo build --workspace --lib --bins --tests --examples

test: build ## Run every test
	cargo fmt --all --check
	@# What is drawn by lot is drawn alike each time here, as much of the fuzzer as a minute takes; `make fuzz` draws anew.
	PROPTEST_RNG_SEED=7 TOS_FUZZ_SEED=7 TOS_FUZZ_SECONDS=60 cargo test --workspace
	npm run --silent check
	npm test --silent
	node tests/wlcs/run.mjs
	TOS_COMP=$(DEBUG) npm run --silent e2e
	TOS_COMP=$(DEBUG) npm run --silent apps
	TOS_COMP=$(DEBUG) npm run --silent host

e2e: build ## Run the tests in real browsers only
	TOS_COMP=$(DEBUG) npm run --silent e2e

apps: build ## Try real applications, installing what is missing; pictures and a table in apps-out/
	TOS_COMP=$(DEBUG) node tests/apps/run.mjs --install

wlcs: build ## Run the Wayland conformance suite only
	node tests/wlcs/run.mjs

fuzz: deps ## Draw every test by lot anew, then let clients send anything for an hour; another time: make fuzz SECONDS_OF_FUZZ=60
	cargo test --workspace --tests -- --skip fuzz::whatever
	TOS_FUZZ_SECONDS=$(SECONDS_OF_FUZZ) cargo test --workspace --test protocols fuzz::whatever -- --nocapture

bench: deps ## Measure; prints tables, writes bench-out/
	cargo build --release --workspace --bins
	cargo build --release -p shell-bridge --example decode_speed
	TOS_COMP=$(RELEASE) node tests/bench/run.mjs

lint: deps ## Check format and lints
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

image: ## Make the image of a user's container for podman; a small one for trials: make image VARIANT=small
	@container/image/build --variant $(VARIANT) $(if $(BINARIES),--binaries $(BINARIES))

image-check: ## Make the small image twice from nothing and compare; needs the network
	@container/image/check $(if $(BINARIES),--binaries $(BINARIES))

test-host: build image ## Run what needs podman and the image: the whole story of several people; takes long
	TOS_COMP=$(DEBUG) npm run --silent host-full

bench-host: deps ## Measure several people on one host; what needs podman wants `make image` first
	cargo build --release --workspace --bins
	TOS_COMP=$(RELEASE) TOSD=target/release/tosd node tests/bench/host/run.mjs

clean: ## Remove what was built
	cargo clean
	rm -rf node_modules bench-out apps-out
