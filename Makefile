# Everything there is to do here; `make` lists it. Nothing has to be installed before but Python
# 3.11 or newer and make. Works with GNU make 3.81 and later, which is what macOS has.

ENV  ?= dev
VENV ?= .venv

.DEFAULT_GOAL := help
.PHONY: help up preview serve manifests refresh destroy reset systems promote rollback protect purge dns secret parity ledger test lint bench audit docs lock engine clean

# The name changes with the requirements, so an environment of older ones is not taken for ready.
READY     := $(VENV)/.ready-$(shell cksum < requirements.txt | cut -d ' ' -f 1)
# Of what the tests need on top: `make up` does not wait for it.
TESTS_READY := $(VENV)/.tests-ready-$(shell cksum < requirements-test.txt | cut -d ' ' -f 1)
CHECKERS  := $(VENV)-audit
CHECKERS_READY := $(CHECKERS)/.ready-$(shell cksum < requirements-audit.txt | cut -d ' ' -f 1)
REHEARSAL  = $(VENV)/bin/python -m rehearsal
OPERATIONS = $(VENV)/bin/python -m operations
ENDPOINT_URL = $(if $(ENDPOINT),--endpoint-url '$(ENDPOINT)')
OPTIONS    = --env '$(ENV)' $(if $(SYSTEM),--system '$(SYSTEM)') $(if $(JSON),--json)

# The oldest supported Python first: it is the one that everything is tested with.
PYTHONS = $(or $(PYTHON),python3.11 python3.12 python3.13 python3.14 python3)

# The tools' caches go where the environment is: the checkout may be read-only.
CACHE := $(abspath $(VENV))/cache
# Images of Python often turn compiled modules off; here every command would compile the program anew.
unexport PYTHONDONTWRITEBYTECODE
export RUFF_CACHE_DIR := $(CACHE)/ruff
export MYPY_CACHE_DIR := $(CACHE)/mypy
export HYPOTHESIS_STORAGE_DIRECTORY := $(CACHE)/hypothesis
PYTEST = $(VENV)/bin/python -m pytest -q -o cache_dir='$(CACHE)/pytest'
# A module's tests share what they have deployed, so they stay together.
ON_ALL_CORES = -n auto --maxprocesses 4 --dist loadscope
TYPED  = $(wildcard __main__.py infra commands rehearsal functions operations tests)

# step NAME COMMAND…: one line for what went well, with its time; all the output of what did not.
STEP = step() { name=$$1; shift; start=$$(date +%s); said=$$("$$@" 2>&1); code=$$?; \
	[ $$code = 0 ] && word=ok || { word=FAILED; failed="$$failed $$name"; printf '%s\n' "$$said"; }; \
	printf '%-8s %-6s %4s s\n' "$$name" $$word $$(($$(date +%s) - start)); }; failed=
CHECKS = step ruff $(VENV)/bin/ruff check --quiet .; \
	step mypy $(VENV)/bin/python -m mypy --no-error-summary $(TYPED)

help: ## this list
	@echo 'make TARGET [ENV=dev|staging|prod] [SYSTEM=FILE] [JSON=1]'
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/\1	\2/p' Makefile | \
		while IFS='	' read -r name text; do printf '  %-10s %s\n' "$$name" "$$text"; done

up: $(READY) ## bring ENV up in the embedded AWS with the real engine, and show what was made
	@$(REHEARSAL) up $(OPTIONS)

preview: $(READY) ## what the working tree changes in ENV; compared with BASE (a revision), or the last commit
	@$(REHEARSAL) preview $(OPTIONS) $(if $(BASE),--base '$(BASE)')

serve: $(READY) ## bring ENV up and leave the embedded AWS running on PORT of this machine
	@$(REHEARSAL) serve --env '$(ENV)' $(if $(SYSTEM),--system '$(SYSTEM)') $(if $(PORT),--port '$(PORT)')

manifests: $(READY) ## write the Kubernetes objects of ENV as YAML, into OUTPUT or manifests/ENV
	@$(REHEARSAL) manifests $(OPTIONS) $(if $(OUTPUT),--output '$(OUTPUT)')

refresh: $(READY) ## take what is in ENV's embedded AWS now into its state
	@$(REHEARSAL) refresh $(OPTIONS)

