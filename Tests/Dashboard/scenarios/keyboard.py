"""From signing in to rules in force without a mouse."""

from dashboard import check

EXPECTED = ["401 (Unauthorized)"]


def play(dashboard):
    browser = dashboard.browser
    browser.go(dashboard.base)
    browser.wait_for("#sign-in")
    # The field has the focus when the page is there.
    browser.press(dashboard.link(), "Enter")
    browser.wait_for(".rule")
    browser.wait("the outline has the focus", lambda: active(browser) == "outline")
    browser.press("2.1.3")
    browser.wait("rule 2.1.3 has the focus", lambda: dashboard.focused() == "2.1.3")
    # A blank is no part of a number.
    browser.press("Space")
    browser.wait_text("#draft-text", "rule 2.1.3 disabled")

    browser.press("Home", "Right")
    browser.wait("rule 1.1 has the focus", lambda: dashboard.focused() == "1.1")
    browser.press("Enter")
    browser.wait("its value is edited", lambda: active(browser) == "cell-field")
    browser.press("Control+a", "1-62", "Enter")
    browser.wait_text(dashboard.row("1.1") + ' [data-field="value"]', "1-62")
    browser.wait("the outline has the focus again", lambda: active(browser) == "outline")

    walk(browser, "apply-open", "Shift+Tab")
    browser.press("Enter")
    browser.wait("the dialog has the focus", lambda: active(browser) == "apply-go")
    browser.press("Enter")
    browser.wait_for("#trial")
    walk(browser, "trial-keep", "Shift+Tab")
    browser.press("Enter")
    dashboard.wait_toast("The new rules stay.")
    check(not dashboard.rule("2.1.3")["enabled"], "rule 2.1.3 is still on")
    check("1-62" in dashboard.sentry("show-active", "--no-counters"), "the value is not in force")

    # The other pages, and the link that leads past the head.
    browser.script("document.activeElement.blur()")
    walk(browser, "skip", "Tab")
    browser.press("Enter")
    browser.wait("the page has the focus", lambda: active(browser) == "view")
    for page in ["health", "log", "traffic", "triggered"]:
        walk(browser, f"#{page}", "Shift+Tab")
        browser.press("Enter")
        browser.wait(f"page {page} is shown", lambda: browser.script("return document.querySelector('#view').dataset.view") == page)


def active(browser):
    """The id of what has the focus; of a link without one, where it leads."""
    return browser.script(
        "const one = document.activeElement; return one.id || one.getAttribute('href') || one.className || one.tagName")


def walk(browser, wanted, key):
    """Goes on with a key until something has the focus, and sees that it can be seen there."""
    passed = []
    while active(browser) != wanted:
        check(len(passed) < 60, f"{key} does not lead to '{wanted}' but over {passed}")
        browser.press(key)
        passed.append(active(browser))
    check(browser.script("return document.activeElement.matches(':focus-visible')"), f"'{wanted}' does not show that it has the focus")
