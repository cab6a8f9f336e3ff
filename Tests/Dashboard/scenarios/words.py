"""The page says what is so: what else a draft changes, of which rules it was made, and whose times are shown."""

from dashboard import DOCUMENT, check

RULE = '{ enabled = 1; nodeName = "first of all"; propertyName = "Dest port"; propertyValue = 4; filterActionName = Delete; }'


def play(dashboard):
    browser = dashboard.browser
    browser.devtools("Emulation.setTimezoneOverride", timezoneId="Asia/Kathmandu")
    dashboard.log_in()
    browser.wait_text("#zone", "UTC+5:45")

    # Tests name rules: they follow when a rule comes in before these.
    browser.click(dashboard.row("1") + " .rule-name")
    browser.click("#rule-paste")
    browser.write("#paste-text", RULE)
    browser.click("#paste-before")
    browser.click("#paste-go")
    browser.wait_for("#draft")
    browser.click("#apply-open")
    browser.wait_text("#difference", "tests follow renumbered rules")
    browser.press("Escape")
    browser.wait_without("dialog")
    browser.click("#discard")
    browser.wait_without("#draft")

    # The same rules put in force once more overtake no draft.
    browser.click(dashboard.row("2.1.2") + " .rule-switch")
    browser.wait_for("#draft")
    generation = dashboard.status()["document"]["generation"]
    dashboard.sentry("apply", DOCUMENT)
    browser.wait("the same rules are in force anew", lambda: dashboard.status()["document"]["generation"] > generation)
    browser.later("setTimeout(arguments[0], 2500)")
    check(not browser.sees("#overtaken"), f"the same rules are called others: {browser.text('#overtaken')}")
    dashboard.apply(5)
    browser.wait_for("#trial")
    browser.click(dashboard.row("2.1.4") + " .rule-switch")
    browser.wait_for("#draft")
    browser.wait_text("#overtaken", "The trial has ended: the rules before are in force again.")
    browser.wait_text("#overtaken", "made of those that went away")

    # Escape ends a search, with the rule in focus in sight.
    browser.click("#overtaken-take")
    browser.write("#search", "telnet")
    browser.wait("the search has found something", lambda: " of " in browser.text("#rule-count"))
    found = dashboard.focused()
    browser.press("Escape")
    browser.wait("all rules are shown", lambda: " of " not in browser.text("#rule-count"))
    check(dashboard.focused() == found, f"the focus went from {found} to {dashboard.focused()}")

    dashboard.open("health")
    browser.wait_text("#interfaces [data-key=cable0] [data-column=drops]", "0")
