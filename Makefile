# Everything there is to do here; `make` lists it. Nothing has to be installed before but Python
# 3.11 or newer and make. Works with GNU make 3.81 and later, which is what macOS has.

ENV  ?= dev
VENV ?= .venv

# What people give is handed on in the environment, as it stands, and never becomes part of a command: neither
# make nor the shell finds anything in it to run.
ENV_ORIGIN := $(origin ENV)
GIVEN := ACCEPT AGAIN ALL ANEW AUTOMATIC BACK BACKUP BACKUP_ACCOUNT BACKUP_ENDPOINT BACKUP_PROFILE BASE CONNECT DATA DIFF DIGESTS \
	ENDPOINT ENDPOINTS ENV FORCE FORWARD FROM GENERATION HELD INVENTORY JSON LIST MARKDOWN MINUTES NAME NAMES \
	NOW OF ONLY OUTPUT OUTSIDE OWNER_GONE PARALLEL PATHS PLAN PORT PROFILES PYTHON REASON REGION SAVE SECOND \
	SINCE SNAPSHOT SYSTEM TEAM TESTS TO TRY UPGRADE VENV VERSION WAIT WHAT WRITE YES ZONE
$(foreach name,$(GIVEN),$(eval override $(name) := $$(value $(name))))
export $(GIVEN)
EMPTY :=
SPACE := $(EMPTY) $(EMPTY)
# One for each stack file.
ENVIRONMENTS = $(subst $(SPACE),|,$(patsubst Pulumi.%.yaml,%,$(sort $(wildcard Pulumi.*.yaml))))
# each NAME,OPTION: an option for each word of a list.
each = for word in $$$(1); do set -- "$$@" $(2) "$$word"; done;

# The environment's folder alone is part of targets, so it is of plain characters.
OPEN := (
CLOSE := )
SPECIAL := ' " ` $$ ; & | < > * ? [ ] ! \ { } : % = \# $(OPEN) $(CLOSE)
ifneq ($(strip $(word 2,$(VENV)) $(filter -%,$(VENV)) $(foreach character,$(SPECIAL),$(findstring $(character),$(VENV)))),)
$(error VENV: found $(VENV); allowed: a path without spaces, with no hyphen in front and with none of $(SPECIAL))
endif

.DEFAULT_GOAL := help
TARGETS := help up preview cost prices serve shell env manifests timeline drift drifted compare refresh \
	destroy reset systems bootstrap promote plan deploy smoke gate watch rollback emergency protect purge dns \
	secret revoke parity ledger recover backup backups disaster disasters test lint workflows bench sdk audit \
	apiserver provider docs release lock engine clean
.PHONY: $(TARGETS)

# A slip would be passed over, or be seen too late: `make deploy env=prod` and `make deploy prod` would deploy dev.
# What commands read in the environment may be given here as well.
READ := GROUNDWORK_% AWS_% PULUMI_% PIP_% PYTEST_% PYTHON% %_PROXY %_proxy CI NO_COLOR SHELL
UNKNOWN := $(filter-out $(READ),$(foreach name,$(.VARIABLES),$(if $(findstring command line,$(origin $(name))),$(name))))
ifneq ($(UNKNOWN),)
$(error found the name $(UNKNOWN); allowed: $(GIVEN))
endif
UNKNOWN := $(filter-out $(TARGETS) $(VENV)/% $(VENV)-audit/%,$(MAKECMDGOALS))
ifneq ($(UNKNOWN),)
$(error found the target $(UNKNOWN); allowed: $(TARGETS). An environment is named by ENV=)
endif

# The name changes with the requirements, so an environment of older ones is not taken for ready.
READY     := $(VENV)/.ready-$(shell cksum < requirements.txt | cut -d ' ' -f 1)
# Of what the tests need on top: `make up` does not wait for it.
TESTS_READY := $(VENV)/.tests-ready-$(shell cksum < requirements-test.txt | cut -d ' ' -f 1)
CHECKERS  := $(VENV)-audit
CHECKERS_READY := $(CHECKERS)/.ready-$(shell cksum < requirements-audit.txt | cut -d ' ' -f 1)
REHEARSAL  = $(VENV)/bin/python -m rehearsal
OPERATIONS = $(VENV)/bin/python -m operations
AS_JSON    = $${JSON:+--json}
OTHER_SYSTEM = $${SYSTEM:+--system "$$SYSTEM"}
ENDPOINT_URL = $${ENDPOINT:+--endpoint-url "$$ENDPOINT"}
OPTIONS    = --env "$$ENV" $(OTHER_SYSTEM) $(AS_JSON)

