"""Every code that reaches a page has its words, and every line of the books is in use."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from preavis.accounts.v1 import accounts_pb2
from preavis.billing.v1 import billing_pb2
from preavis.dispatch.v1 import dispatch_pb2
from preavis.letters.v1 import letters_pb2
from services.gateway.pages.enums import member, slug
from services.gateway.wording.catalogue import Catalogue

HERE = Path("services/gateway")
WORDING = Catalogue.load()
ICONS = set(re.findall(r'symbol id="([^"]+)"', (HERE / "static/icones.svg").read_text()))
FAMILIES = {"neutre", "creation", "route", "attente", "abouti", "echec"}


def members(enum: Any) -> set[str]:
    return {slug(enum, value) for value in enum.values() if value}


@pytest.mark.parametrize(
    ("group", "enum"),
    [
        ("account_kind", accounts_pb2.AccountKind),
        ("account_state", accounts_pb2.AccountState),
        ("proof_kind", accounts_pb2.ProofKind),
        ("proof_state", accounts_pb2.ProofState),
        ("registration", accounts_pb2.RegistrationStatus),
        ("rejection", accounts_pb2.RejectionReason),
        ("theme", accounts_pb2.Theme),
        ("entry", billing_pb2.EntryKind),
        ("product", billing_pb2.Product),
        ("top_up", billing_pb2.TopUpState),
        ("top_up_method", billing_pb2.TopUpMethod),
        ("freeze", billing_pb2.FreezeCause),
        ("mail_kind", letters_pb2.MailKind),
        ("title", letters_pb2.Title),
        ("proof", dispatch_pb2.ProofKind),
    ],
)
def test_each_member_of_a_closed_list_has_its_word(group: str, enum: Any) -> None:
    assert set(WORDING.options(group)) == members(enum)


def test_each_tracking_state_has_its_badge() -> None:
    unsent = {"not-sent"}  # the draft's own state is shown instead
    drafts = {"draft", "complete"}

    assert WORDING.codes("states") == (members(letters_pb2.TrackingState) - unsent) | drafts


def test_each_badge_and_event_has_an_icon_of_ours_and_a_family() -> None:
    for book, line in (("states", WORDING.state), ("events", WORDING.event)):
        for code in WORDING.codes(book):
            found = line(
                code, {"short_day": "", "short_closes": "", "short_send": "", "send_day": ""}
            )
            assert found.icon in ICONS, code
            assert found.family in FAMILIES, code


def test_each_icon_asked_for_by_a_template_exists() -> None:
    asked = {
        icon
        for path in (HERE / "templates").rglob("*.html")
        for icon in re.findall(r'\bico\("([^"]+)"', path.read_text())
    }

    assert asked <= ICONS


def test_each_message_left_by_a_page_has_its_words_and_no_other_exists() -> None:
    left = set()
    for path in (HERE / "pages").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "go":
                left |= {
                    constant.value
                    for argument in node.args[1:2]
                    for constant in ast.walk(argument)
                    if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
                }

    assert left == WORDING.codes("notices")


def test_each_event_that_dispatch_writes_has_its_line() -> None:
    written = set()
    for path in Path("services/dispatch").rglob("*.py"):
        if "tests" not in path.parts:
            written |= set(re.findall(r'Happened\(\s*code="([a-z-]+)"', path.read_text()))

    assert written
    shown = {code for code in written if not code.startswith("proof-")}  # shown as documents
    assert shown <= WORDING.codes("events")


def test_words_are_read_back_as_members() -> None:
    assert member(accounts_pb2.ProofKind, "orias-attestation") == 1
    assert member(accounts_pb2.ProofKind, "no-such-proof") == 0
