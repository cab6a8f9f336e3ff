"""Rules on trial that nobody keeps go away again, and the page says so; those that are kept stay."""

from dashboard import check


def play(dashboard):
    browser = dashboard.browser
    dashboard.log_in()
    browser.click(dashboard.row("2.1.4") + " .rule-switch")
    browser.wait_for("#draft")
    dashboard.apply(trial=5)
    browser.wait_for("#trial")
    browser.wait_text("#trial-left", " s")
    check(not dashboard.rule("2.1.4")["enabled"], "the rules on trial are not in force")
    check(dashboard.status()["trial"]["remaining"] <= 5, "the daemon tells another trial")
    browser.wait_without("#trial")
    dashboard.wait_toast("Nobody kept the new rules: the rules before are in force again.")
    check(dashboard.rule("2.1.4")["enabled"], "the old rules are not back")
    browser.wait("the page shows the old rules", lambda: dashboard.is_on("2.1.4"))

    dashboard.open("traffic")
    dashboard.open("rules")
    browser.wait_text("#lapsed", "Other rules than those you applied are in force.")
    browser.click("#lapsed-take-up")
    browser.wait("the draft is back", lambda: dashboard.is_on("2.1.4") is False)
    dashboard.apply(trial=60)
    browser.click("#trial-keep")
    dashboard.wait_toast("The new rules stay.")
    browser.wait_without("#trial")
    check(dashboard.status().get("trial") is None, "the trial goes on")
    check(not dashboard.rule("2.1.4")["enabled"], "the rules that were kept are not in force")
