"""A link logs in once; a wrong one, and a used one, do not; signing out ends the session."""

from dashboard import check

EXPECTED = ["401 (Unauthorized)"]


def play(dashboard):
    browser = dashboard.browser
    browser.go(dashboard.base)
    browser.wait_for("#sign-in")
    browser.write("#sign-in-token", dashboard.base + "/#open=" + "A" * 43)
    browser.click("#sign-in-go")
    browser.wait_text("#sign-in-problem", "This link is wrong, used or too old")
    check(not browser.sees("#nav"), "the head of the page is shown to somebody who has not signed in")

    # The link in the address bar of the window that shows the sign-in page.
    link = dashboard.link()
    browser.go(link)
    browser.wait_text("#sentence", "cable0")
    check("open=" not in browser.address, f"the token stays in the address bar: {browser.address}")
    browser.wait_for(".rule")
    browser.reload()
    browser.wait_for(".rule")

    browser.forget_cookies()
    browser.go(link)
    browser.wait_text("#sign-in-problem", "This link is wrong, used or too old")

    browser.write("#sign-in-token", dashboard.link())
    browser.click("#sign-in-go")
    browser.wait_for(".rule")
    browser.click("#sign-out")
    browser.wait_for("#sign-in")
    browser.reload()
    browser.wait_for("#sign-in")
    status = browser.later("fetch('/v1/status').then((reply) => arguments[0](reply.status))")
    check(status == 401, f"after signing out the daemon answers with status {status}")
