#!/usr/bin/env python3
"""Measures the page of the rules with 10,000 of them in force: how long it takes to open, and what it does while it is scrolled.

Like run.py it needs SENTRY and SENTRY_SOCKET. The figures of docs/Dashboard.md are its output.
"""

import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent))
from dashboard import Dashboard  # noqa: E402
from webdriver import Browser  # noqa: E402

GROUPS, RULES = 100, 99
SCROLL = """const done = arguments[0], outline = document.querySelector("#outline"), times = [];
let last = 0;
requestAnimationFrame(function step(now) {
  if (last) times.push(now - last);
  last = now;
  outline.scrollTop += 260;
  if (times.length < 240) requestAnimationFrame(step); else done(times);
});"""


def document():
    groups = []
    for group in range(GROUPS):
        rules = "".join(
            f'{{ enabled = 1; nodeName = "port {port} of net {group}"; propertyName = "Dest port"; '
            f'propertyValue = {port + 1000}; filterActionName = Delete; }},\n' for port in range(RULES))
        groups.append(
            f'{{ enabled = 1; nodeName = "net {group}"; propertyName = "Source net"; propertyValue = "10.{group}.0.0/16"; '
            f"children = ( {rules} ); }}")
    return "{ rules = (" + ",\n".join(groups) + "); }"


def main():
    with Browser() as browser:
        dashboard = Dashboard(browser)
        with TemporaryDirectory() as folder:
            path = Path(folder) / "big.plist"
            path.write_text(document())
            dashboard.sentry("apply", str(path))
        dashboard.log_in()
        opening, waiting = [], []
        for _ in range(5):
            browser.reload()
            browser.wait_for(".rule")
            opening.append(browser.wait("the page has marked the time", lambda: browser.script(
                "return performance.getEntriesByName('rules shown')[0]?.startTime")))
            waiting.append(browser.script(
                "const one = performance.getEntriesByType('resource').find((each) => each.name.endsWith('/v1/rules/outline'));"
                "return one.responseEnd - one.startTime"))
        print(f"opened: {statistics.median(opening):.0f} ms ({min(opening):.0f} to {max(opening):.0f}), of which the daemon's reply "
              f"took {statistics.median(waiting):.0f} ms ({min(waiting):.0f} to {max(waiting):.0f})")
        browser.script("document.querySelector('#outline').focus()")
        browser.click("#rules-more")
        browser.script("[...document.querySelectorAll('.menu button')].find((one) => one.innerText === 'Open all').click()")
        frames = sorted(browser.later(SCROLL))
        print(f"a frame while scrolling: {statistics.median(frames):.1f} ms, 95 of 100 in {frames[int(len(frames) * 0.95)]:.1f} ms, "
              f"the longest {frames[-1]:.1f} ms")


if __name__ == "__main__":
    main()
