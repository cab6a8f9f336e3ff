"""Counters move while packets flow, and are those that the command tells."""

from dashboard import check

STATISTICS = {"bytes": "B", "rate": "/s", "time": ":", "parameter": ""}


def play(dashboard):
    browser = dashboard.browser
    dashboard.log_in()
    before = dashboard.rule("1")["matchCount"]
    browser.wait_for(".rule.is-fresh")
    browser.wait("rule 1 has matched more often than before", lambda: dashboard.figure("1") > before)
    first = dashboard.figure("1")
    browser.wait("the counter of rule 1 has moved on", lambda: dashboard.figure("1") > first)
    shown = dashboard.figure("1")
    after = dashboard.rule("1")["matchCount"]
    check(shown <= after, f"the page shows {shown} matches, the command afterwards {after}")
    browser.wait("the sentence tells packets", lambda: " 0 packets/s" not in browser.text("#sentence"))
    for statistic, unit in STATISTICS.items():
        browser.choose("#statistic", statistic)
        browser.wait(f"the column shows {statistic}", lambda: unit in browser.text(dashboard.row("1") + " .stat-figure"))
    for page, place in [("traffic", "#top-host tbody tr"), ("log", "#log-rows tr"), ("health", "table#interfaces tbody tr")]:
        dashboard.open(page)
        browser.wait_for(place)
