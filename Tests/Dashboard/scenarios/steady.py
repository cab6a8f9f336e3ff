"""Rules stay where they are under the pointer when a draft begins or ends, others change the rules, or some are on trial."""

from dashboard import DOCUMENT, check

RULE = "2.1.3"


def play(dashboard):
    browser = dashboard.browser
    dashboard.log_in()
    place = top(dashboard)

    def stays(what):
        check(top(dashboard) == place, f"rule {RULE} has moved from {place} to {top(dashboard)} pixels when {what}")

    browser.click(dashboard.row(RULE) + " .rule-switch")
    browser.wait_for("#draft")
    stays("a draft began")
    dashboard.sentry("disable", "2.1.4")
    browser.wait_for("#overtaken")
    stays("somebody else changed the rules")
    browser.click("#overtaken-take")
    browser.wait_without("#draft")
    stays("the draft was given up")
    dashboard.sentry("apply", DOCUMENT, "--confirm", "60")
    browser.wait_for("#trial")
    stays("a trial began")
    browser.click("#trial-keep")
    browser.wait_without("#trial")
    stays("the trial ended")


def top(dashboard):
    return dashboard.browser.script("return document.querySelector(arguments[0]).getBoundingClientRect().top", dashboard.row(RULE))