# The oldest supported Python first: it is the one that everything is tested with.
PYTHONS = $${PYTHON:-python3.11 python3.12 python3.13 python3.14 python3}

# The tools' caches go where the environment is: the checkout may be read-only.
export CACHE := $(abspath $(VENV))/cache
# Images of Python often turn compiled modules off; here every command would compile the program anew.
unexport PYTHONDONTWRITEBYTECODE
export RUFF_CACHE_DIR := $(CACHE)/ruff
export MYPY_CACHE_DIR := $(CACHE)/mypy
export HYPOTHESIS_STORAGE_DIRECTORY := $(CACHE)/hypothesis
PYTEST = $(VENV)/bin/python -m pytest -q -o cache_dir="$$CACHE/pytest"
# A module's tests share what they have deployed, so they stay together. Those with the fewest tests take longest:
# they begin in the order of tests/conftest.py.
ON_ALL_CORES = -n auto --dist loadscope --no-loadscope-reorder
TYPED  = $(wildcard __main__.py infra commands costs documentation rehearsal functions operations preview rights timing tests)

# step NAME COMMAND…: one line for what went well, with its time; all the output of what did not.
STEP = step() { name=$$1; shift; start=$$(date +%s); said=$$("$$@" 2>&1); code=$$?; \
	[ $$code = 0 ] && word=ok || { word=FAILED; failed="$$failed $$name"; printf '%s\n' "$$said"; }; \
	printf '%-8s %-6s %4s s\n' "$$name" $$word $$(($$(date +%s) - start)); }; failed=
CHECKS = step ruff $(VENV)/bin/ruff check --quiet .; \
	step mypy $(VENV)/bin/python -m mypy --no-error-summary $(TYPED)

help: ## this list
	@echo 'make TARGET [ENV=$(ENVIRONMENTS)] [SYSTEM=FILE] [JSON=1]'
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/\1	\2/p' Makefile | \
		while IFS='	' read -r name text; do printf '  %-10s %s\n' "$$name" "$$text"; done

up: $(READY) ## bring ENV up in the embedded AWS with the real engine, and show what has changed (INVENTORY=1: what there is)
	@$(REHEARSAL) up $(OPTIONS) $${INVENTORY:+--inventory}

preview: $(READY) ## risks and diff of the working tree in ENV, against BASE or the last commit; DIFF=1, MARKDOWN=1, TRY=1 deploys it
	@$(REHEARSAL) preview $(OPTIONS) $${BASE:+--base "$$BASE"} $${DIFF:+--diff} $${MARKDOWN:+--markdown} $${TRY:+--try}

cost: $(READY) ## what ENV costs a month at list prices, by part, and what of it has no price
	@$(REHEARSAL) cost $(OPTIONS)

prices: $(READY) ## read list prices for the stack files' regions from AWS, which make cost then takes
	@$(OPERATIONS) prices $(AS_JSON)

# The servers are among what the tests need.
serve: $(if $(DATA),$(TESTS_READY),$(READY)) ## bring ENV up and leave the embedded AWS running on PORT; DATA=1: real servers behind databases
	@$(REHEARSAL) serve --env "$$ENV" $(OTHER_SYSTEM) $${PORT:+--port "$$PORT"} $${DATA:+--data}

shell: $(READY) ## a shell in which `pulumi` is ENV's rehearsal: stack, preview --target, import, state…
	@$(REHEARSAL) shell --env "$$ENV" $(OTHER_SYSTEM)

# A shell takes all that is printed for commands, so what the installation says goes elsewhere.
env: ## the same for the shell that is open: eval "$(make env ENV=…)"
	@$(MAKE) --no-print-directory engine >&2 && $(REHEARSAL) env --env "$$ENV" $(OTHER_SYSTEM)

manifests: $(READY) ## write the Kubernetes objects of ENV as YAML, into OUTPUT or manifests/ENV
	@$(REHEARSAL) manifests $(OPTIONS) $${OUTPUT:+--output "$$OUTPUT"}

timeline: $(READY) ## draw how long ENV would take on AWS, into OUTPUT or timelines/ENV.svg; PARALLEL as in Pulumi
	@$(REHEARSAL) timeline $(OPTIONS) $${OUTPUT:+--output "$$OUTPUT"} $${PARALLEL:+--parallel "$$PARALLEL"}

