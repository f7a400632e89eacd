"""What the operator was given: plain lines, for the body that was chosen."""

from collections.abc import Iterator, Mapping

from tests.prove.hostile.checks.text import hidden


def faults_of_handing_over(there: Mapping[str, object], *, recipient: str) -> Iterator[str]:
    """Yield what is wrong with a letter as the operator has it; ``recipient`` is its name here."""
    for name, value in there.items():
        if isinstance(value, str) and (marks := hidden(value)):
            yield f"{name} holds {marks}"
    if there["to_company"] != recipient:
        yield f"{there['to_company']!r} for {recipient!r}"
