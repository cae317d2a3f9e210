"""Alembic's entry: it runs on the connection that bot/storage/migrate.py hands over."""

from alembic import context

from bot.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot change a table in place
    transactional_ddl=False,  # the transaction is the caller's
)
context.run_migrations()
