"""The tables. Times are whole milliseconds since 1970 in UTC.

A person's words live in five places only: `question`, `escalation`,
`escalation_event`, `conversation` and, until they are sent or their time is up, in
`message`. Nothing here names a person but `person` and `escalation.name`.
"""

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    event,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
Big = BigInteger().with_variant(Integer, "sqlite")  # STRICT knows INTEGER only


def _table(name: str, *parts: Column[object] | CheckConstraint | Index) -> Table:
    return Table(name, metadata, *parts, sqlite_strict=True)


inbound = _table(
    "inbound",
    Column("id", Text, primary_key=True),
    Column("at", Big, nullable=False, index=True),
)
conversation = _table(
    "conversation",
    Column("person", Text, primary_key=True),
    Column("school", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Big, nullable=False, index=True),
)
question = _table(
    "question",
    Column("id", Text, primary_key=True),
    Column("school", Text, nullable=False),
    Column("person", Text, nullable=False, index=True),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("topic", Text),
    Column("kind", Text, nullable=False),
    Column("words", Text),
    Column("helpful", Integer),
    Column("at", Big, nullable=False, index=True),
    Index("ix_question_topic", "school", "topic", "at"),
)
escalation = _table(
    "escalation",
    Column("id", Text, primary_key=True),
    Column("school", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("asker", Text, nullable=False, index=True),
    Column("holder", Text),
    Column("due", Big),
    Column("topic", Text),
    Column("raised_at", Big, nullable=False),
    Column("settled_at", Big),
    Column("state", Text, nullable=False),
    CheckConstraint(
        "status IN ('raised', 'delivered', 'acknowledged', 'replied', 'resolved', "
        "'withdrawn')",
        name="status",
    ),
    Index("ix_escalation_school", "school", "raised_at"),
)
Index(
    "ix_escalation_due",
    escalation.c.due,
    sqlite_where=escalation.c.due.is_not(None),
    postgresql_where=escalation.c.due.is_not(None),
)
pinged = _table(
    "pinged",
    Column("escalation", Text, ForeignKey("escalation.id"), primary_key=True),
    Column("holder", Text, primary_key=True),
    Index("ix_pinged_holder", "holder"),
)
escalation_event = _table(
    "escalation_event",
    Column("escalation", Text, ForeignKey("escalation.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("holder", Text),
    Column("words", Text),
    Column("at", Big, nullable=False),
)
proposal = _table(
    "proposal",
    Column("id", Text, primary_key=True),
    Column("school", Text, nullable=False),
    Column("escalation", Text, ForeignKey("escalation.id"), nullable=False),
    Column("topic", Text),
    Column("words", Text),
    Column("holder", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("at", Big, nullable=False),
    CheckConstraint("status IN ('proposed', 'published', 'declined')", name="status"),
)
message = Table(
    "message",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("payload", Text),
    Column("escalation", Text),
    Column("purpose", Text),
    Column("holder", Text),
    Column("urgent", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("not_before", Big, nullable=False),
    Column("next_at", Big, nullable=False),
    Column("lease_until", Big, nullable=False, server_default=text("0")),
    Column("lease_owner", Text),
    Column("ref", Text),
    Column("replaces", Text),
    Column("at", Big, nullable=False),
    CheckConstraint("kind IN ('reply', 'said')", name="kind"),
    CheckConstraint(
        "status IN ('pending', 'sent', 'dead', 'cancelled')", name="status"
    ),
    Index("ix_message_address", "channel", "address", "id"),
    Index("ix_message_escalation", "escalation"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
Index(
    "ix_message_pending",
    message.c.next_at,
    sqlite_where=message.c.status == "pending",
    postgresql_where=message.c.status == "pending",
)
person = _table(
    "person",
    Column("id", Text, primary_key=True),
    Column("school", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("at", Big, nullable=False),
)
sign_in = _table(
    "sign_in",
    Column("hash", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("school", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("expires", Big, nullable=False),
    Column("used_at", Big),
)
session = _table(
    "session",
    Column("hash", Text, primary_key=True),
    Column("person", Text, nullable=False, index=True),
    Column("expires", Big, nullable=False),
)
absence = _table(
    "absence",
    Column("school", Text, primary_key=True),
    Column("holder", Text, primary_key=True),
    Column("until", Text, nullable=False),
)
installation = _table(
    "installation",
    Column("team", Text, primary_key=True),
    Column("token", Text, nullable=False),
    Column("bot", Text, nullable=False),
    Column("bot_user", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("at", Big, nullable=False),
)
oauth_state = _table(
    "oauth_state",
    Column("hash", Text, primary_key=True),
    Column("expires", Big, nullable=False),
)
audit = _table(
    "audit",
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("at", Big, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
)

APPEND_ONLY_SQLITE = tuple(
    f"CREATE TRIGGER audit_no_{verb} BEFORE {verb} ON audit "
    "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
    for verb in ("update", "delete")
)
APPEND_ONLY_POSTGRESQL = (
    (
        "CREATE FUNCTION audit_refuse() RETURNS trigger AS $$ BEGIN "
        "RAISE EXCEPTION 'the audit is append-only'; END $$ LANGUAGE plpgsql"
    ),
    (
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
        "ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
    ),
)
for _dialect, _statements in (
    ("sqlite", APPEND_ONLY_SQLITE),
    ("postgresql", APPEND_ONLY_POSTGRESQL),
):
    for _statement in _statements:
        event.listen(
            audit,
            "after_create",
            DDL(_statement).execute_if(  # type: ignore[no-untyped-call]
                dialect=_dialect
            ),
        )
