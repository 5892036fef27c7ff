"""Starts the command plugin."""

from offline.command.plugin import CommandPlugin
from offline.plugin.server import serve

serve(CommandPlugin())
