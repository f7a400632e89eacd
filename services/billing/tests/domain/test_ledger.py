from dataclasses import replace

import pytest

from kit.ids import new_id
from kit.money import Money
from services.billing.domain.ledger import Bucket, CreditInsufficient, Entry, Wallet
from services.billing.tests.builders import a_hold

ACCOUNT = new_id()


def test_an_entry_whose_postings_do_not_sum_to_zero_cannot_exist() -> None:
    _, entry = a_hold("send:1:1", account_id=ACCOUNT)

    with pytest.raises(ValueError, match="sum to zero"):
        replace(entry, postings={Bucket.AVAILABLE: Money(-540), Bucket.HELD: Money(539)})


@pytest.mark.parametrize(
    ("available", "missing"),
    [(539, "1"), (0, "540"), (1, "539")],
)
def test_a_wallet_that_is_short_says_by_how_much(available: int, missing: str) -> None:
    _, entry = a_hold("send:1:1", account_id=ACCOUNT)
    wallet = Wallet(account_id=ACCOUNT, available=Money(available))

    with pytest.raises(CreditInsufficient) as refused:
        wallet.after(entry)

    assert refused.value.facts == {"missing_cents": missing, "available_cents": str(available)}


def test_the_last_cent_can_be_spent() -> None:
    _, entry = a_hold("send:1:1", account_id=ACCOUNT)

    after = Wallet(account_id=ACCOUNT, available=Money(540)).after(entry)

    assert (after.available, after.held, after.version) == (Money(0), Money(540), 1)


def test_an_entry_names_its_cause() -> None:
    entry: Entry = a_hold("send:1:1", account_id=ACCOUNT)[1]

    assert (entry.key, entry.cause) == ("hold:send:1:1", "Lettre 27-00012")
