"""A value that cannot be is found while it is typed, and cannot be applied."""

from dashboard import check


def play(dashboard):
    browser = dashboard.browser
    dashboard.log_in()
    generation = dashboard.status()["document"]["generation"]
    dashboard.focus("1.1")
    browser.press("Enter")
    browser.wait_for("#cell-field")
    browser.write("#cell-field", "63-1")
    browser.wait("the checks answer while one types", lambda: "63-1" in browser.text(".edit-verdict"))
    check("wrong" in browser.script("return document.querySelector('#cell-field').className"), "the field does not look wrong")
    browser.press("Enter")
    browser.wait_for('#findings .finding.error[data-rule="1.1"]')
    browser.wait_for(dashboard.row("1.1") + " .flag.error")
    check("1 error" in browser.text("#draft-findings"), browser.text("#draft-findings"))
    browser.click("#apply-open")
    browser.wait_text("dialog#apply", "The draft has errors")
    check(not browser.sees("#apply-go"), "a draft with an error is offered for applying")
    browser.press("Escape")
    check(dashboard.status()["document"]["generation"] == generation, "other rules are in force")
    browser.click("#undo")
    browser.wait_without("#draft")
    # What cannot be read at all is refused as it was typed.
    browser.click(dashboard.row("1.1") + " .rule-name")
    browser.click("#rule-paste")
    browser.write("#paste-text", "{ nodeName = ;")
    browser.click("#paste-go")
    browser.wait_for(".toast.bad")
    check(not browser.sees("#draft"), "half a rule has made a draft")
