"""Triggered addresses: whom packets put there, with their packets; removed, put back, authorized."""

import json

from dashboard import check

ATTACKER = "10.77.0.66"


def table(dashboard, name="trigger"):
    listing = json.loads(dashboard.sentry("triggered", "list", "--table", name, "--format", "json"))
    entries = listing if isinstance(listing, list) else listing["entries"]
    return {entry["address"] for entry in entries}


def play(dashboard):
    browser = dashboard.browser
    dashboard.sentry("triggered", "add", "203.0.113.9", "--duration", "3600")
    dashboard.log_in("triggered")
    # One that is gone keeps its place under the pointer, so that the next one does not come there.
    row = '#entries [data-key="203.0.113.9"]:not(.gone)'
    browser.click(f"{row} [data-act=remove]")
    browser.wait_without(row)
    dashboard.wait_toast("203.0.113.9 has left table trigger.")
    check("203.0.113.9" not in table(dashboard), "the daemon still has it")
    browser.script("[...document.querySelectorAll('.toast button')].find((one) => one.innerText === 'Undo').click()")
    browser.wait_for(row)
    check("203.0.113.9" in table(dashboard), "it is not back")
    browser.click(f"{row} .opener")
    browser.click("#panel-authorize")
    browser.wait_without(row)
    check("203.0.113.9" in table(dashboard, "authorize") - table(dashboard), "it is not authorized")

    # Who came to the telnet port is there by his own packets.
    attacker = f'#entries [data-key="{ATTACKER}"]'
    browser.wait_for(attacker)
    browser.click(f"{attacker} .opener")
    browser.wait_for("#evidence li")
    browser.wait_text("#panel", "2.1.3")
    browser.click("#evidence [data-act=explain]")
    browser.wait_for("#why-verdict")
    check("10.77.0.66" in browser.text("#why-result"), browser.text("#why-result"))

    dashboard.open("triggered")
    browser.click("#add")
    browser.write("#add-addresses", "nonsense")
    browser.click("#add-go")
    browser.wait_text("#add-problem", "nonsense")
    browser.write("#add-addresses", "198.51.100.7")
    browser.click("#add-go")
    browser.wait_for('#entries [data-key="198.51.100.7"]')
    check("198.51.100.7" in table(dashboard), "the daemon does not have it")

    browser.click("#table-authorize")
    browser.wait_for('#entries [data-key="203.0.113.9"]')
    browser.click("#clear")
    browser.click("#dialog-yes")
    browser.wait_without('#entries [data-key="203.0.113.9"]:not(.gone)')
    check(not table(dashboard, "authorize"), "the table is not empty")


EXPECTED = ["400 (Bad Request)", "422 (Unprocessable"]
