"""The audit asks once about all, believes an answer a day, and says when there is none."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typing_extensions import override

from local.guard import audit
from local.guard.audit import Package

JINJA = Package("PyPI", "jinja2", "2.4.1")
HTMX = Package("npm", "htmx.org", "2.0.4")


@contextmanager
def database(answer: Any, *, status: int = 200) -> Iterator[tuple[str, list[Any]]]:
    """Serve one answer in the form of OSV's batches; yield the address and what was asked."""
    asked: list[Any] = []

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(status)
            self.end_headers()
            body = answer(asked[-1]) if callable(answer) else answer
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/querybatch", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def nothing_known(asked: Any) -> Any:
    return {"results": [{} for _ in asked["queries"]]}


def jinja_known(asked: Any) -> Any:
    bad = {"vulns": [{"id": "GHSA-462w-v97r-4m45", "modified": "2024-01-01T00:00:00Z"}]}
    return {"results": [bad if q["package"]["name"] == "jinja2" else {} for q in asked["queries"]]}


def test_every_locked_package_is_asked_about() -> None:
    found = audit.packages()

    names = {(one.ecosystem, one.name) for one in found}
    assert {("PyPI", "fastapi"), ("PyPI", "ruff"), ("npm", "htmx.org")} <= names
    assert len(found) > 120
    assert all(one.version[0].isdigit() for one in found)


def test_one_request_asks_about_all() -> None:
    with database(jinja_known) as (url, asked):
        found = audit.ask([HTMX, JINJA], url=url)

    assert found == {"jinja2 2.4.1": ["GHSA-462w-v97r-4m45"]}
    assert asked == [
        {
            "queries": [
                {"package": {"ecosystem": "npm", "name": "htmx.org"}, "version": "2.0.4"},
                {"package": {"ecosystem": "PyPI", "name": "jinja2"}, "version": "2.4.1"},
            ]
        }
    ]


@pytest.mark.parametrize(
    ("answer", "status"),
    [({}, 500), (b"<html>", 200), ({"results": []}, 200), ({"other": 1}, 200), ([], 200)],
)
def test_what_is_no_answer_is_not_taken_for_a_good_one(answer: Any, status: int) -> None:
    with database(answer, status=status) as (url, _), pytest.raises(audit.NotAsked):
        audit.ask([JINJA], url=url)


def test_a_vulnerability_is_lived_with_for_a_reason_and_until_a_day(tmp_path: Path) -> None:
    known = tmp_path / "known.toml"
    known.write_text('[[lived-with]]\nid = "X-1"\nwhy = "not reached"\nuntil = 2026-12-31\n')
    found = {"a 1": ["X-1"], "b 2": ["X-1", "Y-2"]}

    before = audit.judge(found, audit.accepted(date(2026, 12, 31), known))
    after = audit.judge(found, audit.accepted(date(2027, 1, 1), known))

    assert before == ["b 2: Y-2 (https://osv.dev/Y-2)"]
    assert len(after) == 2


def test_the_answer_stands_a_day_for_the_same_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with database(nothing_known) as (url, asked):
        monkeypatch.setenv("PREAVIS_OSV_URL", url)
        assert [audit.main(folder=tmp_path), audit.main(folder=tmp_path)] == [0, 0]

    assert len(asked) == 1
    assert capsys.readouterr().out.count("nothing known against") == 2


def test_a_known_vulnerability_stops_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(audit, "packages", lambda: [JINJA])
    with database(jinja_known) as (url, _):
        monkeypatch.setenv("PREAVIS_OSV_URL", url)
        code = audit.main(folder=tmp_path)

    assert code == 1
    assert "jinja2 2.4.1: GHSA-462w-v97r-4m45" in capsys.readouterr().out


def test_where_nobody_answers_the_check_is_said_not_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PREAVIS_OSV_URL", "http://127.0.0.1:9/v1/querybatch")

    assert audit.main(folder=tmp_path) == 0

    said = capsys.readouterr().out
    assert "NOT DONE" in said
    assert "never audited" in said
    assert "nothing known" not in said
