"""Closing every session: one's own, and an account's by staff."""

from services.gateway.tests.pages import rig, sample


async def test_an_agent_closes_every_session_and_is_out() -> None:
    browser = rig.browser()
    browser.log_in()

    answer = await browser.send("/compte/sessions", {}, page="/compte/securite")
    browser.http.cookies.delete("preavis")
    shown = await browser.open("/connexion")

    (request,) = browser.stubs.accounts.requests("EndSessions")
    assert request.account_id == ""
    assert answer.headers["location"] == "/connexion"
    assert 'preavis=""' in " ".join(answer.headers.get_list("set-cookie"))
    assert "Toutes vos sessions sont fermées" in shown.text


async def test_staff_close_the_sessions_of_an_account() -> None:
    browser = rig.browser()
    browser.log_in(rig.STAFF)
    page = f"/equipe/verifications/{sample.ACCOUNT_ID}"

    answer = await browser.send(f"/equipe/comptes/{sample.ACCOUNT_ID}/sessions", {}, page=page)

    (request,) = browser.stubs.accounts.requests("EndSessions")
    assert request.account_id == sample.ACCOUNT_ID
    assert answer.headers["location"] == page
