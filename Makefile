# Commands for developers. `make help` lists them.

.DEFAULT_GOAL := help
.PHONY: help program test format lint unit html tools browser php python git engines bench screenshots look deny msrv dist

CARGO ?= cargo
STORYBANK := $(or $(CARGO_TARGET_DIR),target)/debug/storybank
# The checks write below this folder, which version control ignores.
CHECK := target/check
TOOLS := target/tools
MSRV = $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
VNU_VERSION := 26.9.27
VNU := $(TOOLS)/vnu-$(VNU_VERSION).jar
# The site in the pictures of docs/: the fictional sample. `make screenshots SITE=.` shows the site of this repository.
SITE ?= src/commands/sample

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /  /' | awk '{ name = $$1; $$1 = ""; printf "%-12s%s\n", name, $$0 }'

test: tools format lint unit html ## Install what the checks need beyond Rust, then run them all

format: ## Check that the sources are formatted, if rustfmt is installed
	@if $(CARGO) fmt --version >/dev/null 2>&1; then $(CARGO) fmt --check; else echo "format: skipped, rustfmt is not installed"; fi

lint: ## Check the sources with clippy, if clippy is installed
	@if $(CARGO) clippy --version >/dev/null 2>&1; then $(CARGO) clippy --locked --all-targets -- -D warnings; else echo "lint: skipped, clippy is not installed"; fi

unit: browser engines ## Run the tests
	$(CARGO) test --locked

html: tools program ## Build this repository's site, a new one and the sample, and check their HTML
	@rm -rf $(CHECK)
	$(STORYBANK) build --out $(CHECK)/private
	$(STORYBANK) build --audience team --out $(CHECK)/team
	$(STORYBANK) init $(CHECK)/new
	$(STORYBANK) build --root $(CHECK)/new
	$(STORYBANK) init --sample $(CHECK)/sample
	$(STORYBANK) build --root $(CHECK)/sample
	$(STORYBANK) build --root $(CHECK)/sample --audience public --out $(CHECK)/sample-public
	$(STORYBANK) publish page --root $(CHECK)/sample
	java -jar $(VNU) --errors-only --skip-non-html $(CHECK)
	@echo "no errors in the HTML of $$(find $(CHECK) -name '*.html' | wc -l) pages"

# Built together with the tests. `cargo build` would choose other features for some dependencies and compile them again.
program:
	$(CARGO) test --locked --quiet --no-run --test commands

tools: browser $(VNU)
	@.ci/need "java -version" java default-jre-headless "the HTML checker runs on it"

browser:
	@.ci/need "chromium --version" chromium chromium "the tests of the preview run in it"
	@.ci/need "chromedriver --version" chromedriver chromium-driver "the tests of the preview drive Chromium with it"

php:
	@.ci/need "php --version" php php-cli "the wikis of the tests are written in it"
	@.ci/need "php --ri xml" php-xml php-xml "the wikis of the tests read XML"
	@.ci/need "php --ri mbstring" php-mbstring php-mbstring "the wikis of the tests read Unicode text"
	@.ci/need "php --ri intl" php-intl php-intl "MediaWiki normalizes Unicode with it"
	@.ci/need "php --ri pdo_sqlite" php-sqlite3 php-sqlite3 "MediaWiki stores its pages in it"

# Real wikis that the tests publish to. A script installs each of them once; the tests start and stop them.
engines: ## Install the wikis that the tests publish to
engines: $(foreach script,$(wildcard tests/engines/*.sh),target/engines/$(basename $(notdir $(script))))

target/engines/%: tests/engines/%.sh | php
	@echo "installing $* for the tests"
	@rm -rf $@ $@.part
	@mkdir -p $@.part
	@$< $(abspath $@.part)
	@mv $@.part $@

# Otter Wiki is a Python package, installed into its own virtual environment.
target/engines/otterwiki: | python

python: git
	@.ci/need "python3 -m ensurepip --version" python3 python3-venv "the wiki that the tests push to runs on it"

git:
	@.ci/need "git --version" git git "the program reads and writes git wikis with it"

# The checker is one file of a package. The package's install script would download another Java, so it is not run.
$(VNU):
	@.ci/need "npm --version" npm npm "it downloads the HTML checker"
	@echo "installing the Nu HTML checker $(VNU_VERSION) into $(TOOLS)"
	@mkdir -p $(TOOLS)
	@npm install --prefix $(TOOLS) --no-save --no-package-lock --no-audit --no-fund --ignore-scripts --silent vnu-jar@$(VNU_VERSION) </dev/null \
		|| { echo "error: npm cannot install vnu-jar $(VNU_VERSION); can it reach its registry?" >&2; exit 1; }
	@mv $(TOOLS)/node_modules/vnu-jar/build/dist/vnu.jar $@
	@rm -rf $(TOOLS)/node_modules

deny: ## Check the dependencies: licences, duplicates, sources and security advisories (needs cargo-deny, and the network)
	@cargo deny --version >/dev/null 2>&1 || { echo "error: cargo-deny is missing; install it with cargo install --locked cargo-deny" >&2; exit 1; }
	cargo deny check

msrv: ## Check that the lowest Rust version that Cargo.toml names builds the program (installs it with rustup)
	rustup toolchain install $(MSRV) --profile minimal --no-self-update
	cargo +$(MSRV) check --locked --target-dir target/msrv

dist: ## Create an archive with the optimised program, its completions, manual pages, licences and documentation
	$(CARGO) build --locked --profile dist
	@.ci/dist target/dist/storybank target/dist-archives

bench: browser ## Measure the time of builds, and the time until the preview shows a save
	$(CARGO) bench --locked --bench build
	$(CARGO) bench --locked --bench preview

screenshots: program ## Take the pictures of the documentation
	$(STORYBANK) build --root $(SITE) --out $(CHECK)/pictures
	@.ci/pictures $(CHECK)/pictures

look: program ## Take pictures of all kinds of pages at three widths, light, dark and on paper, to look at
	$(STORYBANK) build --root $(SITE) --out $(CHECK)/look
	@.ci/look $(CHECK)/look $(CHECK)/look-pictures
