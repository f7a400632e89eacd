"""A letter in a list: its row, with the badge of where it stands."""

from dataclasses import dataclass

from kit import french
from kit.days import paris_date
from preavis.letters.v1 import letters_pb2
from services.gateway.pages.enums import slug
from services.gateway.pages.typesetting import as_instant, short_day


@dataclass(frozen=True, slots=True)
class Row:
    """A row and what its badge says: a code of ``wording/states.toml`` and its facts."""

    letter: letters_pb2.LetterRow
    state: str
    facts: dict[str, str]

    @property
    def href(self) -> str:
        """The page that serves this letter best: its tracking once it is validated."""
        return letter_href(self.letter.number, self.letter.tracking)


def row_of(row: letters_pb2.LetterRow) -> Row:
    """Dress a row of the list."""
    return Row(row, state_of(row.state, row.tracking), facts_of(row.tracking))


def letter_href(number: str, tracking: letters_pb2.Tracking) -> str:
    """Return the tracking page of a letter once validated, the letter itself before."""
    written = tracking.state in {
        letters_pb2.TRACKING_STATE_UNSPECIFIED,
        letters_pb2.TRACKING_STATE_NOT_SENT,
    }
    return f"/resiliations/{number}" if written else f"/resiliations/{number}/suivi"


def state_of(state: letters_pb2.LetterState.ValueType, tracking: letters_pb2.Tracking) -> str:
    """Return the code of the badge: the sending's state, or the draft's before any."""
    shown = slug(letters_pb2.TrackingState, tracking.state)
    if shown not in {"unspecified", "not-sent"}:
        return shown
    return "draft" if state == letters_pb2.LETTER_STATE_DRAFT else "complete"


def facts_of(tracking: letters_pb2.Tracking) -> dict[str, str]:
    """Return the days that the badge's second line may need."""
    last = tracking.received_at if tracking.HasField("received_at") else tracking.changed_at
    return {
        "short_send": str(short_day(tracking.send_day)),
        "short_closes": str(short_day(tracking.closes_on)),
        "short_day": french.short_day(paris_date(as_instant(last))),
    }
