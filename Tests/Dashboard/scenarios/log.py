"""The log is searched for words, also where none of the entries in the page has them."""

import json

from dashboard import check

ATTACKER = "10.77.0.66"


def play(dashboard):
    browser = dashboard.browser
    dashboard.log_in("log")
    browser.wait_for("#log-rows tr")
    browser.write("#log-text", f"{ATTACKER} TRIGGERED")
    browser.wait("only entries with these words are shown", lambda: rows(browser) and all(
        ATTACKER in row and "triggered address" in row for row in rows(browser)))
    check("text=" in browser.address, f"the page's address does not say what is looked for: {browser.address}")

    browser.write("#log-text", " nowhere")
    browser.wait("nothing is found", lambda: not rows(browser) and "No entry here" in browser.text("#view .nothing"))
    browser.click("#log-clear")
    browser.wait("all entries are shown", lambda: rows(browser))

    # The command finds the same.
    found = [json.loads(line) for line in dashboard.sentry("log", "--format", "json", "--text", f"triggered {ATTACKER}").splitlines()]
    check(found and all(ATTACKER in entry["source"] + entry["destination"] for entry in found), f"sentry log finds {found[:3]}")


def rows(browser):
    return browser.texts("#log-rows tr")
