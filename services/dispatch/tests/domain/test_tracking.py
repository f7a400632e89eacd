"""What the operator says, in any order."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.domain.letter import MailKind
from services.dispatch.domain.sending import ENDED, State
from services.dispatch.domain.tracking import Answer, News, follow
from services.dispatch.tests.builders import NOON, a_sending, an_attempt, an_order

DEPOSITED = NOON + timedelta(hours=1)
ENDED_AT = NOON + timedelta(days=2)


def news(answer: Answer, *, reference: str = "400001") -> News:
    passed = answer not in {Answer.WAITING, Answer.ERROR, Answer.BOUNCED}
    return News(
        reference=reference,
        our_reference=str(an_attempt().id),
        answer=answer,
        deposited_at=DEPOSITED if passed else None,
        ended_at=ENDED_AT if answer is not Answer.WAITING else None,
    )


def test_simple_mail_is_collected_where_acknowledged_mail_is_signed() -> None:
    simple = a_sending(State.DEPOSITED, order=an_order(mail_kind=MailKind.SIMPLE))

    assert follow(simple, news(Answer.ACCEPTED), NOON)[0].state is State.COLLECTED
    assert follow(a_sending(State.DEPOSITED), news(Answer.ACCEPTED), NOON)[0].state is State.SIGNED


def test_an_ending_without_deposit_is_noted_and_not_believed() -> None:
    odd = News(reference="400001", our_reference="", answer=Answer.REFUSED, ended_at=ENDED_AT)

    sending, facts = follow(a_sending(State.IN_TRANSIT), odd, NOON)

    assert sending.state is State.IN_TRANSIT
    assert [(fact.applied, fact.facts["why"]) for fact in facts] == [(False, "without-deposit")]


def test_news_of_another_generation_changes_nothing() -> None:
    sending = a_sending(State.SCHEDULED, generation=2, attempt=an_attempt().accepted("400001"))

    after, facts = follow(sending, news(Answer.ACCEPTED), NOON)

    assert after == sending
    assert [fact.applied for fact in facts] == [False]


def test_an_error_of_the_operator_fails_what_was_not_deposited() -> None:
    sending, _ = follow(a_sending(State.IN_TRANSIT), news(Answer.ERROR), NOON)

    assert (sending.state, sending.reason) == (State.FAILED, "operator-error")


@given(st.lists(st.sampled_from(sorted(Answer)), max_size=8))
def test_whatever_the_order_states_only_go_forward_and_ends_stay(said: list[Answer]) -> None:
    order = [State.IN_TRANSIT, State.DEPOSITED]
    sending = a_sending(State.IN_TRANSIT)

    for answer in said:
        before = sending.state
        sending, facts = follow(sending, news(answer), NOON)
        if before in ENDED | {State.FAILED}:
            assert sending.state is before
            assert not any(fact.applied for fact in facts)
        elif before in order and sending.state in order:
            assert order.index(sending.state) >= order.index(before)


@given(st.permutations(sorted(set(Answer) - {Answer.ERROR, Answer.BOUNCED, Answer.WAITING})))
def test_the_first_ending_read_is_the_one_that_stands(said: list[Answer]) -> None:
    sending = a_sending(State.IN_TRANSIT)
    first = next(answer for answer in said if answer is not Answer.DEPOSITED)

    for answer in said:
        sending, _ = follow(sending, news(answer), NOON)

    stands = follow(a_sending(State.DEPOSITED), news(first), NOON)[0]
    assert sending.state is stands.state
