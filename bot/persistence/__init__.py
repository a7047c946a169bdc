"""Where conversations and the outbox are kept."""
