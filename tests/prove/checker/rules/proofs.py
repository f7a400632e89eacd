"""Every proof the operator issued is kept, byte for byte, and every ended sending has its sheet."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tests.prove.checker.world import Broken, Row, World

RULE = "proofs-kept"
KINDS = {"deposit": "ev", "receipt": "ar", "refusal": "rf", "unclaimed": "ng", "bounce": "bc"}
EVIDENCE = "evidence"
OWED = {
    "deposited": {"deposit"},
    "signed": {"deposit", "receipt", EVIDENCE},
    "collected": {"deposit", "receipt", EVIDENCE},
    "refused": {"deposit", "refusal", EVIDENCE},
    "unclaimed": {"deposit", "unclaimed", EVIDENCE},
    "bounced": {EVIDENCE},
}


def check(world: World) -> Iterator[Broken]:
    """Compare the proofs with the operator's own, and the files with their hashes."""
    theirs = {(row["letter_id"], row["kind"]): row for row in world.rows("operator.proof")}
    files = world.blobs.get("dispatch", {})
    for proof in world.rows("dispatch.proof"):
        yield from _kept(proof, files)
        if proof["kind"] != EVIDENCE:
            yield from _same(proof, theirs)
    yield from _owed(world)
    yield from _sent_files(world, files)
    yield from _chains(world)


def _kept(proof: Row, files: Mapping[str, str]) -> Iterator[Broken]:
    about = f"{proof['sending_id']} {proof['kind']}"
    found = files.get(_name(proof["sha256"], proof["sending_id"]))
    if found is None:
        yield Broken(RULE, about, "its file is missing")
    elif found != proof["sha256"]:
        yield Broken(RULE, about, "its file was altered")


def _same(proof: Row, theirs: Mapping[Any, Row]) -> Iterator[Broken]:
    issued = theirs.get((proof["operator_reference"], KINDS[proof["kind"]]))
    if issued is None or issued["sha256"] != proof["sha256"]:
        about = f"{proof['sending_id']} {proof['kind']}"
        yield Broken(RULE, about, "not the operator's own bytes")


def _owed(world: World) -> Iterator[Broken]:
    proofs = world.grouped("dispatch.proof", "sending_id")
    for sending in world.rows("dispatch.sending"):
        found = Counter(
            row["kind"]
            for row in proofs.get(sending["id"], ())
            if row["attempt"] == sending["attempt_number"]
        )
        if missing := OWED.get(sending["state"], set()) - found.keys():
            yield Broken(RULE, sending["id"], f"{sending['state']}, without {sorted(missing)}")
        if doubled := [kind for kind, times in found.items() if times > 1]:
            yield Broken(RULE, sending["id"], f"twice: {doubled}")


def _sent_files(world: World, files: Mapping[str, str]) -> Iterator[Broken]:
    """Check that what left, or may still leave, is kept as it was frozen."""
    for sending in world.rows("dispatch.sending"):
        for name in (sending["letter_sha256"], sending["mandate_sha256"]):
            if name and files.get(_name(name, sending["id"])) != name:
                yield Broken(RULE, sending["id"], f"the file sent is missing or altered: {name}")


def _chains(world: World) -> Iterator[Broken]:
    sheets = Counter(
        row["account_id"] for row in world.rows("dispatch.proof") if row["kind"] == EVIDENCE
    )
    heads = world.by("dispatch.evidence_head", "account_id")
    for account_id in sheets.keys() | heads.keys():
        number = heads[account_id]["number"] if account_id in heads else 0
        if number != sheets[account_id]:
            yield Broken(RULE, account_id, f"{sheets[account_id]} sheets, the chain says {number}")


def _name(sha256: str, sending_id: str) -> str:
    """Return the name of a file that is kept for one sending."""
    return f"{sha256}.{sending_id.replace('-', '')}"
