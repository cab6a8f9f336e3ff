"""A small client of chromedriver (W3C WebDriver): what a person does with a browser, and what he sees in it.

Texts, presses and clicks go the way of real ones: an element that is covered or hidden cannot be clicked.
"""

import base64
import json
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

KEYS = {
    "Enter": "\ue007", "Tab": "\ue004", "Escape": "\ue00c", "Space": " ", "Delete": "\ue017", "Backspace": "\ue003",
    "Home": "\ue011", "End": "\ue010", "Left": "\ue012", "Up": "\ue013", "Right": "\ue014", "Down": "\ue015",
    "Shift": "\ue008", "Control": "\ue009", "Alt": "\ue00a", "F10": "\ue03a",
}
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]
# Seconds that a page has for anything: a machine may be busy with something else.
PATIENCE = 60
# Tells of what the Content-Security-Policy has stopped.
WATCH_POLICY = """window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => violations.push(`${event.violatedDirective} ${event.blockedURI}`));"""


class Problem(Exception):
    """Something is not as it should be; the text says what."""


class Browser:
    """One window of Chromium; `with` ends it and everything it started."""

    def __init__(self, width=1280, height=800):
        self.folder = tempfile.mkdtemp(prefix="sentry-browser-")
        self.driver = subprocess.Popen(
            [shutil.which("chromedriver"), "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": self.folder, "TMPDIR": self.folder})
        try:
            self.base = f"http://127.0.0.1:{self._port()}"
            options = {
                "binary": shutil.which("chromium"),
                "args": ARGUMENTS + [f"--window-size={width},{height}", f"--user-data-dir={self.folder}/profile"],
            }
            wanted = {
                "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
                "timeouts": {"script": 60000, "pageLoad": 30000},
            }
            session = self._send("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
            self.base += f"/session/{session['sessionId']}"
            self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
            self.devtools("Page.addScriptToEvaluateOnNewDocument", source=WATCH_POLICY)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if "/session/" in getattr(self, "base", ""):
            try:
                self._send("DELETE", "", None)
            except (Problem, OSError):
                pass
        self.driver.send_signal(signal.SIGTERM)
        try:
            self.driver.wait(10)
        except subprocess.TimeoutExpired:
            self.driver.kill()
        self.driver.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _port(self):
        for line in self.driver.stdout:
            if found := re.search(r"started successfully on port (\d+)", line):
                return found[1]
        raise Problem("chromedriver did not start")

    def _send(self, method, path, body):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=90) as reply:
                return json.load(reply)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise Problem(f"{value['error']}: {value['message'].splitlines()[0]}") from None

    def devtools(self, command, **parameters):
        return self._send("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    # MARK: Going somewhere

    def go(self, address):
        self._send("POST", "/url", {"url": address})

    def reload(self):
        self._send("POST", "/refresh", {})

    @property
    def address(self):
        return self._send("GET", "/url", None)

    def forget_cookies(self):
        self._send("DELETE", "/cookie", None)

    def theme(self, name):
        """What the system is said to prefer: `light` or `dark`."""
        self.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    # MARK: Looking

    def script(self, text, *arguments):
        return self._send("POST", "/execute/sync", {"script": text, "args": list(arguments)})

    def later(self, text, *arguments):
        """Runs a script whose last argument is a function to be called with the result."""
        return self._send("POST", "/execute/async", {"script": text, "args": list(arguments)})

    def find(self, selector):
        return self._send("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def count(self, selector):
        return self.script("return document.querySelectorAll(arguments[0]).length", selector)

    def sees(self, selector):
        """Whether there is such an element to be seen."""
        return self.script(
            "return [...document.querySelectorAll(arguments[0])].some((one) => one.checkVisibility({ visibilityProperty: true }))", selector)

    def text(self, selector):
        """The text of the first such element as it is shown; empty if there is none."""
        return self.script("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def texts(self, selector):
        return self.script("return [...document.querySelectorAll(arguments[0])].map((one) => one.innerText)", selector)

    def wait(self, what, condition, seconds=PATIENCE):
        """Waits until `condition()` is true, and returns what it is then; `what` says in words what should happen."""
        end = time.monotonic() + seconds
        while not (value := condition()):
            if time.monotonic() > end:
                raise Problem(f"waited {seconds} s in vain: {what}")
            time.sleep(0.05)
        return value

    def wait_for(self, selector, seconds=PATIENCE):
        self.wait(f"'{selector}' is to be seen", lambda: self.sees(selector), seconds)

    def wait_without(self, selector, seconds=PATIENCE):
        self.wait(f"'{selector}' is gone", lambda: not self.sees(selector), seconds)

    def wait_text(self, selector, part, seconds=PATIENCE):
        try:
            self.wait("", lambda: part in self.text(selector), seconds)
        except Problem:
            raise Problem(f"'{selector}' does not say '{part}' but '{self.text(selector)}'") from None

    # MARK: Doing

    def click(self, selector):
        """Clicks on what is to be seen; once more if the page has drawn it anew in that moment, or something moved away from above."""
        self.wait_for(selector)
        end = time.monotonic() + 5
        while True:
            try:
                return self._send("POST", f"/element/{self.find(selector)}/click", {})
            except Problem as problem:
                if time.monotonic() > end or not str(problem).startswith(("stale element", "element click intercepted")):
                    raise
                time.sleep(0.1)

    def point(self, selector):
        """Moves the mouse over the middle of an element."""
        move = {"type": "pointerMove", "origin": {ELEMENT: self.find(selector)}, "x": 0, "y": 0, "duration": 0}
        self._send("POST", "/actions", {"actions": [{"type": "pointer", "id": "mouse", "actions": [move]}]})

    def write(self, selector, text):
        """Puts a text in the place of what a field holds."""
        self.wait_for(selector)
        self.script("const field = document.querySelector(arguments[0]); field.focus(); field.select()", selector)
        self._send("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def choose(self, selector, value):
        """Chooses from a menu, as the keyboard would."""
        self.script(
            "const menu = document.querySelector(arguments[0]); menu.value = arguments[1];"
            "menu.dispatchEvent(new Event('input', {bubbles: true}));"
            "menu.dispatchEvent(new Event('change', {bubbles: true}));", selector, value)

    def press(self, *keys):
        """Presses keys one after the other: `"2.1"`, `"Enter"`, `"Shift+Tab"`."""
        actions = []
        for key in keys:
            is_chord = key.startswith(("Shift+", "Control+", "Alt+"))
            if not is_chord and key not in KEYS:
                actions += [{"type": kind, "value": letter} for letter in key for kind in ("keyDown", "keyUp")]
                continue
            codes = [KEYS.get(part, part) for part in (key.split("+") if is_chord else [key])]
            actions += [{"type": "keyDown", "value": code} for code in codes]
            actions += [{"type": "keyUp", "value": code} for code in reversed(codes)]
        self._send("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    # MARK: What went on behind the page

    def complaints(self):
        """What the browser's console has been told since the last time, errors only."""
        entries = self._send("POST", "/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries if entry["level"] == "SEVERE"]

    def requests(self):
        """Addresses that the pages have asked for since the last time."""
        entries = self._send("POST", "/se/log", {"type": "performance"})
        messages = [json.loads(entry["message"])["message"] for entry in entries]
        return [one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"]

    def remains(self):
        """What is to be known of a page on which something went wrong: its address, its elements, the console."""
        source = self.script("return document.documentElement.outerHTML")
        return f"{self.address}\n{source[:20000]}\nconsole: {self.complaints()}"

    def violations(self):
        return self.script("return window.violations ?? []")

    def picture(self, path):
        Path(path).write_bytes(base64.b64decode(self._send("GET", "/screenshot", None)))
