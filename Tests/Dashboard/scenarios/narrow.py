"""On a phone, rules are moved and deleted, and logged packets explained, without a keyboard."""

from dashboard import check


def play(dashboard):
    browser = dashboard.browser
    browser.devtools("Emulation.setDeviceMetricsOverride", width=390, height=844, deviceScaleFactor=1, mobile=False)
    dashboard.log_in()
    name = dashboard.rule("1.2")["name"]
    browser.click(dashboard.row("1.2") + " .rule-name")
    more(browser, "up")
    browser.wait("the rule has moved up", lambda: name in browser.text(dashboard.row("1.1")))
    more(browser, "down")
    browser.wait("the rule has moved down", lambda: name in browser.text(dashboard.row("1.2")))
    more(browser, "delete")
    browser.wait("the rule is gone", lambda: name not in browser.text(dashboard.row("1.2")))
    browser.click("#discard")
    browser.wait_without("#draft")
    check(dashboard.rule("1.2")["name"] == name, "the rules in force have changed")
    dashboard.open("log")
    browser.click("#log-rows [data-act=explain]")
    browser.wait_for("#why-verdict")


def more(browser, act):
    browser.click("#rules-more")
    browser.click(f"#more-{act}")
