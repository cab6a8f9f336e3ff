#!/usr/bin/env python3
"""Takes the pictures of docs/images: every page, light and dark. `screenshots.py FOLDER [VIEW…]`

Like run.py it needs SENTRY and SENTRY_SOCKET, of a daemon that has had traffic for a while. With Pillow installed the pictures get a
palette of 256 colours, which makes them a third of the size.
"""

import io
import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from dashboard import Dashboard  # noqa: E402
from webdriver import Browser  # noqa: E402

PACKET = "tcp 203.0.113.9:40000 > me:23 syn in external"


def rules(dashboard):
    dashboard.open("rules")
    dashboard.browser.wait_for(".rule.is-fresh")


def why(dashboard):
    dashboard.open(f"why?packet={PACKET}")
    dashboard.browser.wait_for("#why-verdict")


def apply(dashboard):
    dashboard.open("rules")
    browser = dashboard.browser
    if not browser.sees("#draft"):
        browser.click(dashboard.row("2.1.3") + " .rule-switch")
        browser.wait_for("#draft")
    browser.click("#apply-open")
    browser.wait_for("#apply-go")


def leave_apply(dashboard):
    dashboard.browser.press("Escape")
    dashboard.browser.wait_without("dialog")
    dashboard.browser.click("#discard")
    dashboard.browser.click(".toast .close")


def triggered(dashboard):
    dashboard.open("triggered")
    dashboard.browser.click('#entries [data-key="10.77.0.66"] .opener')
    dashboard.browser.wait_for("#evidence li")


def traffic(dashboard):
    dashboard.open("traffic")
    dashboard.browser.wait_for("#top-host tbody tr")
    dashboard.browser.wait_for("table#connections tbody tr")


def log(dashboard):
    dashboard.open("log")
    dashboard.browser.wait_for("#log-rows tr")


def health(dashboard):
    dashboard.open("health")
    dashboard.browser.wait_for("table#interfaces tbody tr")


def applications(dashboard):
    listed = json.loads(dashboard.sentry("applications", "list", "--json"))["applications"]
    for program in (one["path"] for one in listed if one["listens"]):
        dashboard.sentry("applications", "allow", program, "--inbound")
    dashboard.sentry("applications", "on")
    dashboard.open("applications")
    subprocess.Popen(["curl", "--silent", "--max-time", "20", "http://10.77.0.2/"], stdout=subprocess.DEVNULL)
    dashboard.browser.wait_for("#programs tbody tr")
    dashboard.browser.wait_for(".question:not(.is-settled)")


def leave_applications(dashboard):
    dashboard.sentry("applications", "off")
    dashboard.browser.wait_without(".question:not(.is-settled)")


VIEWS = [(rules, None), (apply, leave_apply), (why, None), (triggered, None), (traffic, None), (log, None), (health, None),
         (applications, leave_applications)]


def main(folder, *names):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with Browser(1280, 800) as browser:
        dashboard = Dashboard(browser)
        dashboard.log_in()
        for view, leave in [one for one in VIEWS if not names or one[0].__name__ in names]:
            for theme in ("light", "dark"):
                browser.theme(theme)
                view(dashboard)
                browser.script("document.activeElement.matches('main *') && document.activeElement.blur()")
                # Counters and plots come to rest.
                browser.later("setTimeout(arguments[0], 1600)")
                path = folder / f"{view.__name__}-{theme}.png"
                browser.picture(path)
                shrink(path)
                print(f"{path.name}: {path.stat().st_size / 1000:.0f} KB", flush=True)
                if leave:
                    leave(dashboard)


def shrink(path):
    try:
        from PIL import Image
    except ImportError:
        return
    picture = Image.open(io.BytesIO(path.read_bytes())).convert("RGB")
    picture.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
