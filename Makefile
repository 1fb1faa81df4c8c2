# Every target sets up what it needs. `make` alone prints the help of every day.
.DEFAULT_GOAL := help
SHELL := /bin/bash
# By `bash`, for a copy of the project that lost the right to execute.
RUN := @bash scripts/bootstrap.sh
# Several targets run in the order in which they are typed, also where MAKEFLAGS has -j.
.NOTPARALLEL:

# make would expand `$` in a value that is typed after the target: `make run ARGS='--x a$b'`. These are taken as typed.
define as_typed
ifeq ($(origin $(1)),command line)
override $(1) := $$(value $(1))
export $(1)
endif
endef
$(foreach name,ARGS DATA SQL,$(eval $(call as_typed,$(name))))

# `make help` shows these only, and `make help-all` every target.
EVERYDAY := doctor local-up run dev report rows query rejects logs status local-down e2e test

define show_help
awk -v only="$(1)" 'BEGIN {FS = ":.*## "} /^## / {heading = substr($$0, 4)} /^[a-z0-9-]+:.*## / {if (only != "" && !index(only, " " $$1 " ")) next; if (heading != "") printf "\n%s\n", heading; heading = ""; gsub(/\$$\$$/, "$$"); printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
endef

.PHONY: help help-all
help:  ## Show the targets of every day
	@$(call show_help, $(EVERYDAY) )
	@printf '\nmake help-all shows all targets: debugging, snapshots, AWS, single checks, measurements.\n'
help-all:  ## Show all targets
	@$(call show_help,)
	@printf '\nVariables: LOCALSTACK_PORT=4566 POSTGRES_PORT=15432 WORKER_PORT=4570 PYTHON=python3.11\n'

## The environment
.PHONY: doctor setup local-up run dev debug shell glue-packages rows query rejects report logs parity status env local-down snapshot restore snapshots reset
doctor:  ## Look at this machine: programs, ports, disk, network, variables, leftovers; each with its remedy. JSON=1
	$(RUN) doctor
setup:  ## Fetch and build what the environment needs (the targets that start something do so too)
	$(RUN) setup
local-up:  ## Start the environment as it was stopped, apply what has changed in terraform/, update the table. PLAN=1 compares all; WARM=0 keeps no JVM ready
	$(RUN) up
run:  ## Deploy what is saved, run the Glue job and show its log. DATA=folder of CSVs; FRESH=1 empties the table; DEPLOY=0; ARGS="--key value"; UI=1
	$(RUN) run
dev:  ## Run the job on each save of glue_scripts/, the CSVs or sql/, and show the rows that changed (needs local-up). DATA, ARGS, FRESH as for run
	$(RUN) dev
debug:  ## Run the job in this terminal, where breakpoint() works (needs local-up). DATA, ARGS and UI as for run
	$(RUN) debug
shell:  ## Open PySpark with the job's modules, S3 and the database at hand (needs local-up)
	$(RUN) shell
glue-packages:  ## Install all Python packages of Glue 5.1, 70 MB, where jobs have the small ones (matplotlib, plotly …)
	$(RUN) glue-packages
rows:  ## Show the first rows of the table (needs local-up). LIMIT=10
	$(RUN) rows
query:  ## Show the analyses (needs local-up). NAME=one,another picks some; SQL="select …" reads what you like
	$(RUN) query
rejects:  ## Show the lines that the last run rejected, by rule (needs local-up). RUN_ID=jr_… RULE=name LIMIT=10
	$(RUN) rejects
report:  ## Write results, quality and runs as one page, in Portuguese (needs local-up). OPEN=1 shows it; OUT=file.html
	$(RUN) report
logs:  ## Show the log of the last run (needs local-up). RUN_ID=jr_… of another; GROUP=output|error; FOLLOW=1 until its end
	$(RUN) logs
parity:  ## Show what AWS decides on the last run's requests, rights it did not use, the least policy (needs local-up). RUN_ID=jr_… JSON=1
	$(RUN) parity
status:  ## Show what runs, where, and the last runs; fails when a part is down. JSON=1 for scripts
	$(RUN) status
env:  ## Print exports for terraform, aws, boto3, psql: eval "$$(make -s env)" (needs local-up)
	$(RUN) env
local-down:  ## Stop the environment; its data stays
	$(RUN) down
snapshot:  ## Copy the environment's data (buckets, secrets, runs, the table) under a name (needs local-up). NAME=before-merge
	$(RUN) snapshot
restore:  ## Give the environment the data of a snapshot, and start it. NAME=before-merge
	$(RUN) restore
snapshots:  ## List the snapshots
	$(RUN) snapshots
reset:  ## Stop the environment and remove its data (of this clone only)
	$(RUN) reset

## To AWS: ACCOUNT=123456789012 names your account, ENVIRONMENT=dev|prod; YES=1 answers the question before a change
.PHONY: aws-bootstrap aws-plan aws-apply aws-create-tables aws-run aws-verify aws-query aws-report aws-destroy test-aws-parity
aws-bootstrap:  ## Create the bucket for Terraform's state, once for each account. STATE_BUCKET=name, then in all later targets too
	$(RUN) aws bootstrap
