"""The part of the control plane that acts as a member and shows what a member sees."""

from dataclasses import asdict
from typing import Any

from aiohttp import web

from sandbox.control import requests
from sandbox.control.guard import PREFIX, Wrong
from sandbox.discord import pins, rooms
from sandbox.discord.errors import ImpossibleError
from sandbox.discord.face import Discord
from sandbox.discord.model import Message, visible_to
from sandbox.discord.options import find_channel, find_user
from sandbox.discord.people import Outcome
from sandbox.discord.wire import dumps, json_answer

Json = dict[str, Any]


class Actions:
    """Handlers below /control/discord that stand for a person at a keyboard."""

    def __init__(self, discord: Discord) -> None:
        self._discord = discord
        self._people = discord.people

    def routes(self) -> list[web.RouteDef]:
        """The routes of this part."""
        at = f"{PREFIX}/discord"
        return [
            web.post(f"{at}/slash", self.slash),
            web.post(f"{at}/autocomplete", self.autocomplete),
            web.post(f"{at}/context", self.context),
            web.post(f"{at}/click", self.click),
            web.post(f"{at}/select", self.select),
            web.post(f"{at}/submit", self.submit),
            web.post(f"{at}/say", self.say),
            web.get(f"{at}/messages", self.messages),
            web.get(f"{at}/messages/{{id}}", self.message),
            web.delete(f"{at}/messages/{{id}}", self.delete),
            web.get(f"{at}/messages/{{id}}/history", self.history),
            web.get(f"{at}/channels", self.channels),
            web.delete(f"{at}/channels/{{id}}", self.delete_channel),
            web.post(f"{at}/threads", self.open_thread),
            web.post(f"{at}/posts", self.open_post),
            web.patch(f"{at}/threads/{{id}}", self.change_thread),
            web.post(f"{at}/threads/{{id}}/members", self.add_to_thread),
            web.get(f"{at}/pins", self.pins),
            web.patch(f"{at}/bot", self.limit_bot),
            web.delete(f"{at}/bot", self.remove_bot),
            web.get(f"{at}/commands", self.commands),
        ]

    async def slash(self, request: web.Request) -> web.Response:
        """Send a slash command and wait for its first answer."""
        asked = await requests.read(request, requests.Slash)
        both = [name for name in asked.attachments if name in asked.options]
        if both:
            raise Wrong(f"The option {both[0]!r} is given twice: as an option and as a file.")
        files = {name: file.pair() for name, file in asked.attachments.items()}
        outcome = await self._people.slash(
            asked.member,
            asked.command,
            {**asked.options, **files},
            channel=asked.channel,
            locale=asked.locale,
        )
        return self._outcome(outcome)

    async def autocomplete(self, request: web.Request) -> web.Response:
        """Type into an option and wait for the suggestions."""
        asked = await requests.read(request, requests.Autocomplete)
        outcome = await self._people.autocomplete(
            asked.member,
            asked.command,
            asked.option,
            asked.value,
            asked.options,
            channel=asked.channel,
        )
        return self._outcome(outcome)

    async def context(self, request: web.Request) -> web.Response:
        """Use a context menu."""
        asked = await requests.read(request, requests.Context)
        if (asked.message is None) == (asked.target is None):
            raise Wrong("Give either a message or a target person.")
        if asked.message is not None:
            outcome = await self._people.context(asked.member, asked.command, message=asked.message)
        else:
            outcome = await self._people.context_user(
                asked.member, asked.command, target=asked.target or "", channel=asked.channel
            )
        return self._outcome(outcome)

    async def click(self, request: web.Request) -> web.Response:
        """Press a button."""
        asked = await requests.read(request, requests.Click)
        if asked.custom_id is None and asked.label is None:
            raise Wrong("Give the custom_id or the label of the button.")
        outcome = await self._people.click(
            asked.member, asked.message, custom_id=asked.custom_id, label=asked.label
        )
        return self._outcome(outcome)

    async def select(self, request: web.Request) -> web.Response:
        """Choose in a menu."""
        asked = await requests.read(request, requests.Select)
        outcome = await self._people.select(
            asked.member, asked.message, asked.values, custom_id=asked.custom_id
        )
        return self._outcome(outcome)

    async def submit(self, request: web.Request) -> web.Response:
        """Send a form."""
        asked = await requests.read(request, requests.Submit)
        files = {name: [file.pair() for file in given] for name, given in asked.files.items()}
        outcome = await self._people.submit(asked.member, asked.interaction, asked.values, files)
        return self._outcome(outcome)

    async def say(self, request: web.Request) -> web.Response:
        """Post an ordinary message."""
        asked = await requests.read(request, requests.Say)
        files = [file.pair() for file in asked.files]
        return self._answer(self._people.say(asked.member, asked.channel, asked.content, files))

    async def messages(self, request: web.Request) -> web.Response:
        """What a member sees in a channel, oldest first.

        With `starter=true` a thread begins with the message that it was opened on.
        """
        viewer = self._viewer(request)
        channel = find_channel(self._discord.model, request.query.get("channel", "art"), viewer)
        seen = self._discord.model.messages(channel, viewer)
        if request.query.get("starter") == "true":
            seen = [*self._starter(channel, viewer), *seen]
        return self._answer([self._shown(message, viewer) for message in seen])

    async def message(self, request: web.Request) -> web.Response:
        """One message as a member sees it."""
        viewer = self._viewer(request)
        message = self._discord.model.find_message(_number(request.match_info["id"]))
        if not self._discord.model.can_see(message, viewer):
            raise Wrong(f"That member does not see message {message.id}.")
        return self._answer(self._shown(message, viewer))

    async def delete(self, request: web.Request) -> web.Response:
        """Delete a message as a member, by default as the moderator."""
        member = request.query.get("member", "mo")
        self._people.delete(member, str(_number(request.match_info["id"])))
        return self._answer({})

    async def history(self, request: web.Request) -> web.Response:
        """Every state of a message, also of one that was deleted."""
        states = self._discord.history.of(str(_number(request.match_info["id"])))
        return json_answer(self._discord.attachments.sign(states))

    async def channels(self, request: web.Request) -> web.Response:
        """The channels and threads that a member sees."""
        viewer, model = self._viewer(request), self._discord.model
        seen = [id_ for id_ in model.store.channels if model.can_enter(id_, viewer)]
        return self._answer([model.channel(id_) for id_ in seen])

    async def delete_channel(self, request: web.Request) -> web.Response:
        """Delete a channel or thread as a member, by default as the server's owner."""
        viewer = self._viewer(request, "rae")
        channel = find_channel(self._discord.model, request.match_info["id"], viewer)
        rooms.delete(self._discord.model, channel, viewer)
        return self._answer({})

    async def open_thread(self, request: web.Request) -> web.Response:
        """Open a thread in a channel, or on a message."""
        asked = await requests.read(request, requests.Thread)
        model = self._discord.model
        member = find_user(model, asked.member)
        if asked.message is None:
            message, channel = None, find_channel(model, asked.channel, member)
        else:
            message = int(asked.message)
            channel = model.find_message(message).channel_id
        if message is not None and asked.private:
            raise Wrong("A thread on a message is seen by all: it cannot be private.")
        opened = rooms.open_thread(
            model, channel, member, asked.name, message=message, private=asked.private
        )
        return self._answer(opened)

    async def open_post(self, request: web.Request) -> web.Response:
        """Begin a post in a forum."""
        asked = await requests.read(request, requests.Post)
        model = self._discord.model
        member = find_user(model, asked.member)
        forum = find_channel(model, asked.channel, member)
        files = [file.pair() for file in asked.files]
        return self._answer(
            rooms.open_post(model, forum, member, asked.name, content=asked.content, files=files)
        )

    async def add_to_thread(self, request: web.Request) -> web.Response:
        """Bring somebody into a thread."""
        asked = await requests.read(request, requests.Newcomer)
        model = self._discord.model
        member, newcomer = find_user(model, asked.member), find_user(model, asked.newcomer)
        thread = find_channel(model, request.match_info["id"], member)
        return self._answer(rooms.add_to_thread(model, thread, member, newcomer))

    async def pins(self, request: web.Request) -> web.Response:
        """The pinned messages of a channel, newest first, as a member sees them."""
        viewer, model = self._viewer(request), self._discord.model
        channel = find_channel(model, request.query.get("channel", "art"), viewer)
        return self._answer(pins.listed(model, channel, viewer))

    async def limit_bot(self, request: web.Request) -> web.Response:
        """Take permissions from the bot in the whole server; what is not named it has."""
        asked = await requests.read(request, requests.BotRights)
        try:
            self._discord.model.limit_bot(asked.without)
        except ValueError as error:
            raise Wrong(f"There is no such permission: {error}.") from error
        return self._answer({})

    async def change_thread(self, request: web.Request) -> web.Response:
        """Archive or lock a thread, or the opposite."""
        asked = await requests.read(request, requests.ThreadChange)
        model = self._discord.model
        member = find_user(model, asked.member)
        thread = find_channel(model, request.match_info["id"], member)
        changes = asked.model_dump(include={"archived", "locked"}, exclude_none=True)
        return self._answer(rooms.change_thread(model, thread, member, changes))

    async def remove_bot(self, request: web.Request) -> web.Response:
        """Remove the bot from the server, by default as its owner."""
        rooms.remove_bot(self._discord.model, self._viewer(request, "rae"))
        return self._answer({})

    async def commands(self, request: web.Request) -> web.Response:
        """The commands that the bot has registered; with a member, those that they are shown."""
        model = self._discord.model
        if "member" not in request.query:
            return self._answer(model.commands())
        viewer = self._viewer(request)
        channel = find_channel(model, request.query.get("channel", "art"), viewer)
        return self._answer(
            [item for item in model.commands() if self._offered(item, channel, viewer)]
        )

    def _viewer(self, request: web.Request, default: str = "ada") -> int:
        return find_user(self._discord.model, request.query.get("member", default))

    def _offered(self, command: Json, channel: int, viewer: int) -> bool:
        """Whether Discord's application offers this command to that person in that channel."""
        try:
            offered = self._discord.model.command(
                command["name"], command["type"], channel_id=channel, user_id=viewer
            )
        except ImpossibleError:
            return False
        return bool(offered["id"] == command["id"])

    def _starter(self, channel: int, viewer: int) -> list[Message]:
        """The message that a thread was opened on, which Discord shows above its first."""
        model = self._discord.model
        parent = model.store.channels[channel].parent_id
        starter = model.store.messages.get(parent or 0, {}).get(channel)
        return [starter] if starter is not None and model.can_see(starter, viewer) else []

    def _shown(self, message: Message, viewer: int) -> Json:
        shown = self._discord.model.message_payload(message, viewer)
        return shown | {"visible_to": visible_to(message)}

    def _outcome(self, outcome: Outcome) -> web.Response:
        return self._answer(asdict(outcome) | {"notice": outcome.notice})

    def _answer(self, value: object) -> web.Response:
        return json_answer(self._discord.attachments.sign(dumps(value)))


def _number(word: str) -> int:
    if not requests.is_number(word):
        raise Wrong(f"A message is named by its id, not by {word!r}.")
    return int(word)
