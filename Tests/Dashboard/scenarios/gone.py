"""Without the daemon, what is old looks old, and a page that does not come says why and comes by itself later."""

from dashboard import check

EXPECTED = ["ERR_INTERNET_DISCONNECTED"]


def play(dashboard):
    browser = dashboard.browser
    dashboard.log_in("health")
    fact = "[data-card=Running] dd"
    browser.wait_for(fact)
    reach(browser, False)
    browser.wait_text("#sentence", "No connection to the daemon")
    check(float(browser.script("return getComputedStyle(document.querySelector(arguments[0])).opacity", fact)) < 1, "old figures look new")
    browser.script("location.hash = '#triggered'")
    browser.wait_text("#failure", "The daemon does not answer")
    reach(browser, True)
    browser.wait_for("#entries")


def reach(browser, can):
    browser.devtools("Network.enable")
    browser.devtools("Network.emulateNetworkConditions", offline=not can, latency=0, downloadThroughput=-1, uploadThroughput=-1)