drift: $(READY) ## what ENV's embedded AWS has otherwise than it was deployed, property by property
	@$(REHEARSAL) drift $(OPTIONS)

refresh: $(READY) ## take what is in ENV's embedded AWS now into its state
	@$(REHEARSAL) refresh $(OPTIONS)

destroy: $(READY) ## remove what is in ENV; refused for what is protected
	@$(REHEARSAL) destroy $(OPTIONS)

reset: $(READY) ## throw away ENV's embedded AWS and its state, protected or not
	@$(REHEARSAL) reset $(OPTIONS)

bootstrap: $(READY) ## make what ENV's account needs first: state and key in REGION, roles, GitHub; WHAT=plan only shows
	@$(OPERATIONS) bootstrap $(OPTIONS) $(ENDPOINT_URL) $${REGION:+--region "$$REGION"} $${YES:+--yes} $${FORCE:+--force} \
		$$([ "$$WHAT" != plan ] || echo --dry-run)

promote: $(READY) ## copy the image digests of FROM's stack file into TO's; DIGESTS="api=sha256:…" for tags of dev
	@set -f; set --; $(call each,DIGESTS,--digest) \
	$(OPERATIONS) promote --from "$$FROM" --to "$$TO" "$$@" $(AS_JSON)

plan: $(READY) ## what a deployment of ENV would do, kept for `make deploy PLAN=…` in OUTPUT or plans/ENV.json
	@$(OPERATIONS) plan --env "$$ENV" $${OUTPUT:+--output "$$OUTPUT"} $(AS_JSON)

deploy: $(READY) ## deploy ENV with `pulumi up` and write it down; PLAN: exactly what it has, or nothing; BACKUP_ACCOUNT=1: the account that it is copied to (WHAT=plan only shows, and keeps the plan)
	@$(OPERATIONS) deploy$${BACKUP_ACCOUNT:+-backup-account} $(OPTIONS) $(ENDPOINT_URL) $${PLAN:+--plan "$$PLAN"} $${AGAIN:+--again} \
		$$([ "$$WHAT" != plan ] || echo --dry-run)

drifted: $(READY) ## whether ENV's account still has what was deployed, without reading a secret; OUTPUT: the issue, when there is one
	@$(OPERATIONS) drifted --env "$$ENV" $${OUTPUT:+--output "$$OUTPUT"} $(AS_JSON)

compare: $(READY) ## what a deployment of this checkout would do to ENV's account as it is now, risks first; OUTPUT: a pull request's comment
	@$(OPERATIONS) compare --env "$$ENV" $${OUTPUT:+--output "$$OUTPUT"} $(AS_JSON)

smoke: $(READY) ## check what ENV runs: health, TLS, headers, CDN, versions; OUTSIDE=1 leaves the cluster's API out
	@$(OPERATIONS) smoke $(OPTIONS) $(ENDPOINT_URL) $${CONNECT:+--connect "$$CONNECT"} $${OUTSIDE:+--outside}

gate: $(READY) ## whether p95 and errors of ENV have been good for 5 minutes; WAIT minutes first
	@$(OPERATIONS) gate $(OPTIONS) $(ENDPOINT_URL) $${WAIT:+--wait "$$WAIT"}

watch: $(READY) ## watch ENV's alarms that page, for MINUTES (30) after its deployment or SINCE a time
	@$(OPERATIONS) watch $(OPTIONS) $(ENDPOINT_URL) $${MINUTES:+--minutes "$$MINUTES"} $${SINCE:+--since "$$SINCE"}

rollback: $(READY) ## write the image digests that ENV ran before, or at revision TO, again; LIST=1 shows them
	@$(OPERATIONS) rollback $(OPTIONS) $(ENDPOINT_URL) $${TO:+--to "$$TO"} $${LIST:+--list} $${AUTOMATIC:+--automatic}

emergency: $(READY) ## straight to ENV: REASON and a SECOND person, written down; lists what is to be run afterwards
	@$(OPERATIONS) emergency $(OPTIONS) $(ENDPOINT_URL) --reason "$$REASON" --second "$$SECOND"

protect: $(READY) ## set the rules of main and of prod on GitHub; TEAM agrees to prod, GITHUB_TOKEN administers
	@$(OPERATIONS) protect-branch $${TEAM:+--team "$$TEAM"} $(OTHER_SYSTEM) $(AS_JSON)

