"""The web pages of a running sentry, seen by a browser, and that sentry asked by its command."""

import json
import os
import subprocess
from pathlib import Path

from webdriver import Browser, Problem

DOCUMENT = str(Path(__file__).resolve().parents[2] / "Documents/Default.plist")
PAGES = ["rules", "applications", "triggered", "traffic", "log", "health"]


def check(holds, what):
    if not holds:
        raise Problem(what)


class Dashboard:
    """`SENTRY` is the program, `SENTRY_SOCKET` the daemon's socket."""

    def __init__(self, browser: Browser):
        self.browser = browser
        self.base = self.link().split("/#")[0]

    def sentry(self, *arguments, status=0):
        """Runs a command of sentry. Returns what it prints."""
        run = subprocess.run([os.environ["SENTRY"], *arguments], capture_output=True, text=True, timeout=60)
        check(run.returncode == status, f"sentry {' '.join(arguments)} ended with {run.returncode}: {run.stderr}")
        return run.stdout

    def begin(self):
        """Brings sentry to where each scenario begins: the default document, nobody in a table."""
        if self.status().get("trial"):
            self.sentry("confirm")
        self.sentry("apply", DOCUMENT)
        for table in ("trigger", "address", "authorize", "invalid"):
            self.sentry("triggered", "clear", "--table", table)

    def link(self):
        return self.sentry("open", "--print").strip()

    def rule(self, number):
        """A rule in force, as the command tells it: `enabled`, `matchCount`, `propertyValue` …"""
        rules = json.loads(self.sentry("show-active", "--format", "json"))["rules"]
        return next((rule for rule in rules if rule["number"] == number), None)

    def status(self):
        return json.loads(self.sentry("status", "--format", "json"))

    # MARK: Going about

    def log_in(self, page="rules"):
        self.browser.go(self.link())
        self.browser.wait_for("#nav")
        self.open(page)

    def open(self, place):
        """Opens a page by what stands behind # in its address."""
        name = place.split("?")[0]
        self.browser.script("location.hash = arguments[0]", f"#{place}")
        if name in ("rules", "why"):
            return self.browser.wait_for(".rule")
        self.browser.wait(f"page {name} is shown", lambda: self.browser.count(f"#view[data-view={name}]"))

    # MARK: The outline

    def focus(self, number):
        """Goes to a rule by typing its number in the outline."""
        browser = self.browser
        browser.script("document.querySelector('#outline').focus()")
        # Letters of an earlier search do not count any more.
        browser.press("Home")
        browser.press(number)
        browser.wait(f"rule {number} has the focus", lambda: self.focused() == number, 5)

    def focused(self):
        return self.browser.script("return document.querySelector('.rule.is-focused')?.dataset.number")

    def row(self, number):
        return f'.rule[data-number="{number}"]:not([hidden])'

    def is_on(self, number):
        return self.browser.script("return document.querySelector(arguments[0])?.checked", self.row(number) + " .rule-switch")

    def figure(self, number):
        """The number that a rule's last column shows; 0 where it is blank."""
        digits = "".join(filter(str.isdigit, self.browser.text(self.row(number) + " .stat-figure")))
        return int(digits or 0)

    def apply(self, trial):
        """Applies the draft; `trial` in seconds, 0 for none."""
        browser = self.browser
        browser.click("#apply-open")
        browser.wait_for("#apply-go")
        # The page offers no shorter trial than half a minute; a test has no time for that.
        browser.script(
            "const menu = document.querySelector('#apply-trial');"
            "if (![...menu.options].some((one) => one.value === arguments[0])) menu.options[0].value = arguments[0];", str(trial))
        browser.choose("#apply-trial", str(trial))
        browser.click("#apply-go")
        browser.wait_without("dialog#apply")

    def toasts(self):
        return " ".join(self.browser.texts(".toast"))

    def wait_toast(self, part):
        self.browser.wait(f"a message says '{part}'", lambda: part in self.toasts())
