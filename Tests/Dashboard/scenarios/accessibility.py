"""axe finds nothing serious on any page or dialog, light and dark; AXE is its script."""

import os
from pathlib import Path

from dashboard import PAGES, check

RUN = """const done = arguments[arguments.length - 1];
axe.run(document).then((report) => done(report.violations
  .filter((one) => one.impact === "serious" || one.impact === "critical")
  .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`)))"""


def play(dashboard):
    browser = dashboard.browser
    axe = Path(os.environ["AXE"]).read_text()

    def look(what):
        if not browser.script("return Boolean(window.axe)"):
            browser.script(axe)
        for theme in ("light", "dark"):
            browser.theme(theme)
            found = browser.later(RUN)
            check(not found, f"{what}, {theme}: {found}")

    browser.go(dashboard.base)
    browser.wait_for("#sign-in")
    look("signing in")
    dashboard.log_in()
    for page in PAGES:
        dashboard.open(page)
        browser.wait(f"{page} is full", lambda: "…" != browser.text("main").strip())
        look(page)
    dashboard.open("triggered?address=10.77.0.66")
    browser.wait_for("#panel")
    look("the panel of an address")
    browser.click("#add")
    browser.wait_for("dialog#add-dialog")
    look("adding an address")
    browser.press("Escape")
    dashboard.open("why?packet=tcp 203.0.113.9:40000 > me:23 syn in external")
    browser.wait_for("#why-verdict")
    look("Why?")
    browser.click("#why-close")
    dashboard.focus("1.1")
    browser.press("Enter")
    browser.write("#cell-field", "63-1")
    browser.wait("the checks answer", lambda: "63-1" in browser.text(".edit-verdict"))
    look("editing a cell")
    browser.press("Enter")
    browser.wait_for(".finding.error")
    look("a draft with an error")
    browser.click("#undo")
    browser.wait_without("#draft")
    browser.click("#rule-edit")
    browser.wait_for("dialog#rule-form")
    look("all fields of a rule")
    browser.press("Escape")
    browser.press("Escape")
    browser.wait_without("dialog")
    browser.click(dashboard.row("2.1.3") + " .rule-switch")
    browser.click("#apply-open")
    browser.wait_for("#apply-go")
    look("applying")
    browser.click("#apply-go")
    browser.wait_for("#trial")
    look("a trial")


EXPECTED = ["401 (Unauthorized)"]
