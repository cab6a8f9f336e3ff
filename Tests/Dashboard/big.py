#!/usr/bin/env python3
"""Measures the page of the rules with 10,000 of them in force: how long it takes to open, what it does while it is scrolled, how long
edits take, and what the page costs the daemon.

Like run.py it needs SENTRY and SENTRY_SOCKET, and the daemon's SENTRY_PROCESS. The figures of docs/Dashboard.md are its output.
"""

import os
import statistics
import sys
import time
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

# Each edit begins with the text that the one before has given, as in the page.
EDIT = """const [count, done] = arguments;
(async () => {
  const { post } = await import("/api.js"), times = [];
  let text;
  for (let turn = 0; turn < count; turn += 1) {
    const start = performance.now();
    const edit = { switch: { rules: ["50.7"], enabled: turn % 2 === 1 } };
    const reply = await post("/v1/drafts", { name: "big.plist", text, edit });
    times.push(performance.now() - start);
    text = reply.text;
  }
  done(times);
})().catch((error) => done(String(error)))"""
SIZE = """return performance.getEntriesByType("resource").concat(performance.getEntriesByType("navigation"))
  .filter((one) => !one.name.includes("/v1/") && !one.name.includes("/web/"))
  .reduce((sum, one) => sum + one.decodedBodySize, 0)"""


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
        print(f"files of the first page: {browser.script(SIZE) / 1000:.0f} KB")
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
        times = browser.later(EDIT, 7)
        print(f"an edit: {statistics.median(times):.0f} ms ({min(times):.0f} to {max(times):.0f})")
        with_page = processor_share(20)
        browser.go("about:blank")
        print(f"the daemon: {with_page:.2f} % of a core with the page, {processor_share(20):.2f} % without")


def processor_share(seconds):
    """How much of a core the daemon takes, in percent."""
    time.sleep(2)
    before, start = processor_seconds(), time.monotonic()
    time.sleep(seconds)
    return 100 * (processor_seconds() - before) / (time.monotonic() - start)


def processor_seconds():
    fields = Path(f"/proc/{os.environ['SENTRY_PROCESS']}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
