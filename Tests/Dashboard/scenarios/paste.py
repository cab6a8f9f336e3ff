"""A snippet as it was mailed in 2003 is pasted to its old place and applied."""

from pathlib import Path

from dashboard import check

SNIPPET = Path(__file__).resolve().parents[3] / "Samples/promiscuous-resets.plist"


def play(dashboard):
    browser = dashboard.browser
    # The default document has the rule already.
    dashboard.sentry("delete", "--running", "2.3")
    check(dashboard.rule("2.3")["name"] == "ICMP Logger", "rule 2.3 is not gone")
    dashboard.log_in()
    browser.click(dashboard.row("2.2") + " .rule-name")
    browser.click("#rule-paste")
    browser.write("#paste-text", SNIPPET.read_text())
    browser.click("#paste-after")
    browser.click("#paste-go")
    dashboard.wait_toast("1 rule pasted as 2.3.")
    browser.wait_text(dashboard.row("2.3") + " .rule-name", "promiscuous resets")
    browser.wait_text(dashboard.row("2.3.1") + ' [data-field="action"]', "Delay")
    dashboard.apply(trial=0)
    dashboard.wait_toast("The new rules are in force.")
    rule, child = dashboard.rule("2.3"), dashboard.rule("2.3.1")
    check(rule["name"] == "promiscuous resets" and rule["enabled"], f"rule 2.3 is {rule}")
    check(child is not None, "rule 2.3.1 is missing")
    shown = dashboard.sentry("show-active", "--no-counters")
    check("propertyValue = rst" in shown and "filterActionName = Delay" in shown, "the rule is not as it was pasted")
    # Undone by hand: what was pasted goes again.
    dashboard.focus("2.3")
    browser.press("Delete")
    browser.wait_text("#draft-text", "deleted")
    browser.press("Control+z")
    browser.wait_without("#draft")
