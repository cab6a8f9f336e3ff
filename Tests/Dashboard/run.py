#!/usr/bin/env python3
"""Runs scenarios with the web pages of a running sentry: run.py SCENARIO…

Each is a file of scenarios/ with a function `play(dashboard)`. Afterwards no page may have asked another origin for anything, nothing
may have been stopped by the Content-Security-Policy, and the console may hold no error but those in the scenario's EXPECTED.
SENTRY names the program, SENTRY_SOCKET the daemon's socket. A picture of a page that failed goes to PICTURES, if that is set.
"""

import importlib
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from dashboard import Dashboard, check  # noqa: E402
from webdriver import Browser, Problem  # noqa: E402


def play(name):
    scenario = importlib.import_module(f"scenarios.{name}")
    with Browser() as browser:
        dashboard = Dashboard(browser)
        dashboard.begin()
        try:
            scenario.play(dashboard)
            check_behind(browser, dashboard.base, getattr(scenario, "EXPECTED", []))
        except Problem:
            print_remains(browser)
            if folder := os.environ.get("PICTURES"):
                browser.picture(f"{folder}/{name}.png")
            raise


def print_remains(browser):
    try:
        print(browser.remains(), file=sys.stderr, flush=True)
    except (Problem, OSError) as problem:
        print(f"nothing is to be known of the page: {problem}", file=sys.stderr, flush=True)


def check_behind(browser, base, expected):
    complaints = [text for text in browser.complaints() if not any(part in text for part in expected)]
    check(not complaints, f"the console says: {complaints}")
    check(browser.violations() == [], f"the Content-Security-Policy has stopped {browser.violations()}")
    strangers = [one for one in browser.requests() if not one.startswith((base + "/", "data:", "blob:", "chrome:", "about:"))]
    check(not strangers, f"other origins were asked: {strangers}")


def main(names):
    failures = 0
    for name in names:
        began = time.monotonic()
        try:
            play(name)
            print(f"{name}: as it should be, {time.monotonic() - began:.1f} s", flush=True)
        except Problem as problem:
            failures += 1
            print(f"{name}: {problem}", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
