"""Chromium without a window, for tests that touch a page. Pictures of what they saw go to KTLSSIM_SHOTS, where that is set."""
import base64
import importlib.util
import json
import os
import pathlib
import shutil

AVAILABLE = importlib.util.find_spec("selenium") is not None and shutil.which("chromium") and shutil.which("chromedriver")


class Browser:
    """One page at a time; knows what was asked of the network and what the page complained of."""

    def __init__(self):
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for argument in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "hide-scrollbars"):
            options.add_argument(f"--{argument}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
        self.driver.set_page_load_timeout(60)

    def open(self, path, width=1280, scheme="light", fragment=""):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=844, deviceScaleFactor=1, mobile=width < 500)
        self.media("", scheme)
        self.driver.get("about:blank")
        self.driver.get_log("browser"), self.driver.get_log("performance")
        self.address = f"file://{path}"
        self.driver.get(self.address + fragment)

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def media(self, kind, scheme="light"):
        self.command("Emulation.setEmulatedMedia", media=kind, features=[{"name": "prefers-color-scheme", "value": scheme}])

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def too_wide(self):
        """What makes a page wider than its window, if anything does."""
        if self.script("return document.documentElement.scrollWidth <= innerWidth"):
            return []
        return self.script("""
            const inside = (node) => node === document.body || getComputedStyle(node).overflowX === "visible" && inside(node.parentElement);
            return [...document.body.querySelectorAll("*")]
              .filter((node) => node.getBoundingClientRect().right > innerWidth && inside(node.parentElement))
              .map((node) => node.outerHTML.slice(0, 200)).slice(0, 5)""") or ["something"]

    def wait_for_a_frame(self):
        self.driver.execute_async_script("const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()))")

    def wait_until(self, condition, frames=300):
        for _ in range(frames):
            if self.script(condition):
                return
            self.wait_for_a_frame()
        raise AssertionError(f"not within {frames} frames: {condition}")

    def find(self, selector):
        from selenium.webdriver.common.by import By

        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def show(self, selector):
        """Scrolled to the middle, where nothing covers it."""
        self.script("document.querySelector(arguments[0]).scrollIntoView({block: 'center'})", selector)
        return self.find(selector)

    def mouse(self, kind, x, y, buttons=0, clicks=1):
        """`kind`: mouseMoved, mousePressed or mouseReleased; x and y in the viewport."""
        self.command("Input.dispatchMouseEvent", type=kind, x=x, y=y, buttons=buttons, clickCount=clicks,
                     button="left" if buttons or kind != "mouseMoved" else "none")

    def click(self, selector):
        box = self.box(selector)
        self.mouse("mouseMoved", *box)
        self.mouse("mousePressed", *box, buttons=1)
        self.mouse("mouseReleased", *box)

    def box(self, selector):
        """The middle of an element in the viewport."""
        self.show(selector)
        return self.script("const b = document.querySelector(arguments[0]).getBoundingClientRect();"
                           "return [b.left + b.width / 2, b.top + b.height / 2]", selector)

    def complaints(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        """Addresses of all that was asked for besides the page."""
        messages = (json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance"))
        asked = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
        return [url for url in asked if url.split("#")[0] != self.address and not url.startswith(("data:", "about:"))]

    def picture(self, name):
        """Of the whole page."""
        if "KTLSSIM_SHOTS" not in os.environ:
            return
        size = self.command("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 12000), "scale": 1}
        png = self.command("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"]
        pathlib.Path(os.environ["KTLSSIM_SHOTS"], f"{name}.png").write_bytes(base64.b64decode(png))

    def close(self):
        self.driver.quit()
