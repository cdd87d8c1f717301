"""A Chromium without a window, driven as a person would: what it shows, asks for and complains of."""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import shutil
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SWITCHES = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--force-device-scale-factor=1",
    "--disable-dev-shm-usage",  # other tests fill that up
)
DESKTOP, PHONE = (1280, 900), (390, 844)


def what_is_missing() -> str:
    """Why no browser can be driven here, or nothing."""
    if importlib.util.find_spec("selenium") is None:
        return "no python3-selenium here"
    programs = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    return f"no {' and no '.join(programs)} here" if programs else ""


def axe_script() -> Path | None:
    """The accessibility checker, where npm has put it: IPCMARK_NODE_MODULES, else build/browser."""
    modules = os.environ.get("IPCMARK_NODE_MODULES") or ROOT / "build" / "browser" / "node_modules"
    file = Path(modules) / "axe-core" / "axe.min.js"
    return file if file.is_file() else None


class Chrome:
    """One browser with one page open at a time."""

    def __init__(self, profile: Path) -> None:
        from selenium import webdriver
        from selenium.webdriver.chrome.options import Options
        from selenium.webdriver.chrome.service import Service

        options = Options()
        options.binary_location = str(shutil.which("chromium"))
        for switch in (*SWITCHES, f"--user-data-dir={profile}"):
            options.add_argument(switch)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        service = Service(str(shutil.which("chromedriver")))
        self.driver = webdriver.Chrome(options=options, service=service)
        self.usual()

    def usual(self) -> None:
        """A desktop in daylight that lets scripts run."""
        self.resize(*DESKTOP)
        self.media()
        self.scripts(True)

    def resize(self, width: int, height: int) -> None:
        """The size of the viewport in CSS pixels; a narrow one is that of a phone."""
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                     mobile=width < 600)

    def media(self, *, dark: bool = False) -> None:
        """What colours the reader likes; nothing moves by itself."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.command("Emulation.setEmulatedMedia", features=[scheme, still])

    def scripts(self, allowed: bool) -> None:
        """Whether the next page may run its scripts."""
        self.command("Emulation.setScriptExecutionDisabled", value=not allowed)

    def command(self, name: str, **parameters: Any) -> Any:
        """What a command of the DevTools protocol yields."""
        return self.driver.execute_cdp_cmd(name, parameters)

    def open(self, file: Path, fragment: str = "") -> None:
        """Opens a file anew; what was logged of the page before is forgotten."""
        self.driver.get("about:blank")
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.driver.get(f"{file.as_uri()}{fragment}")

    def complaints(self) -> list[str]:
        """What the console has of this page."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """The addresses which this page has asked for."""
        events = (json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance"))
        return [event["params"]["request"]["url"] for event in events
                if event["method"] == "Network.requestWillBeSent"]

    def all(self, selector: str) -> list[Any]:
        """The elements that a CSS selector finds."""
        found: list[Any] = self.driver.find_elements("css selector", selector)
        return found

    def one(self, selector: str) -> Any:
        """The first of them."""
        return self.driver.find_element("css selector", selector)

    def seen(self, selector: str) -> bool:
        """Whether the first of them shows, which nothing inside of closed details does."""
        return bool(self.run("return document.querySelector(arguments[0]).checkVisibility()", selector))

    def text(self, selector: str) -> str:
        """What an element shows, its white space levelled."""
        return " ".join(self.one(selector).text.split())

    def run(self, script: str, *arguments: Any) -> Any:
        """What a script in the page returns."""
        return self.driver.execute_script(script, *arguments)

    def later(self, script: str) -> Any:
        """What a script in the page hands to `done`, its callback."""
        return self.driver.execute_async_script(f"const done = arguments[0]; {script}")

    def screenshot(self, file: Path, selector: str = "html") -> None:
        """What is seen once an element is at the top."""
        self.run("document.querySelector(arguments[0]).scrollIntoView({behavior: 'instant'})", selector)
        _save(file, self.command("Page.captureScreenshot", format="png"))

    def pdf(self, file: Path) -> None:
        """The page on paper."""
        _save(file, self.command("Page.printToPDF", preferCSSPageSize=True))


def _save(file: Path, answer: dict[str, str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(base64.b64decode(answer["data"]))
