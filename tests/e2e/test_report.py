"""`make report` in a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.base.paths import LOCAL, TOP
from scripts.report import page
from tests.kit import browser
from tests.kit.expected import expected
from tests.kit.report_facts import facts
from tests.kit.user import User

pytestmark = pytest.mark.e2e


def test_report_is_a_page_that_a_browser_shows_whole(user: User, tmp_path: Path) -> None:
    """With it a page of facts that no environment has all at once. The screenshots stay in .local/report-looks/."""
    path, other = tmp_path / "live.html", tmp_path / "unusual.html"
    said = user.make("report", f"OUT={path}")
    assert "the report is " in said and path.name in said
    text = path.read_text(encoding="utf-8")
    want = expected(TOP / "csv_exemplos")
    assert f"{want.read['notas']} linhas de notas lidas; {len(want.rows)} aproveitadas" in text
    assert "A tabela tem também 1 nota de execuções anteriores" in text
    assert "Nota que não é número" in text and "dispensado" in text
    assert "falhou" in text and "Leitura e junção" in text and "A AWS permitiria" in text
    chrome = browser.found()
    other.write_text(page.html(facts()), encoding="utf-8")
    for seen in browser.look(chrome, [path, other], LOCAL / "report-looks"):
        browser.check(seen)
