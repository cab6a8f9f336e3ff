"""Who was blocked is among the hosts of the Traffic page, and rules are there by their matches, though none is measured."""

from dashboard import check

ATTACKER = "10.77.0.66"


def play(dashboard):
    browser = dashboard.browser
    dashboard.log_in("traffic")
    browser.wait_text("#top-blocked", ATTACKER)
    browser.wait_text("#top-matches", "2.1.1 triggered address")
    check(not browser.sees("#top-rule"), "measured rules are shown, though there are none")
    browser.click("#top-matches a[data-rule='2.1.1']")
    browser.wait("the rule is shown", lambda: dashboard.focused() == "2.1.1")
    dashboard.open("traffic")
    browser.click("#top-blocked a")
    browser.wait_for("#log-rows tr")
    check(browser.script("return document.querySelector('#log-address').value") != "", "the log is not that of the host")
