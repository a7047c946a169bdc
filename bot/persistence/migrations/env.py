"""Alembic's way in: steps run on the connection that the store hands over."""

from alembic import context

from bot.persistence.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=False,
)
with context.begin_transaction():
    context.run_migrations()