aws-plan:  ## Show what an apply would change, and save the plan
	$(RUN) aws plan
aws-apply:  ## Apply the saved plan, once. PLAN_HASH=…, from aws-plan, refuses every other plan
	$(RUN) aws apply
aws-create-tables:  ## Create or update the table through the RDS Data API
	$(RUN) aws create-tables
aws-run:  ## Run the Glue job and show its log. DATA=folder of CSVs; FRESH=1 empties the table; ARGS="--key value"
	$(RUN) aws run
aws-verify:  ## Check counts, Parquet, table and analyses, and that a second run changes nothing
	$(RUN) aws verify
aws-query:  ## Show the analyses, those in NAME=one,another, or what SQL="select …" reads
	$(RUN) aws query
aws-report:  ## Write results, quality and runs as one page, in Portuguese. OPEN=1 shows it; OUT=file.html
	$(RUN) aws report
aws-destroy:  ## Remove everything that Terraform made, and list what stays and until when
	$(RUN) aws destroy
test-aws-parity:  ## Ask AWS what the emulator claims of it, record the answers, remove what was made. CLAIMS=a,b KEYS=1 RECORD=1 CLEAN=1
	$(RUN) aws parity

## Checks
.PHONY: e2e test test-unit test-isolation test-job test-emulator test-commands test-bench test-faults test-roles test-compose test-docker test-terraform mutants test-mutants lint format
e2e:  ## Apply, run, compare and destroy in an environment of its own; nothing stays
	$(RUN) test e2e
test:  ## Run the checks that need no Docker, two layers at once where the machine has room (LANES=1: one after the other)
	$(RUN) test lint unit emulator commands faults job e2e mutants bench terraform isolation
test-unit:  ## Run the quickest tests: no Spark, no server, no Terraform
	$(RUN) test unit
test-isolation:  ## Run local commands in environments that would lead them to AWS; no call may leave this machine
	$(RUN) test isolation
test-terraform:  ## Run terraform test with mocked providers
	$(RUN) test terraform
test-job:  ## Test the parts of the job with Spark and PostgreSQL
	$(RUN) test job
test-emulator:  ## Test the plugin and the worker through boto3 and Terraform
	$(RUN) test emulator
test-commands:  ## Test the targets of a live environment as a user types them
	$(RUN) test commands
test-bench:  ## Run the benchmark at a small size: every contestant must fill the table with the same rows
	$(RUN) test bench
test-faults: export FAULTS ?= 100
test-faults:  ## Kill, cut off and cancel runs of the job at every phase. FAULTS=100, FAULTS_SEED=…
	$(RUN) test faults
test-roles:  ## Plan, apply, change and destroy dev by GitHub's roles, run the job by its own, refusing what AWS would refuse
	$(RUN) test roles
mutants:  ## Try changes that would break on AWS: each must break here, for the same reason. NAMES=a,b CLASS=identity JSON=1
	$(RUN) mutants
test-mutants:  ## Try a dozen of them
	$(RUN) test mutants
test-compose:  ## Test the environment in Docker: isolation, kills (skipped with the reason where Docker does not answer)
	$(RUN) test compose
test-docker: export RUNTIME := docker
test-docker: export COMPOSE_REQUIRED := 1
test-docker:  ## Run both checks in Docker beside each other: test-compose and e2e
	$(RUN) test compose e2e
lint:  ## Check the sources: Python, imports, spelling, shell, Docker, workflows, Terraform, the READMEs' tables
	$(RUN) test lint
format:  ## Format the sources with ruff and terraform, and write the tables of the READMEs
	$(RUN) format

## Measurements
.PHONY: bench bench-parity
bench:  ## Compare the job with DuckDB, Polars, Spark JDBC and COPY. N=1000000 REPEAT=3 DIRTY=0 BARS=1; SCENARIOS=local measures the environment (see bench/README.md)
	$(RUN) bench
bench-parity:  ## Measure what judging costs a GetObject: PARITY=enforce against off, in turns. N=1000 BARS=1
	$(RUN) bench-parity

## Single parts
.PHONY: wheels cost verify-images lock check-wheels licences
wheels:  ## Fetch the wheel of the job's driver to build/wheels/, where terraform/ expects it
	$(RUN) wheels
cost:  ## Write what dev and prod cost a month to docs/cost.md. ENVIRONMENT=dev shows its table; PLAN=plan.json shows that plan's
	$(RUN) cost
verify-images:  ## Check the project's assumptions about the public images (needs Docker; pulls them)
	$(RUN) verify-images
lock:  ## Pin the requirements anew: requirements/*.in -> *.txt
	$(RUN) lock
check-wheels:  ## Ask the index whether every pin has a wheel for Linux and macOS, x86_64 and arm64
	$(RUN) check-wheels
licences:  ## Write docs/licences.md: the licence of each pinned package, jar and image (fetches all packages)
	$(RUN) licences
