"""A packet that is typed in, and one of the log, are explained on the outline."""

from dashboard import DOCUMENT, check

PACKET = "tcp 203.0.113.9:40000 > me:23 syn in external"
EXPECTED = ["400 (Bad Request)", "422 (Unprocessable"]


def play(dashboard):
    browser = dashboard.browser
    dashboard.log_in()
    browser.click("#why-open")
    browser.write("#why-packet", PACKET)
    browser.click("#why-go")
    browser.wait_text("#why-verdict", "deleted")
    decider = ".rule.path-decides:not([hidden])"
    browser.wait("rule 2.1.5.1 decides", lambda: number(browser, decider) == "2.1.5.1")
    told = dashboard.sentry("explain", DOCUMENT, "--packet", PACKET)
    check("2.1.5.1" in told, f"the command says otherwise: {told}")
    browser.click("#only-path")
    browser.wait_without(".rule.path-skipped")
    browser.click("#why-close")
    browser.wait_without(decider)

    dashboard.open("why?packet=nonsense")
    browser.wait_for("#why-result .problem")

    dashboard.open("log")
    browser.wait_for("#log-rows [data-act=explain]")
    rule = browser.script(
        "const row = document.querySelector('#log-rows [data-act=explain]').closest('tr');"
        "return row.querySelector('[data-rule]')?.innerText ?? ''")
    browser.click("#log-rows [data-act=explain]")
    browser.wait_for("#why-verdict")
    check("packet=" in browser.address, browser.address)
    check(rule == "" or browser.text("#why-result") != "", "nothing is explained")

    # Who knocked at port 111 is in the table now, so the same packet does not come as far as the rule that put it there.
    dashboard.open("log?rule=2.1.3")
    browser.wait_for("#log-rows [data-act=explain]")
    packet = browser.script("return document.querySelector('#log-rows [data-act=explain]').title")
    check(" syn ttl 64 " in packet, f"the packet of an entry: {packet}")
    browser.click("#log-rows [data-act=explain]")
    browser.wait_text("#why-logged", "The log has it otherwise: rule 2.1.3")


def number(browser, selector):
    return browser.script("return document.querySelector(arguments[0])?.dataset.number", selector)
