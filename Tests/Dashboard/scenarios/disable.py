"""A rule is switched off in a draft, and off in force once that is applied."""

from dashboard import check


def play(dashboard):
    browser = dashboard.browser
    dashboard.log_in()
    browser.click(dashboard.row("2.1.3") + " .rule-switch")
    browser.wait_text("#draft-text", "rule 2.1.3 disabled")
    check(dashboard.rule("2.1.3")["enabled"], "a draft has switched off a rule in force")
    browser.click("#apply-open")
    browser.wait_for('#difference [data-number="2.1.3"]')
    check(browser.count("#difference > li") == 1, f"more than one thing changes: {browser.texts('#difference > li')}")
    browser.press("Escape")
    dashboard.apply(trial=0)
    dashboard.wait_toast("The new rules are in force.")
    browser.wait_without("#draft")
    check(not dashboard.rule("2.1.3")["enabled"], "the rule is still on")
    browser.wait("the page shows it off", lambda: dashboard.is_on("2.1.3") is False)
    check(dashboard.status()["document"]["generation"] > 1, "no other document is in force")
