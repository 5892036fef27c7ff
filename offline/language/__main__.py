"""Starts the language host."""

from offline.language.host import serve

serve()
