"""A real browser: an installed Chromium, driven through Playwright; one for a run, a fresh device for each person.

It opens the app under test and the mock and nothing else: every other name leads nowhere. It is started when the
first check asks for it, in a thread of its own, because Playwright wants to be the only loop of its thread.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from certification_suite.drivers.browser import TIMEOUT, Silence, origin
from certification_suite.drivers.page import Button, Form, Link, Page, plain
from certification_suite.evidence import MOST_BYTES
from certification_suite.verdicts import Fail, NoBrowser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Playwright, Response, Route

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
NONE = "none"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-proxy-server",
)
VIEW = (1000, 640)
QUALITIES = (60, 30, 10)
GOES_ON = re.compile(r"<meta\b[^>]*http-equiv\s*=\s*[\"']?refresh\b[^>]*>", re.IGNORECASE)
DRAWN = ("stylesheet", "image", "font")
"""What a page that is only drawn may fetch."""
PRESSES = "button:not([type=button]):not([type=reset]), input[type=submit], input[type=image]"

Done = TypeVar("Done")


def installed(asked: str | None = None) -> str | None:
    """The Chromium to use: the one asked for, else one on the PATH; None when there is none or none is wanted."""
    if asked == NONE:
        return None
    return asked or next((path for name in NAMES if (path := shutil.which(name))), None)


class Chromium:
    """One browser for a whole run. `path` None: there is none, and every check that asks for one says so."""

    def __init__(self, path: str | None, *, why_not: str = "", patience: float = TIMEOUT) -> None:
        self.path = path
        self.why_not = why_not or "No Chromium was found on this machine."
        self.draws = True
        """Whether pages that a plain browser holds are drawn too; else only what nothing but a browser shows."""
        self._patience = patience
        self._hosts: frozenset[str] = frozenset()
        self._thread: ThreadPoolExecutor | None = None
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    def device(
        self, clever_url: str, own: Iterable[str], *, scripts: bool = True, trusting: bool = False
    ) -> Device:
        """A device that nobody has used. Raises NoBrowser where there is no browser.

        `trusting`: the app's certificate comes from an authority of its own, which the plain browser verifies;
        this one, which can be told of none, takes it as it is.
        """
        if not scripts and not self.draws:
            raise NoBrowser("This run draws no pages.")
        if self.path is None:
            raise NoBrowser(
                f"This needs a real browser. {self.why_not}",
                next_step="Install one (Debian: apt-get install chromium) or name it with --browser PATH.",
            )
        hosts = frozenset(host for url in (clever_url, *own) if (host := urlsplit(url).hostname))
        if self._browser is not None and not hosts <= self._hosts:
            self.close()
        if self._browser is None:
            self._start(hosts)
        return Device(self, self.do(lambda: self._context(scripts, trusting)), clever_url, self._patience)

    def do(self, act: Callable[[], Done]) -> Done:
        """Run this where the browser lives."""
        assert self._thread is not None, "the browser was started"
        return self._thread.submit(act).result()

    def close(self) -> None:
        """End the browser; the next device starts another."""
        if self._thread is None:
            return
        self.do(self._stop)
        self._thread.shutdown()
        self._thread = None

    def _start(self, hosts: frozenset[str]) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="chromium")
        self._hosts = hosts
        try:
            self.do(self._launch)
        except Exception as error:  # whatever Playwright or the operating system has to say
            self.close()
            words = str(error).strip().splitlines() or [type(error).__name__]
            self.why_not, self.path = f"The browser {self.path} does not start: {words[0]}", None
            raise NoBrowser(
                self.why_not,
                next_step="Name another with --browser PATH, or leave browser checks out with --browser none.",
            ) from error

    def _launch(self) -> None:
        from playwright.sync_api import sync_playwright  # heavy, and only a run with a browser needs it

        self._playwright = sync_playwright().start()
        nowhere = ", ".join(("MAP * ~NOTFOUND", *(f"EXCLUDE {host}" for host in sorted(self._hosts))))
        self._browser = self._playwright.chromium.launch(
            executable_path=self.path, args=[*FLAGS, f"--host-resolver-rules={nowhere}"]
        )

    def _stop(self) -> None:
        if self._browser is not None:
            self._browser.close()
        if self._playwright is not None:
            self._playwright.stop()
        self._browser = self._playwright = None

    def _context(self, scripts: bool, trusting: bool) -> BrowserContext:
        assert self._browser is not None
        view = {"width": VIEW[0], "height": VIEW[1]}
        context = self._browser.new_context(
            viewport=view,  # type: ignore[arg-type]
            java_script_enabled=scripts,
            ignore_https_errors=trusting,
        )
        context.set_default_timeout(self._patience * 1000)
        return context


class Device:
    """One person's browser: one cookie jar and history, and tabs. What it shows is read as `Page`s."""

    def __init__(self, chromium: Chromium, context: BrowserContext, clever_url: str, patience: float) -> None:
        self._chromium = chromium
        self._context = context
        self._clever = origin(clever_url)
        self._patience = patience
        self._tab = chromium.do(context.new_page)
        self._tabs = [self._tab]

    def is_clever(self, url: str) -> bool:
        return origin(url) == self._clever

    @property
    def url(self) -> str:
        """Where the tab is."""
        return self._tab.url

    def text(self) -> str:
        """What a person can read on the screen, as the browser draws it."""
        return plain(self._chromium.do(lambda: self._tab.inner_text("body")))

    def shows(self, words: str) -> bool:
        """Whether these words can be read on the screen."""
        return plain(words).casefold() in self.text().casefold()

    def open(self, url: str) -> Page:
        """Type an address and see where it leads."""
        return self._go(lambda: self._tab.goto(url), url)

    def back(self) -> Page:
        """Press the browser's Back button."""
        return self._go(lambda: self._tab.go_back(), self._tab.url)

    def reload(self) -> Page:
        return self._go(lambda: self._tab.reload(), self._tab.url)

    def press(
        self, control: Link | Form, button: Button | None = None, filled: dict[str, str] | None = None
    ) -> Page:
        """Use a control of the page that is shown: click the link, or fill in the form and click its button."""
        page = self._chromium.do(lambda: self._shown(None))

        def act() -> None:
            with self._tab.expect_navigation():
                if isinstance(control, Link):
                    self._tab.locator("a[href]").nth(page.links.index(control)).click()
                    return
                form = self._tab.locator("form").nth(page.forms.index(control))
                for name, value in (filled or {}).items():
                    form.locator(f'[name="{name}"]').fill(value)
                form.locator(PRESSES).nth(control.buttons.index(button) if button else 0).click()

        return self._go(act, page.url)

    def take_over(self, cookies: dict[str, str], url: str) -> None:
        """Go on where a plain browser stands: its cookies of this site instead of those held here."""
        given = [{"name": name, "value": value, "url": url} for name, value in cookies.items()]
        self._chromium.do(self._context.clear_cookies)
        self._chromium.do(lambda: self._context.add_cookies(given))  # type: ignore[arg-type]

    def draw(self, page: Page) -> None:
        """Show a page that a plain browser holds, from its source: nobody is asked for it again."""
        kind = page.content_type.partition(";")[0].strip() or "text/html"

        def answer(route: Route) -> None:
            request, drawing = route.request, waiting.pop() if waiting else False
            if drawing:
                route.fulfill(body=GOES_ON.sub("", page.source), content_type=f"{kind}; charset=utf-8")
            elif request.resource_type in DRAWN and not request.is_navigation_request():
                route.continue_()
            else:
                route.abort()

        waiting = [True]
        self._chromium.do(lambda: self._tab.route("**/*", answer))
        try:
            self.open(page.url.partition("#")[0])
        finally:
            self._chromium.do(lambda: self._tab.unroute("**/*"))

    def tab(self) -> None:
        """Open another tab and go on in it."""
        self._tabs.append(self._chromium.do(self._context.new_page))
        self._tab = self._tabs[-1]

    def turn_to(self, number: int) -> None:
        """Go on in the tab that was opened first (0), second (1) …"""
        self._tab = self._tabs[number]

    def cookies(self) -> dict[str, str]:
        """The cookies of this device."""
        held = self._chromium.do(self._context.cookies)
        return {str(cookie.get("name")): str(cookie.get("value")) for cookie in held}

    def picture(self) -> bytes:
        """What the screen shows, as a JPEG; a busy page is kept coarser, so that reports stay small."""

        def shot(quality: int) -> bytes:
            return self._chromium.do(lambda: self._tab.screenshot(type="jpeg", quality=quality))

        pictures = (shot(quality) for quality in QUALITIES)
        return next((picture for picture in pictures if len(picture) <= MOST_BYTES), b"")

    def close(self) -> None:
        self._chromium.do(self._context.close)

    def _go(self, act: Callable[[], Response | None], asked: str) -> Page:
        from playwright.sync_api import Error, TimeoutError  # where a page was opened it is loaded already

        def went() -> Page:
            answer: list[Response] = []

            def noted(response: Response) -> None:
                request = response.request
                if request.is_navigation_request() and request.frame == self._tab.main_frame:
                    answer.append(response)

            self._tab.on("response", noted)
            act()
            self._tab.wait_for_load_state("load")
            self._tab.remove_listener("response", noted)
            return self._shown(answer[-1] if answer else None)

        try:
            page = self._chromium.do(went)
        except TimeoutError as error:
            raise Silence(asked, "late", patience=self._patience) from error
        except Error as error:
            raise Fail(
                f"In the browser {asked.partition('?')[0]} ended in: {error.message.splitlines()[0]}.",
                expected="A page of your app, or of Clever.",
            ) from error
        return page

    def _shown(self, answer: Response | None) -> Page:
        kind = answer.headers.get("content-type", "text/html") if answer else "text/html"
        status = answer.status if answer else 200
        return Page(url=self._tab.url, status=status, content_type=kind, source=self._tab.content())
