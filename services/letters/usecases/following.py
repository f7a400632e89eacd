"""The next letter of a file, begun from the one before."""

from uuid import UUID

from kit.clock import Clock
from kit.days import paris_date
from kit.ids import derived_id
from services.letters.domain.content_hash import content_hash
from services.letters.domain.following import check_follows, contracts_of_next
from services.letters.domain.legal.codes import Ground
from services.letters.domain.letter import Author, Extras, Follows, Letter
from services.letters.domain.recipient import Recipient
from services.letters.ports import Store, Transaction
from services.letters.usecases.drafts import FIRST_VERSION, planned_outline


async def follow_letter(
    account_id: UUID,
    letter_id: UUID,
    ground: Ground,
    *,
    author: Author,
    store: Store,
    clock: Clock,
) -> Letter:
    """Begin the letter that follows, with what is known; asked again, give it back as it stands.

    Raises ``LetterUnknown`` or ``NothingFollows``.
    """
    now = clock()
    next_id = derived_id(letter_id, "FollowLetter", ground.value)
    async with store.account(account_id) as transaction:
        earlier = await transaction.get(letter_id, lock=True)  # two clicks at once wait in turn
        standing = await transaction.find(next_id)
        if standing is not None:
            return standing
        check_follows(earlier, ground)
        letter = Letter(
            id=next_id,
            account_id=account_id,
            number=await transaction.next_number(paris_date(now).year),
            version=FIRST_VERSION,
            author=author,
            policyholder=earlier.policyholder,
            recipient=await _addressee(earlier, ground, transaction),
            contracts=contracts_of_next(earlier, ground, next_id),
            extras=Extras(client_reference=earlier.extras.client_reference),
            follows=Follows(letter_id=earlier.id, number=earlier.number),
            created_at=now,
            updated_at=now,
        )
        planned = planned_outline(letter, paris_date(now))
        await transaction.add(letter, planned)
        await transaction.tell_changed(letter, planned, content_hash(letter))
    return letter


async def _addressee(earlier: Letter, ground: Ground, transaction: Transaction) -> Recipient | None:
    """Return whom the next letter goes to: the body in dispute; the mediator is to be chosen."""
    if ground is Ground.MEDIATION:
        return None
    if earlier.ground is Ground.MEDIATION:
        if earlier.follows is None:
            return None
        return (await transaction.get(earlier.follows.letter_id)).recipient
    return earlier.recipient
