# What a developer runs. `make help` lists it.

.DEFAULT_GOAL := help
.PHONY: help test format lint unit html tools browser php python git engines bench screenshots deny msrv dist

CARGO ?= cargo
STORYBANK := $(CARGO) run --locked --quiet --
# Everything that is made here goes below this folder, which version control leaves out.
CHECK := target/check
TOOLS := target/tools
MSRV = $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
VNU_VERSION := 26.9.27
VNU := $(TOOLS)/vnu-$(VNU_VERSION).jar
# The site that the pictures in docs/ show; `make screenshots SITE=.` takes them of this repository's own.
SITE ?= $(CHECK)/pictured

help: ## List what can be made
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /  /' | awk '{ name = $$1; $$1 = ""; printf "%-12s%s\n", name, $$0 }'

test: tools format lint unit html ## Install what the checks need beyond Rust, then run them all

format: ## Check that the sources are formatted, if there is a rustfmt
	@if $(CARGO) fmt --version >/dev/null 2>&1; then $(CARGO) fmt --check; else echo "format: left out, there is no rustfmt"; fi

lint: ## Check the sources with clippy, if there is one
	@if $(CARGO) clippy --version >/dev/null 2>&1; then $(CARGO) clippy --locked --all-targets -- -D warnings; else echo "lint: left out, there is no clippy"; fi

unit: browser engines ## Run the tests
	$(CARGO) test --locked

html: tools ## Build this repository's site, and a new one, and check their HTML
	@rm -rf $(CHECK)
	$(STORYBANK) build --out $(CHECK)/private
	$(STORYBANK) build --audience team --out $(CHECK)/team
	$(STORYBANK) init $(CHECK)/new
	$(STORYBANK) build --root $(CHECK)/new
	$(STORYBANK) publish page --root $(CHECK)/new
	java -jar $(VNU) --errors-only --skip-non-html $(CHECK)
	@echo "no errors in the HTML of $$(find $(CHECK) -name '*.html' | wc -l) pages"

tools: browser $(VNU)
	@.ci/need "java -version" java default-jre-headless "the checker of the HTML runs on it"

browser:
	@.ci/need "chromium --version" chromium chromium "the tests of the preview run in it"
	@.ci/need "chromedriver --version" chromedriver chromium-driver "the tests of the preview drive Chromium with it"

php:
	@.ci/need "php --version" php php-cli "the wikis of the tests are written in it"
	@.ci/need "php --ri xml" php-xml php-xml "the wikis of the tests read XML"
	@.ci/need "php --ri mbstring" php-mbstring php-mbstring "the wikis of the tests read letters of all scripts"
	@.ci/need "php --ri intl" php-intl php-intl "MediaWiki writes accents in one way with it"
	@.ci/need "php --ri pdo_sqlite" php-sqlite3 php-sqlite3 "MediaWiki keeps its pages in it"

# Real wikis for the tests to publish to, each laid out once by a script of its own; started and stopped by the tests themselves.
engines: ## Install the wikis that the tests publish to
engines: $(foreach script,$(wildcard tests/engines/*.sh),target/engines/$(basename $(notdir $(script))))

target/engines/%: tests/engines/%.sh | php
	@echo "installing $* for the tests"
	@rm -rf $@ $@.part
	@mkdir -p $@.part
	@$< $(abspath $@.part)
	@mv $@.part $@

# Otter Wiki is a package of Python, which gets an environment of its own.
target/engines/otterwiki: | python

python: git
	@.ci/need "python3 -m ensurepip --version" python3 python3-venv "the wiki that the tests push to runs on it"

git:
	@.ci/need "git --version" git git "wikis that are repositories are reached with it"

# The checker is one file of a package; the package's install script, which would fetch a Java of its own, is not run.
$(VNU):
	@.ci/need "npm --version" npm npm "the checker of the HTML comes through it"
	@echo "installing the Nu HTML checker $(VNU_VERSION) into $(TOOLS)"
	@mkdir -p $(TOOLS)
	@npm install --prefix $(TOOLS) --no-save --no-package-lock --no-audit --no-fund --ignore-scripts --silent vnu-jar@$(VNU_VERSION) </dev/null \
		|| { echo "error: npm cannot install vnu-jar $(VNU_VERSION); does it reach its registry?" >&2; exit 1; }
	@mv $(TOOLS)/node_modules/vnu-jar/build/dist/vnu.jar $@
	@rm -rf $(TOOLS)/node_modules

deny: ## Check the dependencies: licences, duplicates, sources and security advisories (needs cargo-deny, and the network)
	@cargo deny --version >/dev/null 2>&1 || { echo "error: cargo-deny is missing; install it with cargo install --locked cargo-deny" >&2; exit 1; }
	cargo deny check

msrv: ## Check that the lowest Rust version that Cargo.toml names builds the program (installs it with rustup)
	rustup toolchain install $(MSRV) --profile minimal --no-self-update
	cargo +$(MSRV) check --locked --target-dir target/msrv

dist: ## Make an archive with the optimised program, its completions, manual pages, licences and documentation
	$(CARGO) build --locked --profile dist
	@.ci/dist target/dist/storybank target/dist-archives

bench: browser ## Measure how long builds take, and how soon the preview shows a save
	$(CARGO) bench --locked --bench build
	$(CARGO) bench --locked --bench preview

screenshots: ## Take the pictures of the documentation
	@if [ ! -e $(SITE)/content ]; then $(STORYBANK) init $(SITE); fi
	$(STORYBANK) build --root $(SITE) --out $(CHECK)/pictures
	@.ci/pictures $(CHECK)/pictures
