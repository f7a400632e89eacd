"""The RPCs of letters: parse, call, answer; no rule, no try."""

from dataclasses import dataclass
from typing import Any

from typing_extensions import override

from kit.clock import Clock
from kit.days import paris_date
from kit.grpc import caller, caller_account
from kit.ids import parse_id
from kit.rpc_requests import read_day
from preavis.letters.v1 import letters_pb2 as pb
from preavis.letters.v1.letters_pb2_grpc import LettersServiceServicer
from services.letters.domain import catalogue as offer
from services.letters.domain.calculator.plan import plan
from services.letters.domain.content_hash import content_hash
from services.letters.domain.legal.codes import CodeFamily, Ground, PolicyholderKind, SenderMode
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.legal.grounds import CATALOGUE_VERSION, rule_on
from services.letters.domain.letter import Author, Extras, Letter, MandateMention
from services.letters.domain.sheet import sheet
from services.letters.ports import Directory, Store
from services.letters.servicer import answers, plans, requests
from services.letters.servicer.messages import LetterMessages, recent_letter
from services.letters.servicer.words import Words
from services.letters.usecases import calculator, catalogue, directory, drafts, following, sendings
from services.letters.usecases.sendings import Freezing, Press


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the use cases work with."""

    store: Store
    directory: Directory
    press: Press
    clock: Clock
    words: Words


class LettersServicer(LettersServiceServicer):
    """``preavis.letters.v1.LettersService``."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._letters = LetterMessages(tools.words)
        self._answers = answers.Answers(tools.words)
        self._plans = plans.Plans(tools.words, self._answers)

    def _letter(self, letter: Letter) -> pb.Letter:
        if letter.frozen is not None:
            return self._letters.letter(letter, letter.frozen.subject)
        day = paris_date(self._tools.clock())
        subject = self._tools.press.typesetter.subject(sheet(letter, day=day))
        return self._letters.letter(letter, subject)

    @override
    async def SearchRecipients(
        self, request: pb.SearchRecipientsRequest, context: Any
    ) -> pb.SearchRecipientsResponse:
        found, total = await directory.search_recipients(
            request.query, limit=request.limit, directory=self._tools.directory
        )
        return answers.hits(request.query, found, total)

    @override
    async def GetRecipient(
        self, request: pb.GetRecipientRequest, context: Any
    ) -> pb.GetRecipientResponse:
        found = await directory.get_recipient(
            parse_id(request.recipient_id), directory=self._tools.directory
        )
        return pb.GetRecipientResponse(recipient=answers.recipient(found))

    @override
    async def ListContractTypes(
        self, request: pb.ListContractTypesRequest, context: Any
    ) -> pb.ListContractTypesResponse:
        rules = offer.contract_types(requests.HOLDERS.get(request.policyholder_kind))
        return pb.ListContractTypesResponse(
            contract_types=[self._answers.contract_type(rule) for rule in rules],
            catalogue_version=CATALOGUE_VERSION,
        )

    @override
    async def ListGrounds(
        self, request: pb.ListGroundsRequest, context: Any
    ) -> pb.ListGroundsResponse:
        grounds = await catalogue.list_grounds(
            requests.code(ContractType, request.contract_type, "contract_type"),
            requests.HOLDERS.get(request.policyholder_kind, PolicyholderKind.PERSON),
            recipient_id=requests.identifier(request.recipient_id),
            family=requests.CODE_FAMILIES.get(request.code_family, CodeFamily.ASSURANCES),
            directory=self._tools.directory,
            clock=self._tools.clock,
        )
        return pb.ListGroundsResponse(
            grounds=[self._answers.ground(one) for one in grounds],
            catalogue_version=CATALOGUE_VERSION,
        )

    @override
    async def DescribeForm(
        self, request: pb.DescribeFormRequest, context: Any
    ) -> pb.DescribeFormResponse:
        ground = requests.code(Ground, request.ground, "ground")
        kind = requests.code(ContractType, request.contract_type, "contract_type")
        row = rule_on(ground, paris_date(self._tools.clock()))
        return pb.DescribeFormResponse(
            fields=self._answers.form(kind, ground),
            documents=self._answers.documents(row.documents if row else ()),
            catalogue_version=CATALOGUE_VERSION,
        )

    @override
    async def EvaluateTermination(
        self, request: pb.EvaluateTerminationRequest, context: Any
    ) -> pb.EvaluateTerminationResponse:
        facts = request.facts
        ground = requests.code(Ground, facts.ground, "ground")
        explored = catalogue.evaluate_termination(
            facts.fields,
            contract_type=requests.code(ContractType, facts.contract_type, "contract_type"),
            ground=ground,
            held_by=requests.HOLDERS.get(facts.policyholder_kind, PolicyholderKind.PERSON),
            family=requests.CODE_FAMILIES.get(facts.code_family, CodeFamily.ASSURANCES),
            first_send_day=read_day(request.first_send_day, "first_send_day"),
            send_day=read_day(request.send_day, "send_day"),
            new_start=read_day(request.new_start, "new_start"),
            clock=self._tools.clock,
        )
        message = self._answers.explored(
            explored, ground, planned=ground in offer.PLANNED_FROM_NEW_START
        )
        message.wanted_new_start = request.new_start or facts.fields.get("wanted_new_start", "")
        return pb.EvaluateTerminationResponse(evaluation=message)

    @override
    async def PlanTermination(
        self, request: pb.PlanTerminationRequest, context: Any
    ) -> pb.PlanTerminationResponse:
        asked = plans.question(request, self._tools.clock)
        return pb.PlanTerminationResponse(plan=self._plans.plan(plan(asked), asked))

    @override
    async def PlanTerminations(
        self, request: pb.PlanTerminationsRequest, context: Any
    ) -> pb.PlanTerminationsResponse:
        found = calculator.plan_rows(
            plans.rows(request),
            self._tools.words.names,
            first_send_day=read_day(request.first_send_day, "first_send_day"),
            clock=self._tools.clock,
        )
        return pb.PlanTerminationsResponse(rows=[self._plans.row(one) for one in found])

    @override
    async def CreateLetter(
        self, request: pb.CreateLetterRequest, context: Any
    ) -> pb.CreateLetterResponse:
        who = caller()
        given = request.policyholder if request.HasField("policyholder") else None
        letter = await drafts.create_letter(
            caller_account(),
            idempotency_key=requests.key(request.idempotency_key),
            author=Author(profile_id=str(who.actor_id or ""), name=who.actor_name),
            policyholder=requests.policyholder(given) if given else None,
            copy_from=requests.identifier(request.copy_policyholder_from),
            client_reference=request.policyholder.client_reference,
            store=self._tools.store,
            clock=self._tools.clock,
        )
        return pb.CreateLetterResponse(letter=self._letter(letter))

    @override
    async def FollowLetter(
        self, request: pb.FollowLetterRequest, context: Any
    ) -> pb.FollowLetterResponse:
        who = caller()
        requests.key(request.idempotency_key)
        letter = await following.follow_letter(
            caller_account(),
            parse_id(request.letter_id),
            requests.code(Ground, request.ground, "ground"),
            author=Author(profile_id=str(who.actor_id or ""), name=who.actor_name),
            store=self._tools.store,
            clock=self._tools.clock,
        )
        return pb.FollowLetterResponse(letter=self._letter(letter))

    @override
    async def GetLetter(self, request: pb.GetLetterRequest, context: Any) -> pb.GetLetterResponse:
        letter = await drafts.get_letter(
            caller_account(),
            letter_id=requests.identifier(request.letter_id),
            number=request.number,
            store=self._tools.store,
        )
        return pb.GetLetterResponse(letter=self._letter(letter))

    @override
    async def UpdatePolicyholder(
        self, request: pb.UpdatePolicyholderRequest, context: Any
    ) -> pb.UpdatePolicyholderResponse:
        letter = await drafts.update_policyholder(
            caller_account(),
            parse_id(request.letter_id),
            version=request.version,
            policyholder=requests.policyholder(request.policyholder),
            client_reference=request.policyholder.client_reference,
            store=self._tools.store,
            clock=self._tools.clock,
        )
        return pb.UpdatePolicyholderResponse(letter=self._letter(letter))

    @override
    async def SetRecipient(
        self, request: pb.SetRecipientRequest, context: Any
    ) -> pb.SetRecipientResponse:
        letter = await drafts.set_recipient(
            caller_account(),
            parse_id(request.letter_id),
            version=request.version,
            recipient_id=parse_id(request.recipient_id),
            store=self._tools.store,
            directory=self._tools.directory,
            clock=self._tools.clock,
        )
        return pb.SetRecipientResponse(letter=self._letter(letter))

    @override
    async def SetContract(
        self, request: pb.SetContractRequest, context: Any
    ) -> pb.SetContractResponse:
        letter, contract_id = await drafts.set_contract(
            caller_account(),
            parse_id(request.letter_id),
            idempotency_key=requests.key(request.idempotency_key),
            version=request.version,
            contract_id=requests.identifier(request.contract_id),
            contract_type=requests.code(ContractType, request.contract_type, "contract_type"),
            ground=requests.code(Ground, request.ground, "ground"),
            reference=request.reference,
            fields=request.fields,
            store=self._tools.store,
            clock=self._tools.clock,
        )
        return pb.SetContractResponse(letter=self._letter(letter), contract_id=str(contract_id))

    @override
    async def RemoveContract(
        self, request: pb.RemoveContractRequest, context: Any
    ) -> pb.RemoveContractResponse:
        letter = await drafts.remove_contract(
            caller_account(),
            parse_id(request.letter_id),
            version=request.version,
            contract_id=parse_id(request.contract_id),
            store=self._tools.store,
            clock=self._tools.clock,
        )
        return pb.RemoveContractResponse(letter=self._letter(letter))

    @override
    async def UpdateExtras(
        self, request: pb.UpdateExtrasRequest, context: Any
    ) -> pb.UpdateExtrasResponse:
        letter = await drafts.update_extras(
            caller_account(),
            parse_id(request.letter_id),
            version=request.version,
            extras=Extras(
                free_text=request.extras.free_text,
                former_agent_email=request.extras.former_agent_email,
                client_reference=request.extras.client_reference,
            ),
            store=self._tools.store,
            clock=self._tools.clock,
        )
        return pb.UpdateExtrasResponse(letter=self._letter(letter))

    @override
    async def RenderLetter(
        self, request: pb.RenderLetterRequest, context: Any
    ) -> pb.RenderLetterResponse:
        printed, frozen = await sendings.render_letter(
            caller_account(),
            parse_id(request.letter_id),
            requests.viewing(request),
            store=self._tools.store,
            press=self._tools.press,
            clock=self._tools.clock,
        )
        return pb.RenderLetterResponse(
            pdf=printed.pdf,
            sha256=printed.sha256,
            page_count=printed.page_count,
            frozen=frozen,
        )

    @override
    async def PreviewLetter(
        self, request: pb.PreviewLetterRequest, context: Any
    ) -> pb.PreviewLetterResponse:
        preview = await sendings.preview_letter(
            caller_account(),
            parse_id(request.letter_id),
            requests.viewing(request),
            store=self._tools.store,
            press=self._tools.press,
            clock=self._tools.clock,
        )
        return pb.PreviewLetterResponse(html=preview.html, title=preview.title)

    @override
    async def ListLetters(
        self, request: pb.ListLettersRequest, context: Any
    ) -> pb.ListLettersResponse:
        page = await drafts.list_letters(
            caller_account(), requests.list_query(request), store=self._tools.store
        )
        return self._letters.page(page)

    @override
    async def PlanLetter(
        self, request: pb.PlanLetterRequest, context: Any
    ) -> pb.PlanLetterResponse:
        wish = plans.wish(request)
        planned = await sendings.plan_letter(
            caller_account(),
            parse_id(request.letter_id),
            wish,
            store=self._tools.store,
            clock=self._tools.clock,
        )
        letter = planned.letter
        ground = letter.contracts[0].ground
        message = self._answers.explored(
            planned.explored, ground, planned=ground in offer.PLANNED_FROM_NEW_START
        )
        message.wanted_new_start = request.new_start or letter.contracts[0].value(
            "wanted_new_start"
        )
        return pb.PlanLetterResponse(
            evaluation=message,
            letter_version=letter.version,
            content_hash=content_hash(letter, wanted_new_start=wish.new_start),
            cover=self._plans.cover(planned.cover, planned.explored.evaluation),
            recent_letters=[recent_letter(one) for one in planned.recent],
        )

    @override
    async def FreezeLetter(
        self, request: pb.FreezeLetterRequest, context: Any
    ) -> pb.FreezeLetterResponse:
        asked = Freezing(
            sending_id=parse_id(request.sending_id),
            generation=request.generation,
            send_day=requests.required_day(request.send_day, "send_day"),
            new_start=read_day(request.new_start, "new_start"),
            sender=requests.SENDERS.get(request.sender_mode, SenderMode.AGENCY),
            mail_kind=requests.found(requests.MAIL_KINDS, request.mail_kind, "mail_kind"),
            mandate=requests.MANDATES.get(request.mandate_mention, MandateMention.HELD),
            version=request.version,
            same_contract_confirmed=request.same_contract_confirmed,
        )
        letter, frozen, pdf = await sendings.freeze_letter(
            caller_account(),
            parse_id(request.letter_id),
            asked,
            store=self._tools.store,
            press=self._tools.press,
            clock=self._tools.clock,
        )
        return pb.FreezeLetterResponse(frozen=self._letters.frozen(letter, frozen, pdf))

    @override
    async def ThawLetter(
        self, request: pb.ThawLetterRequest, context: Any
    ) -> pb.ThawLetterResponse:
        letter = await sendings.thaw_letter(
            caller_account(),
            parse_id(request.letter_id),
            generation=request.generation,
            store=self._tools.store,
            clock=self._tools.clock,
        )
        return pb.ThawLetterResponse(letter=self._letter(letter))
