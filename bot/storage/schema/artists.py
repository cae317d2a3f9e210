"""What artists keep: forms they have begun, characters, threads, and their own defaults."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from bot.storage.schema.base import metadata

# What someone has begun to ask for: opened as a form, whenever, and as often as they like.
drafts = Table(
    "drafts",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("server_id", BigInteger, nullable=False),
    Column("member_id", BigInteger, nullable=False),
    Column("content", JSON, nullable=False),
    Column("begun_at", Double, nullable=False, index=True),
)

characters = Table(
    "characters",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("server_id", BigInteger, nullable=False),
    Column("owner_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False),  # the name as it is compared
    Column("notes", Text, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("created_at", Double, nullable=False),
    Index("uq_characters_own", "server_id", "owner_id", "folded", unique=True),
    Index(
        "uq_characters_shared",
        "server_id",
        "folded",
        unique=True,
        sqlite_where=text("shared"),
        postgresql_where=text("shared"),
    ),
)

character_pictures = Table(
    "character_pictures",
    metadata,
    Column("character_id", String(16), ForeignKey("characters.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("filename", Text, nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
)

# Threads in which pictures and settings hold. A thread's settings are those of its last step.
threads = Table(
    "threads",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("server_id", BigInteger, nullable=False),
    # the message that it was opened on; one thread each
    Column("root_message_id", BigInteger, unique=True),
    Column("sheet_message_id", BigInteger),
    Column("created_at", Double, nullable=False),
)

thread_steps = Table(
    "thread_steps",
    metadata,
    Column("thread_id", BigInteger, ForeignKey("threads.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("member_id", BigInteger, nullable=False),
    Column("preset", JSON, nullable=False),
    Column("at", Double, nullable=False),
)

# The bytes that a draft or a step needs, as long as it is there.
held_files = Table(
    "held_files",
    metadata,
    Column("holder", String(48), primary_key=True),
    Column("sha256", String(64), primary_key=True, index=True),
)

# A person's own, and the same in every server: nobody else is concerned.
preferences = Table(
    "preferences",
    metadata,
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("preset", JSON, nullable=False),
)
