"""A draft is not lost by the way: Ctrl Z works wherever the focus is, links know rules by their names, signing out asks first."""

from dashboard import check

EXPECTED = ["401 (Unauthorized)"]


def play(dashboard):
    browser = dashboard.browser
    dashboard.log_in()
    browser.click(dashboard.row("2.1.2") + " .rule-switch")
    browser.wait_for("#draft")
    browser.click("#apply-open")
    browser.wait_for("#apply-go")
    browser.press("Escape")
    browser.wait_without("dialog")
    browser.script("document.activeElement.blur()")
    browser.press("Control+z")
    browser.wait_without("#draft")
    browser.press("Control+Shift+z")
    browser.wait_for("#draft")

    # Who followed a link of the log would take the rule that has the number now for the one that was meant.
    name = dashboard.rule("2.1.1")["name"]
    browser.script("location.hash = arguments[0]", f"#rules?rule=2.1.2&name={name.replace(' ', '%20')}")
    browser.wait("the rule of that name is shown", lambda: dashboard.focused() == "2.1.1")
    dashboard.wait_toast(f"Rule 2.1.2 {name} is rule 2.1.1 now.")
    browser.script("location.hash = '#rules?rule=2.1.3&name=long%20gone'")
    browser.wait("the rule of that number is shown", lambda: dashboard.focused() == "2.1.3")
    dashboard.wait_toast("Rule 2.1.3 long gone is not among these rules")

    browser.click("#sign-out")
    browser.wait_text("dialog", "The draft of the rules is not applied")
    browser.press("Escape")
    browser.wait_without("dialog")
    check(browser.sees("#draft"), "the draft is gone")
    browser.click("#sign-out")
    browser.click("#dialog-yes")
    browser.wait_for("#sign-in")
