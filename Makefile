# A thin front of `python3 -m tasks`, which needs no make. What a task needs is in tasks/catalogue.py; everything works in
# a fresh clone, and what is missing is made first, in .tools.

PYTHON ?= python3
TASKS := $(PYTHON) -m tasks

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help tools tools-refresh engine images systems env reachable demo demo-down test unit lint docs recording bench soak disks vms clean

help:
	@$(TASKS)

tools tools-refresh engine images systems reachable demo demo-down test unit lint docs recording soak disks vms clean:
	@$(TASKS) $@

env: # as in: eval "$(make -s env)"
	@$(TASKS) env --shell posix

bench:
	@$(TASKS) bench --scale --systems
