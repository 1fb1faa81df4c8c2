"""Opens pages in a headless browser and prints as JSON what it saw: `look_at_page.py BROWSER FOLDER PAGE…`.

It runs in the venv `browser`. `FOLDER` gets a folder for each page, with a screenshot of each width, of the first
screen, and the printed page. Heights of words are in pixels of the screen.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

WIDTHS = (360, 768, 1440)  # pixels: a phone, a tablet, a desk
PAPER = 688  # an A4 page without its margins
# The browser must not call anybody, and needs neither a graphics card nor a sandbox for our own page.
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

LOOK = """([paper]) => {
  const width = document.documentElement.clientWidth;
  const box = each => each.getBoundingClientRect();
  const all = query => [...document.querySelectorAll(query)].filter(each => each.getClientRects().length > 0);
  const outside = all("body *").filter(each =>
    (paper || !each.closest(".box table")) && (box(each).right > width + 0.5 || box(each).left < -0.5));
  const charts = all(".chart").map(chart => {
    const words = [...chart.querySelectorAll("text")].filter(text =>
      text.textContent.trim() && box(text).width > 0 && getComputedStyle(text).opacity > 0);
    const overlapping = [];
    words.forEach((one, place) => words.slice(place + 1).forEach(other => {
      const a = box(one), b = box(other);
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 1 && down > 3) overlapping.push(one.textContent + " | " + other.textContent);
    }));
    const marks = [...chart.querySelectorAll(".mark-rect path, .mark-symbol path")].filter(mark =>
      box(mark).width > 1 && box(mark).height > 1);
    return {told: chart.getAttribute("aria-label"), marks: marks.length, words: words.length, overlapping,
            smallest: Math.min(...words.map(text => box(text).height))};
  });
  return {overflow: document.documentElement.scrollWidth - width, charts,
          outside: outside.map(each => each.tagName + ": " + each.textContent.trim().slice(0, 60)),
          links: all("nav a").map(a => Math.round(box(a).height))};
}"""
WHOLE = """() => {
  const ids = [...document.querySelectorAll("[id]")].map(each => each.id);
  const links = [...document.querySelectorAll("a[href^='#']")].map(a => a.getAttribute("href"));
  return {doubled: ids.filter((id, place) => ids.indexOf(id) !== place), language: document.documentElement.lang,
          missing: links.filter(link => !document.querySelector(link))};
}"""


def main(browser_path: str, folder: str, *paths: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=SWITCHES)
        print(json.dumps([_look(browser.new_page(), Path(path), Path(folder) / Path(path).stem) for path in paths]))
        browser.close()


def _look(page: Page, path: Path, out: Path) -> dict[str, Any]:
    out.mkdir(parents=True, exist_ok=True)
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.resolve().as_uri())
    looks: dict[str, Any] = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        looks[str(width)] = page.evaluate(LOOK, [False])
        page.screenshot(path=out / f"{width}.png", full_page=True)
    page.set_viewport_size({"width": 1024, "height": 1105})
    page.screenshot(path=out / "first-screen.png")
    looks["paper"] = _printed(page, out / "printed.pdf")
    return {"said": said, "asked": asked, "looks": looks, **page.evaluate(WHOLE)}


def _printed(page: Page, path: Path) -> dict[str, Any]:
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER, "height": 1000})
    look: dict[str, Any] = page.evaluate(LOOK, [True])
    content = page.pdf(path=path, prefer_css_page_size=True, print_background=False)
    return {
        **look,
        "pages": content.count(b"/Type /Page\n"),
        "begin": content[:5].decode("latin-1"),
        "bytes": len(content),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