destroy: $(READY) ## remove what is in ENV; refused for what is protected
	@$(REHEARSAL) destroy $(OPTIONS)

reset: $(READY) ## throw away ENV's embedded AWS and its state, protected or not
	@$(REHEARSAL) clean --env '$(ENV)' $(if $(SYSTEM),--system '$(SYSTEM)')

promote: $(READY) ## copy the image digests of FROM's stack file into TO's; DIGESTS="api=sha256:…" for tags of dev
	@$(OPERATIONS) promote --from '$(FROM)' --to '$(TO)' $(foreach digest,$(DIGESTS),--digest '$(digest)') $(if $(JSON),--json)

rollback: $(READY) ## write the image digests that ENV ran before into its stack file again
	@$(OPERATIONS) rollback --env '$(ENV)' $(if $(JSON),--json)

protect: $(READY) ## set the rules of main and of prod on GitHub; TEAM agrees to prod, GITHUB_TOKEN administers
	@$(OPERATIONS) protect-branch $(if $(TEAM),--team '$(TEAM)') $(if $(SYSTEM),--system '$(SYSTEM)') $(if $(JSON),--json)

purge: $(READY) ## remove PATHS (everything without any) from the caches of ENV's CDN; ENDPOINT is an embedded AWS
	@$(OPERATIONS) purge --env '$(ENV)' $(if $(SYSTEM),--system '$(SYSTEM)') $(ENDPOINT_URL) $(if $(JSON),--json) -- $(foreach path,$(PATHS),'$(path)')

dns: $(READY) ## what would be cut when the domain points to ENV's zone; ZONE is a file of today's one
	@$(OPERATIONS) check-dns $(OPTIONS) $(if $(ZONE),--zone-file '$(ZONE)') $(foreach name,$(NAMES),--name '$(name)')

secret: $(READY) ## set the secret NAME of ENV from a hidden prompt or stdin; ENDPOINT is an embedded AWS
	@$(OPERATIONS) secret set '$(NAME)' --env '$(ENV)' $(if $(SYSTEM),--system '$(SYSTEM)') $(ENDPOINT_URL)

parity: $(READY) ## compare what FROM and TO declare and hold: names of secrets, features; PROFILES="staging=… prod=…"
	@$(OPERATIONS) parity --from '$(FROM)' --to '$(TO)' $(if $(SYSTEM),--system '$(SYSTEM)') \
		$(if $(JSON),--json) $(foreach name,$(ACCEPT),--accept '$(name)') \
		$(foreach pair,$(PROFILES),--profile '$(pair)') $(foreach pair,$(ENDPOINTS),--endpoint-url '$(pair)')

ledger: $(READY) ## when each secret of ENV was changed, and when it is due
	@$(OPERATIONS) ledger $(OPTIONS) $(ENDPOINT_URL)

test: $(TESTS_READY) ## linter, type checker, then all tests, or those in TESTS (files or folders)
	@$(VENV)/bin/python -m rehearsal.engine || echo 'The tests that need the engine will be skipped.'
	@$(STEP); $(CHECKS); \
	start=$$(date +%s); $(PYTEST) $(or $(TESTS),$(ON_ALL_CORES)) && word=ok || { word=FAILED; failed="$$failed pytest"; }; \
	printf '%-8s %-6s %4s s\n' pytest $$word $$(($$(date +%s) - start)); \
	[ -z "$$failed" ] || { echo "Failed:$$failed"; exit 1; }

lint: $(TESTS_READY) ## linter and type checker only
	@$(STEP); $(CHECKS); [ -z "$$failed" ]

systems: $(READY) ## bring each of the five systems up in each environment, and say how it went
	@$(REHEARSAL) systems $(if $(JSON),--json)

bench: $(READY) ## how long things take, compared with the engine's own floor
	@$(REHEARSAL) bench $(if $(JSON),--json)

audit: $(READY) $(CHECKERS_READY) ## checkers made by others on all environments, or on ENV; see waivers.yaml
	@$(REHEARSAL) audit --checkers '$(CHECKERS)' $(if $(findstring command line,$(origin ENV)),--env '$(ENV)') \
		$(if $(SYSTEM),--system '$(SYSTEM)') $(if $(JSON),--json)

