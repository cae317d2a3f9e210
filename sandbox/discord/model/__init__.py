"""The only package that touches SimCord, whose model of Discord this imitation stands on.

What is used are SimCord's internals, so the version is pinned and `check` compares what is
installed with what is needed. SimCord brings the store, permissions, message and component rules
and the interaction lifecycle; the clock, uploads, signed addresses and everything that has to do
with a network are ours.
"""

from simcord.backend.models import Interaction, Message

from sandbox.discord.model.model import Change, Model, checked_option, nested_options
from sandbox.discord.model.selfcheck import SIMCORD_VERSION, check
from sandbox.discord.model.views import for_intents, visible_to

__all__ = [
    "SIMCORD_VERSION",
    "Change",
    "Interaction",
    "Message",
    "Model",
    "check",
    "checked_option",
    "for_intents",
    "nested_options",
    "visible_to",
]
