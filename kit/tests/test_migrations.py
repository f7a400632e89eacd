from pathlib import Path
from textwrap import dedent
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from kit import migrations
from kit.db import async_url
from tests.support.servers import PASSWORD, Cluster

REVISION = """
    from alembic import op
    from kit.migrations import create_plumbing, protect

    revision = "{name}"
    down_revision = {before}

    def upgrade() -> None:
        {body}
"""


class Workshop:
    """A made-up service whose migrations a test writes."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "sample" / "migrations"
        (self.folder / "versions").mkdir(parents=True)

    def add(self, name: str, body: str, *, before: str | None = None) -> None:
        written = dedent(REVISION).format(name=name, before=repr(before), body=body)
        (self.folder / "versions" / f"{name}.py").write_text(written)

    def head(self, name: str) -> None:
        (self.folder / "HEAD").write_text(name + "\n")


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    monkeypatch.setattr(migrations, "SERVICES", tmp_path)
    return Workshop(tmp_path)


def test_two_migrations_written_side_by_side_conflict(workshop: Workshop) -> None:
    workshop.add("0001_first", "create_plumbing(op)")
    workshop.add("0002_mine", "pass", before="0001_first")
    workshop.add("0002_theirs", "pass", before="0001_first")
    workshop.head("0002_mine")

    with pytest.raises(migrations.HeadMismatch, match="0002_theirs"):
        migrations.head_of("sample")


def test_the_head_file_names_the_last_revision(workshop: Workshop) -> None:
    workshop.add("0001_first", "create_plumbing(op)")
    workshop.head("0001_first")

    assert migrations.head_of("sample") == "0001_first"


@pytest.mark.servers
async def test_a_database_is_brought_to_the_head_step_by_step_or_not_at_all(
    postgres: Cluster, workshop: Workshop
) -> None:
    name = f"sample_{uuid4().hex[:10]}"
    for _ in range(2):  # provisioning again changes nothing
        await migrations.provision(postgres.admin_url, "sample", password=PASSWORD, database=name)
    url = migrations.role_url(
        postgres.admin_url, "sample", "owner", password=PASSWORD, database=name
    )
    workshop.add("0001_first", "create_plumbing(op)")
    workshop.head("0001_first")
    for _ in range(2):
        assert await migrations.upgrade("sample", url) == "0001_first"

    workshop.add("0002_good", 'op.execute("CREATE TABLE good (id int)")', before="0001_first")
    workshop.add("0003_bad", 'op.execute("CREATE TABLE good (id int)")', before="0002_good")
    workshop.head("0003_bad")
    with pytest.raises(Exception, match="already exists"):
        await migrations.upgrade("sample", url)

    assert await _versions(url) == ["0001_first"]


@pytest.mark.servers
async def test_a_table_is_closed_to_who_named_no_account_its_owner_included(
    postgres: Cluster, workshop: Workshop
) -> None:
    name = f"sample_{uuid4().hex[:10]}"
    await migrations.provision(postgres.admin_url, "sample", password=PASSWORD, database=name)
    body = (
        "create_plumbing(op)\n"
        '    op.execute("CREATE TABLE secret (id int, account_id uuid NOT NULL)")\n'
        '    op.execute("INSERT INTO secret VALUES (1, gen_random_uuid())")\n'
        '    protect(op, "secret", grants=("SELECT",))'
    )
    workshop.add("0001_first", body)
    workshop.head("0001_first")
    owner = migrations.role_url(
        postgres.admin_url, "sample", "owner", password=PASSWORD, database=name
    )
    await migrations.upgrade("sample", owner)

    for role in ("owner", "app", "worker"):
        url = migrations.role_url(
            postgres.admin_url, "sample", role, password=PASSWORD, database=name
        )
        assert await _count(url) == 0


async def _versions(url: str) -> list[str]:
    engine = create_async_engine(async_url(url))
    async with engine.connect() as connection:
        rows = await connection.scalars(text("SELECT version_num FROM alembic_version"))
        found = list(rows.all())
    await engine.dispose()
    return found


async def _count(url: str) -> int:
    engine = create_async_engine(async_url(url))
    async with engine.connect() as connection:
        found = int(await connection.scalar(text("SELECT count(*) FROM secret")) or 0)
    await engine.dispose()
    return found
