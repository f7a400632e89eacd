"""Which e-mails a standing calls for; each one has a key, so that it leaves once."""

from collections.abc import Iterator
from datetime import date

from services.accounts.domain.account import Account
from services.accounts.domain.facts import Notice, NoticeKind
from services.accounts.domain.standing import TOLD_AGAIN, TOLD_AHEAD, Remark, Standing

_LAPSED = "registration-lapsed"


def alerts(account: Account, standing: Standing) -> Iterator[Notice]:
    """Yield what the holder must be told of an active account, 30 and 7 days ahead, then after."""
    for remark in standing.warnings:
        if remark.code == _LAPSED:
            yield _notice(account, NoticeKind.REGISTRATION_LAPSED, remark, remark.facts["from_day"])
        else:
            soon = int(remark.facts["days"]) <= TOLD_AGAIN.days
            mark = TOLD_AGAIN.days if soon else TOLD_AHEAD.days
            key = f"{remark.facts['end_day']}:{mark}"
            yield _notice(account, NoticeKind.PROOF_EXPIRES, remark, key)
    for remark in standing.blockers:
        if remark.code.endswith("-expired"):
            yield _notice(account, NoticeKind.PROOF_EXPIRED, remark, remark.facts["end_day"])
        elif remark.code == _LAPSED:
            first = account.registration.blocks_from
            key = first.isoformat() if first else ""
            yield _notice(account, NoticeKind.REGISTRATION_BLOCKS, remark, key)
        elif remark.code == "registration-unknown":
            yield _notice(account, NoticeKind.REGISTRATION_UNKNOWN, remark, account.orias_number)


def _notice(account: Account, kind: NoticeKind, remark: Remark, key: str) -> Notice:
    days = {
        name: date.fromisoformat(value)
        for name, value in remark.facts.items()
        if name.endswith("_day")
    }
    return Notice(
        kind=kind,
        key=f"{kind}:{account.id}:{remark.code}:{key}",
        to=account.holder.email,
        facts={
            "name": account.holder.name,
            "orias_number": account.orias_number,
            "subject_of": remark.code.rpartition("-")[0],
            **remark.facts,
            **days,
        },
    )