purge: $(READY) ## remove PATHS (everything without any) from the caches of ENV's CDN; ENDPOINT is an embedded AWS
	@set -f; set --; $(call each,PATHS) $(OPERATIONS) purge $(OPTIONS) $(ENDPOINT_URL) -- "$$@"

dns: $(READY) ## what would be cut when the domain points to ENV's zone; ZONE is a file of today's one
	@set -f; set --; $(call each,NAMES,--name) \
	$(OPERATIONS) check-dns $(OPTIONS) $${ZONE:+--zone-file "$$ZONE"} "$$@"

secret: $(READY) ## set the secret NAME of ENV from a hidden prompt or stdin; ENDPOINT is an embedded AWS
	@$(OPERATIONS) secret set $(OPTIONS) $(ENDPOINT_URL) -- "$$NAME"

revoke: $(READY) ## end the value of NAME in ENV after a leak, and say what is still valid; NOW=1 does not wait for pods
	@$(OPERATIONS) revoke $(OPTIONS) $(ENDPOINT_URL) $${NOW:+--now} -- "$$NAME"

parity: $(READY) ## compare what FROM and TO declare and hold: names of secrets, features; PROFILES="staging=… prod=…"; SAVE, HELD: in two halves
	@set -f; set --; $(call each,ACCEPT,--accept) $(call each,PROFILES,--profile) \
	$(call each,ENDPOINTS,--endpoint-url) \
	$(OPERATIONS) parity --from "$$FROM" --to "$$TO" $(OTHER_SYSTEM) $(AS_JSON) $${SAVE:+--save "$$SAVE"} \
		$${HELD:+--held "$$HELD"} "$$@"

ledger: $(READY) ## when each secret of ENV was changed, and when it is due
	@$(OPERATIONS) ledger $(OPTIONS) $(ENDPOINT_URL)

recover: $(READY) ## bring ENV's database back to TO (a time, latest), SNAPSHOT, BACKUP or BACK=1; WHAT=plan, check, tests, region, region-back, account, deployment, status, finish, retire
	@$(OPERATIONS) recover "$${WHAT:-database}" $(OPTIONS) $(ENDPOINT_URL) $${TO:+--to "$$TO"} \
		$${SNAPSHOT:+--snapshot "$$SNAPSHOT"} $${BACKUP:+--from-backup "$$BACKUP"} $${BACK:+--back} $${GENERATION:+--generation "$$GENERATION"} \
		$${ALL:+--all} $${MARKDOWN:+--markdown} $${OF:+--of "$$OF"} $${OUTPUT:+--output "$$OUTPUT"} $${FORCE:+--force} $${FORWARD:+--forward} $${OWNER_GONE:+--owner-gone} \
		$${BACKUP_PROFILE:+--backup-profile "$$BACKUP_PROFILE"} $${BACKUP_ENDPOINT:+--backup-endpoint-url "$$BACKUP_ENDPOINT"} $${YES:+--yes}

backup: $(READY) ## take a backup of all of ENV now, with its manifest; interrupted, it goes on (ANEW=1: another one)
	@$(OPERATIONS) backup $(OPTIONS) $(ENDPOINT_URL) $${ANEW:+--anew}

backups: $(READY) ## what ENV can go back to: times, snapshots, backups, recovery points, with age and size (ALL=1)
	@$(OPERATIONS) backups $(OPTIONS) $(ENDPOINT_URL) $${ALL:+--all}

test: $(TESTS_READY) ## linter, type checker, then all tests, or those in TESTS (files or folders)
	@$(VENV)/bin/python -m rehearsal.engine || echo 'The tests that need the engine will be skipped.'
	@$(STEP); $(CHECKS); \
	start=$$(date +%s); $(PYTEST) $${TESTS:-$(ON_ALL_CORES)} && word=ok || { word=FAILED; failed="$$failed pytest"; }; \
	printf '%-8s %-6s %4s s\n' pytest $$word $$(($$(date +%s) - start)); \
	[ -z "$$failed" ] || { echo "Failed:$$failed"; exit 1; }

lint: $(TESTS_READY) ## linter and type checker only
	@$(STEP); $(CHECKS); [ -z "$$failed" ]

