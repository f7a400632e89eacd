"""Partners that misbehave on demand, and the record that tells what really happened."""

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from local.sandbox.testing import Running
from local.sandbox.tests.ar24 import Caller
from local.servers import free_port, wait_listening

pytestmark = pytest.mark.servers


async def accepted(client: httpx.AsyncClient) -> list[str]:
    """Return the references of the letters the operator really took."""
    record = (await client.get("/sandbox/record?partner=ar24")).json()
    return [
        effect["reference"] for effect in record["effects"] if effect["action"] == "letter accepted"
    ]


async def test_an_outage_touches_nothing(client: httpx.AsyncClient) -> None:
    caller = Caller(client)
    sender = await caller.sender()
    await client.put("/sandbox/faults/ar24", json={"outage": {}})

    answer = await caller.raw("GET", "user/", {"id_user": sender})

    assert answer.status_code == 503
    await client.put("/sandbox/faults/ar24", json={})
    assert await caller.call("GET", "user/", {"id_user": sender})


async def test_an_error_before_accept_leaves_no_effect(client: httpx.AsyncClient) -> None:
    caller = Caller(client)
    await client.put("/sandbox/faults/ar24", json={"error_before_accept": {"times": 1}})

    answer = await caller.raw("POST", "user/", {})

    record = (await client.get("/sandbox/record?partner=ar24")).json()
    assert answer.status_code == 500
    assert record["effects"] == []
    assert record["requests"][0]["fault"] == "error_before_accept"


async def test_a_timeout_after_accept_has_its_effect_and_no_answer(
    client: httpx.AsyncClient,
) -> None:
    caller = Caller(client)
    sender = await caller.sender()
    letter = await caller.send(sender, ref_dossier="first")
    file = letter["attachments"][0]
    await client.put("/sandbox/faults/ar24", json={"timeout_after_accept": {"seconds": 0}})

    with pytest.raises(httpx.RemoteProtocolError):
        await caller.raw(
            "POST",
            "mail/",
            {
                "id_user": sender,
                "to_company": "X",
                "to_email": "x@x.example",
                "dest_statut": "professionnel",
                "ref_dossier": "second",
                "attachment[0]": file,
            },
        )

    assert await accepted(client) == ["first", "second"]
    last = (await client.get("/sandbox/record?partner=ar24")).json()["requests"][-1]
    assert (last["answered"], last["fault"]) == (0, "timeout_after_accept")


async def test_a_switch_for_one_path_leaves_the_other_calls_alone(
    client: httpx.AsyncClient,
) -> None:
    caller = Caller(client)
    broken = {"error_before_accept": {"times": 1, "path": "/mail"}}
    await client.put("/sandbox/faults/ar24", json=broken)

    sender = await caller.sender()
    answer = await caller.raw("POST", "mail/", {"id_user": sender})

    assert answer.status_code == 500
    assert (await client.get("/sandbox/faults/ar24")).json() == {}


async def test_a_slow_partner_is_slow(client: httpx.AsyncClient) -> None:
    await client.put("/sandbox/faults/tsa", json={"slow": {"seconds": 0.2}})
    start = time.monotonic()

    await client.post("/tsa")

    assert time.monotonic() - start >= 0.2


async def test_maintenance_is_said_in_the_operators_own_words(client: httpx.AsyncClient) -> None:
    await client.put("/sandbox/faults/ar24", json={"maintenance": {"times": 1}})

    answer = await Caller(client).raw("GET", "user/", {"id_user": "1"})

    assert (answer.status_code, answer.json()) == (200, {"status": "maintenance"})


@pytest.mark.parametrize(
    "wrong",
    [
        {"quota": {}},
        {"slow": {"seconds": "x"}},
        {"slow": {"seconds": -1}},
        {"slow": {"times": 0}},
        {"slow": {"path": 1}},
    ],
)
async def test_a_switch_that_does_not_exist_is_refused(
    client: httpx.AsyncClient, wrong: dict[str, object]
) -> None:
    assert (await client.put("/sandbox/faults/stripe", json=wrong)).status_code == 422


async def test_a_person_sets_and_clears_the_switches(client: httpx.AsyncClient) -> None:
    await client.post("/pannes/ar24", data={"outage": "oui", "answers": "oui"})
    on = (await client.get("/sandbox/faults/ar24")).json()
    await client.post("/pannes/ar24")

    assert on == {"outage": {}, "answers": {"mode": "clear"}}
    assert (await client.get("/sandbox/faults/ar24")).json() == {}


@pytest.mark.parametrize(
    "path",
    ["/", "/courriels", "/operateur", "/paiements", "/registre", "/autorite", "/pannes",
     "/verifier-un-message", "/paiement/none", "/portail/none"],
)  # fmt: skip
async def test_every_page_says_that_it_is_a_demonstration(
    client: httpx.AsyncClient, path: str
) -> None:
    page = await client.get(path)

    assert "Démonstration : rien ne part" in page.text
    assert '<html lang="fr">' in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_what_was_answered_survives_a_kill(data_dir: Path, sandbox: Running) -> None:
    """A separate process, killed without warning right after it answered."""
    port = free_port()
    folder = data_dir / "other"
    (folder / "pki").parent.mkdir()
    (data_dir / "pki").rename(folder / "pki")
    env = {
        "SANDBOX_PORT": str(port),
        "SANDBOX_SMTP_PORT": str(free_port()),
        "SANDBOX_DATA_DIR": str(folder),
        "SANDBOX_AR24_TOKEN": "token-of-tests",
        "SANDBOX_AR24_PRIVATE_KEY": "7X9gx9E3Qx4EiUdB63nc",
        "SANDBOX_STRIPE_SECRET_KEY": "sk",
        "SANDBOX_STRIPE_WEBHOOK_SECRET": "whsec",
        "SANDBOX_ORIAS_KEY": "orias",
        "PYTHONPATH": str(Path.cwd()),
    }
    references = []
    for turn in range(2):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "local.sandbox", env=env, stdout=subprocess.DEVNULL
        )
        try:
            assert await wait_listening(port, timeout_s=20)
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
                caller = Caller(client)
                if turn == 0:
                    await caller.send(await caller.sender(), ref_dossier="kept")
                else:
                    references = await accepted(client)
        finally:
            process.send_signal(signal.SIGKILL)
            await process.wait()

    assert references == ["kept"]
