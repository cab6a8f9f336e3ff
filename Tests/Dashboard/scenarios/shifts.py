"""Nothing jumps while a page comes: what the browser counts as layout shifts stays small, on wide and on narrow screens."""

from dashboard import PAGES, check

# The sum that the browser's own measure calls good is 0.1 (web.dev, Cumulative Layout Shift).
MOST = 0.05
# What moved is told by its element, with where it was and where it went.
WATCH = """window.shifts = [];
new PerformanceObserver((list) => {
  for (const { hadRecentInput, value, sources } of list.getEntries()) {
    if (!hadRecentInput) shifts.push([value, ...sources.map(({ node, previousRect: a, currentRect: b }) => {
      const element = node?.nodeType === 1 ? node : node?.parentElement;
      const name = element ? `${element.localName}#${element.id}.${element.className}` : "gone";
      return `${name} ${Math.round(a.y)}+${Math.round(a.height)} to ${Math.round(b.y)}+${Math.round(b.height)}`;
    })]);
  }
}).observe({ type: "layout-shift", buffered: true });"""


def play(dashboard):
    browser = dashboard.browser
    dashboard.sentry("triggered", "add", "203.0.113.9", "--duration", "3600")
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
    dashboard.log_in()
    worst = []
    for width, height in ((1400, 900), (390, 844)):
        browser.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        for page in PAGES:
            dashboard.open(page)
            browser.reload()
            dashboard.open(page)
            browser.later("setTimeout(arguments[0], 4000)")
            found = browser.script("return window.shifts")
            total = sum(value for value, *_ in found)
            if total >= MOST:
                moves = [f"{value:.3f}: {', '.join(moves)}" for value, *moves in sorted(found, reverse=True)[:6]]
                worst.append(f"{page} at {width} pixels has shifted by {total:.3f}: {'; '.join(moves)}")
    check(not worst, "\n".join(worst))
