from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.letters.domain.listing import After, CursorUnreadable, Filters, ListQuery, Sort
from services.letters.domain.tracking import View

QUERY = ListQuery(view=View.SENT, filters=Filters(text="marchetti"), sort=Sort.POLICYHOLDER)


@given(
    st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=60),
    st.integers(0, 2**31 - 1),
)
def test_a_cursor_gives_its_place_back(value: str, sequence: int) -> None:
    after = After(value, sequence)

    assert replace(QUERY, cursor=QUERY.cursor_after(after)).after == after


@pytest.mark.parametrize(
    "other",
    [
        replace(QUERY, view=None),
        replace(QUERY, sort=Sort.NUMBER),
        replace(QUERY, descending=False),
        replace(QUERY, filters=Filters(text="tessier")),
    ],
)
def test_a_cursor_of_another_list_is_refused(other: ListQuery) -> None:
    cursor = QUERY.cursor_after(After("marchetti helene", 3))

    with pytest.raises(CursorUnreadable):
        replace(other, cursor=cursor).after  # noqa: B018 - reading it is the test
    assert replace(QUERY, cursor=cursor, page_size=7).after == After("marchetti helene", 3)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_a_cursor(cursor: str) -> None:
    try:
        after = replace(QUERY, cursor=cursor).after
    except CursorUnreadable:
        return
    assert after is None
    assert cursor == ""
