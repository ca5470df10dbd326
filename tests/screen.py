"""A real browser for tests: an installed Chromium. Where there is none they are skipped and say so; CI has one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}

driven = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None and not os.environ.get("CI"), reason="no Chromium here: apt-get install chromium"
    ),
    pytest.mark.xdist_group("browser"),
]
"""What a module of such tests is marked with."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, closed afterwards."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def focused(page: Page, selector: str) -> None:
    """Wait until keys go to this element: a page takes its autofocus a moment after it has loaded."""
    page.locator(f"{selector}:focus").wait_for()


def untidy(page: Page) -> list[str]:
    """What makes a page hard to use: scrolling sideways, text too pale to read (WCAG 1.4.3), buttons too small."""
    wide, found = page.evaluate("[document.documentElement.scrollWidth, innerWidth]"), page.evaluate(TOO_PALE)
    small = page.evaluate(
        "[...document.querySelectorAll('button')].filter(b => b.getBoundingClientRect().height < 24).length"
    )
    return [
        *([f"{wide[0]} wide on a screen of {wide[1]}"] if wide[0] > wide[1] else []),
        *(f"too pale: {text}" for text in found),
        *([f"{small} buttons too small"] if small else []),
    ]


TOO_PALE = """
() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const found = rgb(getComputedStyle(node).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const pale = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    const unread = !node.checkVisibility() || node.closest(".unseen, :disabled, script");
    if (unread || !texts.currentNode.data.trim()) continue;
    const [one, other] = [light(rgb(getComputedStyle(node).color)), light(behind(node))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.5) pale.push(`${contrast.toFixed(2)} ${texts.currentNode.data.trim()}`);
  }
  return pale;
}
"""
