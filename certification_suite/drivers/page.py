"""A page as a person meets it: its words, links, forms and buttons. Standard library only."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from urllib.parse import urljoin

UNSEEN = {"script", "style", "template", "head", "noscript"}
BLOCKS = {
    "p",
    "div",
    "br",
    "li",
    "tr",
    "td",
    "th",
    "h1",
    "h2",
    "h3",
    "h4",
    "section",
    "main",
    "header",
    "form",
    "label",
}
FIELDS = {"input", "select", "textarea", "button"}


@dataclass(frozen=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True)
class Button:
    text: str
    name: str | None = None
    value: str = ""


@dataclass
class Form:
    """A form: where it goes, what it sends by itself, what it asks, and the buttons that send it."""

    url: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    buttons: list[Button] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)
    """The values of the boxes to tick, by name, in their order; ticked or not."""

    @property
    def asked(self) -> list[str]:
        """The names of the fields a person would fill in."""
        return [name for name, kind in self.kinds.items() if kind not in ("hidden", "submit", "button", "image")]

    @property
    def text(self) -> str:
        return " ".join(button.text for button in self.buttons)


@dataclass(frozen=True)
class Hop:
    """One step of a browser's way to a page."""

    method: str
    url: str
    status: int


@dataclass
class Page:
    """What a browser ended at, and the way it took."""

    url: str
    status: int
    content_type: str
    source: str
    location: str | None = None
    trail: list[Hop] = field(default_factory=list)

    @cached_property
    def _read(self) -> _Reader:
        reader = _Reader(self.url)
        if "html" in self.content_type or self.source.lstrip()[:1] == "<":
            reader.feed(self.source)
            reader.close()
        else:
            reader.words.append(self.source)
        return reader

    @property
    def text(self) -> str:
        """The visible words, with white space made plain."""
        return plain("".join(self._read.words))

    @property
    def main(self) -> str:
        """The words of the page's main part, or all of them when it names none."""
        return plain("".join(self._read.words[self._read.main_from :])) or self.text

    @property
    def pieces(self) -> list[str]:
        """The visible words, piece by piece as the tags divide them."""
        return [piece for words in self._read.words if (piece := plain(words))]

    @property
    def title(self) -> str:
        return plain("".join(self._read.title))

    @property
    def links(self) -> list[Link]:
        return self._read.links

    @property
    def forms(self) -> list[Form]:
        return self._read.forms

    @property
    def scripts(self) -> list[str]:
        return self._read.scripts

    @property
    def refresh(self) -> str | None:
        """Where a `<meta http-equiv=refresh>` sends the browser."""
        return self._read.refresh if "http-equiv" in self.source.lower() else None


def plain(text: str) -> str:
    """Text for comparing and showing: composed characters, single spaces."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()


class _Reader(HTMLParser):
    """Walks the tags once and keeps what a person could see or press."""

    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.base = url
        self.words: list[str] = []
        self.title: list[str] = []
        self.links: list[Link] = []
        self.forms: list[Form] = []
        self.scripts: list[str] = []
        self.refresh: str | None = None
        self.main_from = 0
        self._hidden = 0
        self._in_title = False
        self._form: Form | None = None
        self._pressing: tuple[str, dict[str, str], list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in UNSEEN:
            self._hidden += 1
        if tag in BLOCKS:
            self.words.append(" ")
        if tag == "main":
            self.main_from = len(self.words)
        if tag == "title":
            self._in_title = True
        elif tag == "base" and given.get("href"):
            self.base = urljoin(self.base, given["href"])
        elif tag == "script" and given.get("src"):
            self.scripts.append(urljoin(self.base, given["src"]))
        elif tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self._meta_refresh(given.get("content", ""))
        elif tag == "form":
            method = given.get("method", "get").upper()
            self._form = Form(urljoin(self.base, given.get("action") or self.base), method)
            self.forms.append(self._form)
        elif tag == "a" and "href" in given:
            self._pressing = ("a", given, [])
        elif tag == "img" and given.get("alt") and self._pressing:
            self._pressing[2].append(given["alt"])
        if tag in FIELDS:
            self._field(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN and self._hidden:
            self._hidden -= 1
        if tag in BLOCKS:
            self.words.append(" ")
        if tag == "title":
            self._in_title = False
        elif tag == "form":
            self._form = None
        elif self._pressing and tag == self._pressing[0]:
            self._released()

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)
        elif not self._hidden:
            self.words.append(data)
            if self._pressing:
                self._pressing[2].append(data)

    def _field(self, tag: str, given: dict[str, str]) -> None:
        kind = given.get("type", "submit" if tag == "button" else "text").lower()
        if tag == "button":
            self._pressing = ("button", given, [])
        elif kind in ("submit", "image") and self._form:
            label = given.get("aria-label") or given.get("value") or given.get("alt") or "Submit"
            self._form.buttons.append(Button(plain(label), given.get("name"), given.get("value", "")))
        elif self._form and given.get("name"):
            if kind == "checkbox":
                self._form.choices.setdefault(given["name"], []).append(given.get("value", "on"))
            if kind in ("checkbox", "radio") and "checked" not in given:
                self._form.kinds.setdefault(given["name"], kind)
                return
            self._form.kinds[given["name"]] = kind if tag == "input" else tag
            self._form.fields[given["name"]] = given.get("value", "")

    def _released(self) -> None:
        assert self._pressing is not None
        tag, given, words = self._pressing
        self._pressing = None
        text = plain(" ".join(["".join(words), given.get("aria-label", ""), given.get("title", "")]))
        if tag == "a":
            self.links.append(Link(text, urljoin(self.base, given["href"])))
        elif self._form and given.get("type", "submit") == "submit":
            if given.get("formaction"):
                self._form.url = urljoin(self.base, given["formaction"])
            self._form.buttons.append(Button(text, given.get("name"), given.get("value", "")))

    def _meta_refresh(self, content: str) -> None:
        found = re.search(r"url\s*=\s*['\"]?([^'\";]+)", content, re.IGNORECASE)
        if found:
            self.refresh = urljoin(self.base, found.group(1).strip())
