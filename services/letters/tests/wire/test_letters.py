"""The journey of a letter over real gRPC, and who may not make it."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import text

from kit.errors import InvalidFields, Kind, TurnedDown
from kit.events import Incoming
from kit.ids import new_id
from preavis.dispatch.v1 import dispatch_pb2, events_pb2
from preavis.letters.v1 import letters_pb2 as pb
from services.letters.consumers import consumer
from services.letters.servicer import RULES
from services.letters.store import LetterTransaction
from services.letters.tests.builders import RIA_FIELDS
from services.letters.tests.wire.conftest import AMBRE, DESCRIPTOR, House

pytestmark = pytest.mark.servers

HELENE = pb.Policyholder(
    kind=pb.POLICYHOLDER_KIND_PERSON,
    persons=[
        pb.Person(
            title=pb.TITLE_MADAME,
            first_name="Hélène",
            last_name="Marchetti",
            birth_name="Vasseur",
            birth_day="1984-03-14",
        )
    ],
    address_lines=["8 rue du Vieux-Temple"],
    postcode="38000",
    town="Grenoble",
    emails=["h.marchetti@mail.example"],
    client_reference="MARCH-2211",
)


async def a_complete_letter(house: House) -> pb.Letter:
    with house.agent() as letters:
        created = await letters.CreateLetter(
            pb.CreateLetterRequest(idempotency_key="k", policyholder=HELENE)
        )
        addressed = await letters.SetRecipient(
            pb.SetRecipientRequest(
                letter_id=created.letter.letter_id,
                version=created.letter.version,
                recipient_id=str(AMBRE.id),
            )
        )
        answer = await letters.SetContract(
            pb.SetContractRequest(
                idempotency_key="c",
                letter_id=created.letter.letter_id,
                version=addressed.letter.version,
                contract_type="sante_individuelle",
                ground="RIA",
                reference="VA-88-204417",
                fields=RIA_FIELDS,
            )
        )
    return answer.letter


def freezing(letter: pb.Letter, **changes: object) -> pb.FreezeLetterRequest:
    request = pb.FreezeLetterRequest(
        letter_id=letter.letter_id,
        sending_id=str(uuid4()),
        generation=1,
        send_day="2026-11-29",
        mail_kind=pb.MAIL_KIND_ACKNOWLEDGED,
        sender_mode=pb.SENDER_MODE_AGENCY,
        version=letter.version,
        mandate_mention=pb.MANDATE_MENTION_ATTACHED,
    )
    for name, value in changes.items():
        setattr(request, name, value)
    return request


async def test_a_letter_goes_from_a_name_to_the_frozen_page(house: House) -> None:
    letter = await a_complete_letter(house)

    assert letter.number == "26-00001"
    assert letter.state == pb.LETTER_STATE_COMPLETE
    assert not letter.missing
    assert letter.author.name == "Camille Roux"
    assert letter.subject == "Demande de résiliation infra-annuelle santé"
    assert letter.recipient.electronic_address == "resiliations@val-dambre.example"
    assert letter.wanted_new_start == "2027-01-01"

    with house.service("dispatch") as letters:
        request = freezing(letter)
        frozen = (await letters.FreezeLetter(request)).frozen
        again = (await letters.FreezeLetter(request)).frozen
    with house.agent() as letters:
        rendered = await letters.RenderLetter(pb.RenderLetterRequest(letter_id=letter.letter_id))
        after = (await letters.GetLetter(pb.GetLetterRequest(letter_id=letter.letter_id))).letter

    assert again == frozen
    assert frozen.pdf.startswith(b"%PDF-1.7")
    assert (frozen.last_covered_day, frozen.new_start) == ("2026-12-31", "2027-01-01")
    assert frozen.policyholder_names == ["Mme Hélène Marchetti"]
    assert frozen.client_reference == "MARCH-2211"
    assert frozen.content_hash == letter.content_hash
    assert (rendered.pdf, rendered.frozen) == (frozen.pdf, True)
    assert (after.state, after.frozen.sha256) == (pb.LETTER_STATE_FROZEN, frozen.sha256)


async def test_the_facts_told_carry_the_hash_and_no_name(house: House) -> None:
    letter = await a_complete_letter(house)
    with house.service("dispatch") as letters:
        await letters.FreezeLetter(freezing(letter))

    asked = text("SELECT subject, payload FROM outbox WHERE account_id = :account ORDER BY id")
    async with house.db.worker() as session:
        rows = (await session.execute(asked, {"account": house.account_id})).all()

    kinds = [row.subject.split(".")[3] for row in rows]
    assert kinds == ["letter_changed"] * 4 + ["letter_frozen"]
    assert letter.content_hash.encode() in rows[-1].payload
    assert not [row for row in rows if b"Marchetti" in row.payload]


async def test_a_plan_explains_each_date_with_its_article(house: House) -> None:
    letter = await a_complete_letter(house)

    with house.agent() as letters:
        plan = await letters.PlanLetter(pb.PlanLetterRequest(letter_id=letter.letter_id))

    evaluation = plan.evaluation
    assert evaluation.ok
    assert [step.kind for step in evaluation.steps if step.kind != pb.Step.KIND_OTHER] == [
        pb.Step.KIND_SEND,
        pb.Step.KIND_RECEIPT,
        pb.Step.KIND_END,
        pb.Step.KIND_START,
    ]
    assert all(step.sentence and step.label for step in evaluation.steps)
    assert "L. 221-10-2" in [
        article.number.replace("\u00a0", " ") for article in evaluation.legal_basis
    ]
    assert [near.new_start for near in evaluation.neighbours] == ["2026-12-31", "2027-01-02"]
    assert evaluation.earliest_new_start == "2026-12-25"
    assert evaluation.planned_from_new_start
    assert pb.MAIL_KIND_ACKNOWLEDGED in evaluation.allowed_mail
    assert plan.content_hash == letter.content_hash


async def test_the_calculator_needs_no_account(house: House) -> None:
    facts = pb.TerminationFacts(
        contract_type="auto",
        ground="HAMON",
        policyholder_kind=pb.POLICYHOLDER_KIND_PERSON,
        fields={"first_subscription": "2026-06-01", "wanted_new_start": "2027-01-02"},
    )

    answer = await house.stub("gateway").EvaluateTermination(
        pb.EvaluateTerminationRequest(facts=facts)
    )

    refusal = answer.evaluation.refusal
    assert not answer.evaluation.ok
    assert refusal.reason == "one-year-not-elapsed"
    assert refusal.nearest_is_new_start
    assert refusal.nearest_possible_day > "2027-06-01"
    assert "2027" in refusal.sentence


async def test_the_catalogue_speaks_french(house: House) -> None:
    letters = house.stub("gateway")

    types = await letters.ListContractTypes(pb.ListContractTypesRequest())
    grounds = await letters.ListGrounds(
        pb.ListGroundsRequest(
            contract_type="sante_individuelle",
            policyholder_kind=pb.POLICYHOLDER_KIND_PERSON,
            recipient_id=str(AMBRE.id),
        )
    )
    form = await letters.DescribeForm(
        pb.DescribeFormRequest(contract_type="sante_individuelle", ground="RIA")
    )

    assert {one.code for one in types.contract_types} >= {"auto", "sante_individuelle", "autre"}
    assert all(one.label and one.family_label for one in types.contract_types)
    open_ones = [one.code for one in grounds.grounds if one.open]
    assert (open_ones[:3], open_ones[-1]) == (["RIA", "ECHEANCE", "CHATEL"], "CUSTOM")
    [closed] = [one for one in grounds.grounds if not one.open]
    assert (closed.code, closed.refusal.reason) == ("HAMON", "contract-out-of-scope")
    assert closed.refusal.sentence
    assert [one.name for one in form.fields][:2] == ["birth_name", "birth_day"]
    assert all(one.label for one in form.fields)
    assert [one.code for one in form.documents] == ["mandate"]


async def test_the_type_ahead_says_what_to_underline(house: House) -> None:
    found = await house.stub("gateway").SearchRecipients(pb.SearchRecipientsRequest(query="amb"))

    [hit] = found.hits
    start, end = hit.matched[0].start, hit.matched[0].end
    assert hit.recipient.name[start:end] == "Amb"
    assert found.total_count == 1


async def test_what_is_missing_is_said_in_french(house: House) -> None:
    with house.agent() as letters:
        created = await letters.CreateLetter(
            pb.CreateLetterRequest(idempotency_key="k", policyholder=HELENE)
        )
        preview = await letters.PreviewLetter(
            pb.PreviewLetterRequest(letter_id=created.letter.letter_id)
        )

    assert [item.code for item in created.letter.missing] == ["recipient", "contract"]
    assert all(item.sentence for item in created.letter.missing)
    assert "à compléter]</mark>" in preview.html
    assert "<main" not in preview.html


async def test_every_wrong_field_is_named(house: House) -> None:
    wrong = pb.Policyholder(
        kind=pb.POLICYHOLDER_KIND_COMPANY,
        company=pb.Company(name="Aubertin", siret="123"),
        postcode="380",
        town="Grenoble",
    )

    with house.agent() as letters, pytest.raises(InvalidFields) as refused:
        await letters.CreateLetter(pb.CreateLetterRequest(idempotency_key="k", policyholder=wrong))

    fields = {error.field: error.reason for error in refused.value.errors}
    assert fields == {
        "company.siret": "siret-length",
        "address_lines": "field-required",
        "postcode": "postcode-five-digits",
        "emails": "field-required",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"send_day": "yesterday"},
        {"send_day": ""},
        {"send_day": "0001-01-01"},
        {"new_start": "9999-12-31"},
        {"mail_kind": pb.MAIL_KIND_UNSPECIFIED},
        {"letter_id": "26-00001"},
        {"sending_id": ""},
    ],
)
async def test_a_freeze_that_cannot_be_read_is_refused(
    house: House, change: dict[str, object]
) -> None:
    letter = await a_complete_letter(house)

    with house.service("dispatch") as letters, pytest.raises(TurnedDown) as refused:
        await letters.FreezeLetter(freezing(letter, **change))

    assert refused.value.kind is Kind.INVALID


async def test_a_day_the_law_refuses_says_which_rule(house: House) -> None:
    letter = await a_complete_letter(house)

    with house.service("dispatch") as letters, pytest.raises(TurnedDown) as refused:
        await letters.FreezeLetter(freezing(letter, send_day="2026-12-15"))

    assert (refused.value.kind, refused.value.reason) == (Kind.REFUSED, "termination-refused")
    assert refused.value.facts["rule"] == "too-late"
    assert refused.value.facts["nearest_day"]


async def test_a_thawed_letter_can_be_changed_again(house: House) -> None:
    letter = await a_complete_letter(house)
    with house.service("dispatch") as letters:
        await letters.FreezeLetter(freezing(letter))
        await letters.ThawLetter(pb.ThawLetterRequest(letter_id=letter.letter_id, generation=1))

    with house.agent() as letters:
        changed = await letters.UpdateExtras(
            pb.UpdateExtrasRequest(
                letter_id=letter.letter_id, extras=pb.Extras(free_text="Merci d’avance.")
            )
        )

    assert changed.letter.state == pb.LETTER_STATE_COMPLETE
    assert changed.letter.extras.client_reference == ""


async def test_a_new_letter_for_the_same_policyholder_needs_only_their_letter(house: House) -> None:
    letter = await a_complete_letter(house)

    with house.agent() as letters:
        copied = await letters.CreateLetter(
            pb.CreateLetterRequest(idempotency_key="again", copy_policyholder_from=letter.letter_id)
        )

    assert copied.letter.policyholder == letter.policyholder
    assert copied.letter.number == "26-00002"
    assert not copied.letter.contracts


async def test_another_account_sees_nothing(house: House) -> None:
    letter = await a_complete_letter(house)

    with house.agent(account_id=uuid4()) as letters:
        with pytest.raises(TurnedDown) as refused:
            await letters.GetLetter(pb.GetLetterRequest(letter_id=letter.letter_id))
        listed = await letters.ListLetters(pb.ListLettersRequest())

    assert (refused.value.kind, refused.value.reason) == (Kind.MISSING, "letter-unknown")
    assert not listed.rows


@pytest.mark.parametrize("method", [method.name for method in DESCRIPTOR.methods])
async def test_no_other_service_may_call(house: House, method: str) -> None:
    request_type = getattr(pb, f"{method}Request")
    outsiders = {"gateway", "dispatch", "signature", "billing"} - RULES[method].callers

    assert outsiders
    for outsider in sorted(outsiders):
        with house.service(outsider) as letters, pytest.raises(TurnedDown) as refused:
            await getattr(letters, method)(request_type())
        assert (refused.value.kind, refused.value.reason) == (Kind.DENIED, "caller-not-allowed")


@pytest.mark.parametrize(
    "method", [name for name, rule in RULES.items() if rule.account and "gateway" in rule.callers]
)
async def test_a_visitor_without_account_has_no_letters(house: House, method: str) -> None:
    with pytest.raises(TurnedDown) as refused:
        await getattr(house.stub("gateway"), method)(getattr(pb, f"{method}Request")())

    assert refused.value.kind is Kind.DENIED


def changed(house: House, letter: pb.Letter, version: int, tracking: int) -> Incoming:
    moment = Timestamp()
    moment.FromDatetime(datetime(2026, 11, 29, 8, 0, version, tzinfo=UTC))
    fact = events_pb2.SendingChanged(
        account_id=str(house.account_id),
        aggregate_id=str(uuid4()),
        aggregate_version=version,
        letter_id=letter.letter_id,
        sending_id="0193a000-0000-7000-8000-0000000000ff",
        generation=1,
        state=dispatch_pb2.SENDING_STATE_DEPOSITED,
        tracking=dispatch_pb2.Tracking.ValueType(tracking),
        mail_kind=pb.MAIL_KIND_ACKNOWLEDGED,
        send_day="2026-11-29",
        deposit_day="2026-11-29",
        deposited_at=moment,
        closes_on="2026-12-14",
        changed_at=moment,
    )
    return Incoming(
        event_id=new_id(),
        account_id=house.account_id,
        aggregate_id=fact.aggregate_id,
        aggregate_version=version,
        occurred_at=moment.ToDatetime(tzinfo=UTC),
        message=fact,
    )


async def test_a_sendings_facts_move_its_letter_in_the_lists(house: House) -> None:
    letter = await a_complete_letter(house)
    following = consumer(LetterTransaction)

    for version, tracking in (
        (7, dispatch_pb2.TRACKING_DEPOSITED),
        (3, dispatch_pb2.TRACKING_SCHEDULED),  # late news
    ):
        await following.take(house.db, changed(house, letter, version, tracking))

    with house.agent() as letters:
        listed = await letters.ListLetters(pb.ListLettersRequest(view=pb.LETTER_VIEW_SENT))
    [row] = listed.rows
    assert row.tracking.state == pb.TRACKING_STATE_DEPOSITED
    assert (row.tracking.send_day, row.tracking.closes_on) == ("2026-11-29", "2026-12-14")
    assert row.last_covered_day == "2026-12-31"
    assert not row.waits_for_user


@pytest.mark.parametrize(
    "tracking", [one.number for one in dispatch_pb2.Tracking.DESCRIPTOR.values if one.number]
)
async def test_every_state_of_a_sending_is_understood(house: House, tracking: int) -> None:
    letter = await a_complete_letter(house)

    await consumer(LetterTransaction).take(house.db, changed(house, letter, 1, tracking))

    with house.agent() as letters:
        found = await letters.GetLetter(pb.GetLetterRequest(letter_id=letter.letter_id))
    assert found.letter.tracking.state != pb.TRACKING_STATE_UNSPECIFIED
