"""Run the migrations on the connection that `portrait_app.database.migrate` opened and handed over."""

from __future__ import annotations

from sqlmodel import SQLModel

from alembic import context
from portrait_app.domain import account, generation, identity, mail, order, passkey, selfie, training
from portrait_app.domain.rows import SCHEMA

TABLES = (account, identity, passkey, mail, training, selfie, generation, order)  # imported for their metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    version_table_schema=SCHEMA,
    include_schemas=True,
)
with context.begin_transaction():
    context.run_migrations()
