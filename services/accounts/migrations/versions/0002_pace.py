"""How fast the registry is called, whatever the number of replicas."""

from alembic import op

from kit.migrations import create_pace

revision = "0002_pace"
down_revision = "0001_accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_pace(op)
