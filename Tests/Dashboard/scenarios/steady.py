"""What is looked at stays where it is.

Rules do when a draft begins or ends, others change the rules, or some are on trial; so do the rows of the log under the pointer, and
the heads of tables while their rows scroll by.
"""

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

    browser.devtools("Emulation.setDeviceMetricsOverride", width=1280, height=500, deviceScaleFactor=1, mobile=False)
    dashboard.open("log")
    browser.wait("the log is longer than the page", lambda: browser.script(
        "const view = document.querySelector('.view'); return view.scrollHeight > view.clientHeight + 350"))
    browser.script("document.querySelector('.view').scrollTop = 340")
    browser.wait("the page has scrolled", lambda: browser.script("return document.querySelector('.view').scrollTop") > 330)
    gap = browser.script(
        "return document.querySelector('thead').getBoundingClientRect().top - document.querySelector('.view').getBoundingClientRect().top")
    check(abs(gap) < 2, f"the head of the log is {gap} pixels from the top of the page")
    browser.point("#log-rows tr:nth-child(9)")
    newest = "#log-rows tr"
    text = browser.text(newest)
    browser.wait_for("#log-news")
    check(browser.text(newest) == text, "entries came under the pointer")
    browser.point("#log-pause")
    browser.wait("the entries have come", lambda: browser.text(newest) != text)


def top(dashboard):
    return dashboard.browser.script("return document.querySelector(arguments[0]).getBoundingClientRect().top", dashboard.row(RULE))