docs: $(TESTS_READY) ## write the generated parts of the documentation anew
	@$(REHEARSAL) docs

lock: $(CHECKERS_READY) ## pin the requirements, and see that all machines find packages; UPGRADE=1 takes newer ones
	@tools/lock/lock.sh $(CHECKERS)/bin/uv $(if $(UPGRADE),--upgrade)

engine: $(READY) ## find the Pulumi engine, or download or build it now
	@$(VENV)/bin/python -m rehearsal.engine

clean: ## delete the Python environment, the tools' caches and written manifests
	@for folder in '$(VENV)' '$(CHECKERS)'; do [ ! -f "$$folder/pyvenv.cfg" ] || rm -rf "$$folder"; done
	@rm -rf manifests .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@echo 'Deleted. The rehearsals and the engine are in your home folder; see make reset.'

# An interrupted installation leaves no .ready file and is begun again. The requirements list every
# package, so pip need not look for more; byte code is written afterwards on all cores, which halves
# the time. A folder that is something else than an environment is never cleared, nor one behind a
# link, which may be another checkout's. The requirements' age says nothing: git sets it anew.
PIP_INSTALL = -m pip install --disable-pip-version-check --no-input --no-deps --no-compile --require-hashes
$(READY): REQUIREMENTS = requirements.txt
$(READY): FOLDER = $(VENV)
$(CHECKERS_READY): REQUIREMENTS = requirements-audit.txt
$(CHECKERS_READY): FOLDER = $(CHECKERS)
$(READY) $(CHECKERS_READY):
	@for python in $(PYTHONS); do \
		$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && break; python=; \
	done; \
	stop() { printf '%s\n' "$$@" >&2; exit 1; }; \
	[ -n "$$python" ] || stop 'Python 3.11 or newer is needed; tried: $(PYTHONS).' \
		'Install it, or say where it is: make PYTHON=/path/to/python3.11 …'; \
	[ ! -L '$(FOLDER)' ] || stop 'The folder $(FOLDER) is a link, and what is behind it is not cleared.' \
		"Name that itself: make VENV=$$(cd '$(FOLDER)' 2>/dev/null && pwd -P || echo /path/to/venv) …"; \
	mkdir -p '$(FOLDER)' 2>/dev/null && [ -w '$(FOLDER)' ] || stop 'The folder $(FOLDER) cannot be written.' \
		'Name another one: make VENV=$$HOME/.cache/groundwork/venv …'; \
	[ -f '$(FOLDER)/pyvenv.cfg' ] || [ -z "$$(ls -A '$(FOLDER)')" ] || \
		stop 'The folder $(FOLDER) holds something else than a Python environment. Name an empty one.'; \
	echo "Installing the Python packages into $(FOLDER) ($$($$python -V)); once, about a minute"; \
	start=$$(date +%s); rm -f '$(FOLDER)'/.ready-*; log=$$(mktemp) || exit 1; \
	{ $$python -m venv --clear '$(FOLDER)' && \
		'$(FOLDER)/bin/python' $(PIP_INSTALL) -r $(REQUIREMENTS) && \
		{ '$(FOLDER)/bin/python' -m compileall -qq -j 0 '$(FOLDER)/lib' || true; }; } > "$$log" 2>&1 || \
		{ tail -n 15 "$$log"; rm -f "$$log"; stop 'The Python packages could not be installed; the reason is above.' \
		'When it is mended (network, proxy, disk space), run the same command again.'; }; \
	rm -f "$$log"; touch '$@'; \
	printf '%-8s %-6s %4s s\n' packages ok $$(($$(date +%s) - start))

# Into the same environment, which a change of its own requirements clears as a whole.
$(TESTS_READY): $(READY)
	@start=$$(date +%s); log=$$(mktemp) || exit 1; rm -f '$(VENV)'/.tests-ready-*; \
	'$(VENV)/bin/python' $(PIP_INSTALL) -r requirements-test.txt > "$$log" 2>&1 || \
		{ tail -n 15 "$$log"; rm -f "$$log"; \
		echo 'What the tests need could not be installed; the reason is above. Run the same command again.' >&2; \
		exit 1; }; \
	rm -f "$$log"; touch '$@'; \
	printf '%-8s %-6s %4s s\n' tools ok $$(($$(date +%s) - start))
