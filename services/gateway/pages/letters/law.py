"""What the law refuses, said beside the answer to change."""

from typing import Final

from preavis.letters.v1 import letters_pb2
from services.gateway.forms.form import Form

NOT_POSSIBLE: Final = "sending-not-possible"
"""How dispatch says that the law refuses: letters' own sentence tells more."""


def note_refusal(
    form: Form, evaluation: letters_pb2.Evaluation, *, start: str, otherwise: str
) -> None:
    """Note a refusal on ``start`` when another start is possible, else on ``otherwise``.

    Both name inputs of the page; the refusal's own sentence says the nearest possible date.
    """
    if evaluation.ok:
        return
    refusal = evaluation.refusal
    field = start if refusal.nearest_is_new_start else otherwise
    form.mistake(field, "law-refuses", sentence=refusal.sentence)
