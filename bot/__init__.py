"""The adviser: pure decisions, and a thin shell that carries them out."""
