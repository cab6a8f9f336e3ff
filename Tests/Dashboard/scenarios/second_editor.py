"""Somebody else changes the rules while a draft is open: the page says so, and nothing is overwritten unseen."""

from dashboard import check

EXPECTED = ["412 (Precondition Failed)"]


def play(dashboard):
    browser = dashboard.browser
    dashboard.log_in()
    browser.click(dashboard.row("2.1.2") + " .rule-switch")
    browser.wait_for("#draft")
    dashboard.sentry("disable", "2.1.4")
    browser.wait_text("#overtaken", "Other rules came into force")
    check(browser.script("return document.querySelector('#apply-open').disabled"), "the draft can still be applied")
    check(dashboard.rule("2.1.2")["enabled"] and not dashboard.rule("2.1.4")["enabled"], "the other's rules are not in force")
    browser.click("#overtaken-see")
    browser.wait("the other's rules are shown", lambda: dashboard.is_on("2.1.4") is False)
    browser.click("#overtaken-carry-on")
    browser.wait_without("#overtaken")

    # The difference is that to the other's rules: it would switch 2.1.4 on again.
    browser.click("#apply-open")
    browser.wait_for('#difference [data-number="2.1.4"]')
    browser.wait_for('#difference [data-number="2.1.2"]')
    # While it is looked at, rules change once more.
    dashboard.sentry("disable", "2.1.3")
    browser.click("#apply-go")
    browser.wait_text("#overtaken", "Other rules came into force")
    check(not dashboard.rule("2.1.3")["enabled"] and dashboard.rule("2.1.2")["enabled"], "the other's rules were overwritten")
    browser.click("#overtaken-take")
    browser.wait_without("#draft")
    browser.wait("the other's rules are shown", lambda: dashboard.is_on("2.1.3") is False and dashboard.is_on("2.1.2"))
