"""Markup in names, values, parameters, notes and packets stays text on every page."""

from pathlib import Path
from tempfile import TemporaryDirectory

from dashboard import check

IMAGE = "<img src=x onerror=window.hacked=1>"
SCRIPT = "<script>window.hacked=1</script>"
RULES = f"""{{ rules = (
  {{ enabled = 1; nodeName = "{IMAGE}"; propertyName = Direction; propertyValue = inbound; children = (
    {{ enabled = 1; nodeName = "{SCRIPT}"; propertyName = "Dest port"; propertyValue = 23; filterActionName = Trigger; }},
    {{ enabled = 1; nodeName = "'\\"><b>bold</b>"; propertyName = "Data content"; propertyValue = "a=a {SCRIPT}";
       filterActionName = Log; parameter = "{IMAGE}"; }},
    {{ enabled = 1; nodeName = "_{IMAGE}{SCRIPT}"; propertyName = Any; filterActionName = Log; parameter = "{SCRIPT}"; }}
  ); }} );
}}"""
# The name of the last begins with an underscore: so it is measured, and on the page of the traffic.
# Elements that only markup of somebody else would make, in what a view has drawn.
MADE = "main img, main script, main b, dialog img, dialog script, dialog b, #toasts img, #toasts script, #trial img, #head script"


def play(dashboard):
    browser = dashboard.browser
    with TemporaryDirectory() as folder:
        document = Path(folder) / f"a<img src=x onerror=window.hacked=1>.plist"
        document.write_text(RULES)
        dashboard.sentry("apply", str(document))
    dashboard.sentry("triggered", "add", "203.0.113.9", "--note", SCRIPT)
    dashboard.log_in()
    browser.wait("the names are shown as they are", lambda: IMAGE in browser.text(dashboard.row("1")))
    browser.wait_text("#sentence", "onerror")
    clean(dashboard, "rules")
    dashboard.open("why?packet=tcp 203.0.113.9:40000 > me:80 text " + SCRIPT)
    browser.wait_for("#why-result p")
    clean(dashboard, "why")
    dashboard.open("rules")
    browser.click(dashboard.row("1.2") + " .rule-switch")
    browser.wait_for("#draft")
    dashboard.focus("1.1")
    browser.press("Enter")
    browser.wait_for("#cell-field")
    browser.write("#cell-field", IMAGE)
    browser.wait("the finding tells it", lambda: "onerror" in browser.text(".edit-verdict"))
    clean(dashboard, "a finding")
    browser.press("Enter")
    browser.wait_for(".finding.error")
    browser.click("#apply-open")
    browser.wait_for("dialog#apply")
    clean(dashboard, "the apply dialog")
    browser.press("Escape")
    for page, sign in [("triggered", SCRIPT), ("traffic", "onerror"), ("log", "onerror"), ("health", "onerror")]:
        dashboard.open(page)
        browser.wait(f"{page} shows the text", lambda: sign in browser.text("main"))
        clean(dashboard, page)
    dashboard.open("triggered?address=203.0.113.9")
    browser.wait_text("#panel", SCRIPT)
    clean(dashboard, "the panel")


def clean(dashboard, page):
    browser = dashboard.browser
    made = browser.script("return [...document.querySelectorAll(arguments[0])].map((one) => one.outerHTML)", MADE)
    check(not made, f"{page}: text has become markup: {made}")
    check(browser.script("return window.hacked === undefined"), f"{page}: a script of somebody else has run")
    check(browser.violations() == [], f"{page}: stopped was {browser.violations()}")


EXPECTED = ["400 (Bad Request)", "422 (Unprocessable"]