workflows: $(READY) $(CHECKERS_READY) ## check the workflows of CI: actionlint, GitHub's schemas
	@$(CHECKERS)/bin/python -m check_jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(CHECKERS)/bin/python -m check_jsonschema --quiet --builtin-schema vendor.github-actions .github/actions/*/action.yml
	@$(CHECKERS)/bin/python -m check_jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	@$(VENV)/bin/python -m rehearsal.audit.actionlint

systems: $(READY) ## bring each of the five systems up in each environment, and say how it went
	@$(REHEARSAL) systems $(AS_JSON)

disaster: $(TESTS_READY) ## break ENV with real rows (NAME=bad-data, database-lost, files-lost, region-lost, failback, account-lost, bad-deployment), and have recover bring it back
	@$(REHEARSAL) disaster --env "$$ENV" --name "$$NAME" $(AS_JSON)

disasters: $(TESTS_READY) ## play every disaster in prod of every system (ONLY=name, SYSTEM=FILE: some of them), as one table; WRITE=1 into docs/recovery.md too
	@$(REHEARSAL) disasters $(AS_JSON) $${ONLY:+--only "$$ONLY"} $${SYSTEM:+--system "$$SYSTEM"} $${WRITE:+--write}

bench: $(READY) ## how long things take, compared with the engine's own floor; WRITE=1 into docs/benchmark.md too
	@$(REHEARSAL) bench $${WRITE:+--write} $(AS_JSON)

sdk: $(READY) ## what each part of Pulumi's SDK that rehearsals replace takes in ENV, and that no state differs
	@$(REHEARSAL) bench-sdk --env "$$ENV" $(AS_JSON)

audit: $(READY) $(CHECKERS_READY) workflows ## checkers made by others on all environments, or on ENV; see waivers.yaml
	@$(CHECKERS)/bin/python -m vulture >&2
	@$(REHEARSAL) audit --checkers '$(CHECKERS)' $(if $(findstring command line,$(ENV_ORIGIN)),--env "$$ENV") \
		$(OTHER_SYSTEM) $(AS_JSON)

# What it builds once takes minutes, so that `make audit` does not wait for it.
apiserver: $(READY) ## give ENV's Kubernetes objects to a real API server, and compare what it refuses and allows
	@$(REHEARSAL) apiserver $(OPTIONS)

provider: $(READY) ## ask AWS's own Terraform provider about all environments, or ENV: valid, settled, replaced by what, read back
	@$(REHEARSAL) provider $(if $(findstring command line,$(ENV_ORIGIN)),--env "$$ENV") $(OTHER_SYSTEM) $(AS_JSON)

docs: $(TESTS_READY) ## write the generated parts of the documentation anew
	@$(REHEARSAL) docs $(AS_JSON)

release: $(READY) ## keep the state that VERSION leaves: the program of later versions may replace nothing of it
	@$(REHEARSAL) release --version "$$VERSION" $(AS_JSON)

lock: $(CHECKERS_READY) ## pin the requirements, and see that all machines find packages; UPGRADE=1 takes newer ones
	@tools/lock/lock.sh $(CHECKERS)/bin/uv $(if $(UPGRADE),--upgrade)

engine: $(READY) ## find the Pulumi engine, or download or build it now
	@$(VENV)/bin/python -m rehearsal.engine

clean: ## delete the Python environment, the tools' caches, manifests and timelines
	@sh tools/environment/clean.sh '$(VENV)' '$(CHECKERS)'

INSTALL = @PYTHONS="$(PYTHONS)" FOLDER='$(FOLDER)' REQUIREMENTS='$(REQUIREMENTS)' READY='$@' ADD='$(ADD)' \
	sh tools/environment/install.sh

# The requirements' age says nothing: git sets it anew.
$(READY): REQUIREMENTS = requirements.txt
$(READY): FOLDER = $(VENV)
# A target's variables are those of what it needs as well: said here, or the tests' own would hold.
$(READY): ADD =
$(CHECKERS_READY): REQUIREMENTS = requirements-audit.txt
$(CHECKERS_READY): FOLDER = $(CHECKERS)
$(READY) $(CHECKERS_READY):
	$(INSTALL)

# Into the same environment, which a change of its own requirements clears as a whole.
$(TESTS_READY): REQUIREMENTS = requirements-test.txt
$(TESTS_READY): FOLDER = $(VENV)
$(TESTS_READY): ADD = yes
$(TESTS_READY): $(READY)
	$(INSTALL)
