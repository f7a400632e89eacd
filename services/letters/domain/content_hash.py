"""The hash a mandate is bound to: what the policyholder agreed to, and nothing else."""

import hashlib
import json
from datetime import date

from services.letters.domain.letter import Letter
from services.letters.domain.policyholder import Policyholder


def content_hash(letter: Letter, *, wanted_new_start: date | None = None) -> str:
    """Return the SHA-256, in hex, of parties, contracts, ground and agreed deferral.

    An e-mail, a free text or a corrected field of the form leaves it as it is: the mandate still
    says the same. The wanted start counts only when its deferral was agreed, because the mandate
    then formalises it. ``wanted_new_start`` wins over the one of the form.
    """
    deferred_to = None
    if any(contract.value("deferral_agreed") == "true" for contract in letter.contracts):
        wanted = letter.contracts[0].value("wanted_new_start")
        deferred_to = wanted_new_start.isoformat() if wanted_new_start else wanted
    what = {
        "policyholder": _party(letter.policyholder),
        "recipient": letter.recipient.body_id if letter.recipient else None,
        "new_insurer": sorted({one.value("new_insurer_name") for one in letter.contracts}),
        "contracts": sorted([one.type, one.reference] for one in letter.contracts),
        "ground": letter.ground,
        "own_ground": sorted({one.value("ground_text") for one in letter.contracts}),
        "deferred_to": deferred_to,
    }
    text = json.dumps(what, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _party(policyholder: Policyholder) -> object:
    if policyholder.company is not None:
        who: object = [policyholder.company.name, policyholder.company.siret]
    else:
        who = [
            [one.title, one.first_name, one.last_name, one.birth_name, str(one.birth_day or "")]
            for one in policyholder.persons
        ]
    address = policyholder.address
    return [who, *address.lines, address.postcode, address.town]
