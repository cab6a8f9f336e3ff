"""A program is asked about while its connection waits: allowed it goes on, with its permission denied it is refused.

The daemon must be in queue mode; the web server is at 10.77.0.2.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from dashboard import check

PAGE = "http://10.77.0.2:80/"
REFUSED = 7
# Others cannot open connections, so nobody is asked about the web server here, which visitors come to all the time.
RULES = """{ rules = (
  { nodeName = Known; enabled = 1; propertyName = Include; propertyValue = state; filterActionName = Pass; },
  { nodeName = Mine; enabled = 1; propertyName = Direction; propertyValue = outbound; filterActionName = Pass; },
  { nodeName = Rest; enabled = 1; propertyName = Any; filterActionName = Delete; }
); }"""
CARD = ".question[data-path*='a<b>client']:not(.is-settled)"


def play(dashboard):
    with TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        ask(dashboard, Path(folder))


def ask(dashboard, folder):
    browser = dashboard.browser
    program = str(shutil.copy(os.path.realpath(shutil.which("curl")), folder / "a<b>client"))
    document = folder / "open.plist"
    document.write_text(RULES)
    dashboard.sentry("apply", str(document))
    dashboard.log_in("log")
    dashboard.sentry("applications", "on")

    # The bar stands on every page, and takes the focus from nobody.
    browser.wait_for("#log-text")
    browser.script("document.querySelector('#log-text').focus()")
    fetch = start(program)
    browser.wait_for("#questions")
    browser.wait_text("#questions-text", "a<b>client wants to connect to 10.77.0.2:80")
    browser.wait_text("#questions-said", "a<b>client wants to connect to 10.77.0.2:80")
    check(int(browser.text("#nav-questions b")) > 0, "the navigation counts no question")
    check(browser.script("return document.activeElement.id") == "log-text", "the focus has been taken away")
    browser.click("#questions-decide")
    browser.wait_for(CARD)
    check(program in browser.text(CARD), f"the card does not say which program: {browser.text(CARD)}")
    check(fetch.poll() is None, "the connection has not waited")
    browser.click(f"{CARD} [data-answer=allow][data-once=false]")
    check(fetch.wait(20) == 0, "the connection that was allowed has not come about")
    browser.wait_without(CARD)
    row = "#programs tr[data-key*='a<b>client']"
    browser.wait_for(f"{row} [data-column=outbound] [data-state=allow][aria-pressed=true]")
    browser.wait_text("#settled", "Allowed")

    # A connection that lasts ends with its permission.
    lasting = start(program, "--limit-rate", "20k", "--max-time", "60")
    browser.wait("it has a connection", lambda: browser.text(f"{row} [data-column=connections]") == "1")
    browser.click(f"{row} [data-column=outbound] [data-state=deny]")
    browser.wait_for(f"{row} [data-column=outbound] [data-state=deny][aria-pressed=true]")
    dashboard.wait_toast("its connections to others are denied")
    check(lasting.wait(20) not in (0, 28), "the connection has outlived its permission")
    check(start(program).wait(20) == REFUSED, "a denied program connects")

    # Not decided again, and asked again; once is not kept.
    browser.click(f"{row} [data-column=outbound] [data-state=none]")
    browser.wait_without(f"{row}:not(.gone)")
    fetch = start(program)
    browser.click(f"{CARD} [data-answer=deny][data-once=true]")
    check(fetch.wait(20) == REFUSED, "a connection denied once has come about")
    listed = json.loads(dashboard.sentry("applications", "list", "--json"))["applications"]
    kept = [one["permissions"] for one in listed if one["path"] == program]
    check(not any(kept), f"what was said for once is kept: {kept}")
    dashboard.sentry("applications", "off")


def start(program, *options):
    return subprocess.Popen(
        [program, "--silent", "--output", "/dev/null", "--max-time", "25", *options, PAGE + ("big" if options else "")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
