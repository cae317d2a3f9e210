"""An unmodified discord.py client, run as a process of its own against the sandbox."""

import asyncio
import io
import os
import re

import discord
import yarl
from discord import app_commands, ui

discord.http.Route.BASE = os.environ["DISCORD_API_URL"]
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])
discord.asset.Asset.BASE = os.environ["DISCORD_API_URL"].removesuffix("/api/v10")

Interaction = discord.Interaction[discord.Client]


class Again(ui.DynamicItem[ui.Button[ui.View]], template=r"again:(?P<number>\d+)"):
    def __init__(self, number: int) -> None:
        super().__init__(ui.Button(label=f"Again {number}", custom_id=f"again:{number}"))
        self.number = number

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: ui.Item[ui.View], match: re.Match[str]
    ) -> "Again":
        return cls(int(match["number"]))

    async def callback(self, interaction: Interaction) -> None:
        await interaction.response.edit_message(view=Card(f"pressed {self.number}"))


class Card(ui.LayoutView):
    def __init__(self, words: str, pictures: list[str] | None = None, number: int = 1) -> None:
        super().__init__(timeout=None)
        box: ui.Container[Card] = ui.Container(ui.TextDisplay(words))
        if pictures:
            items = [
                discord.MediaGalleryItem(f"attachment://{name}", description=f"alt {name}")
                for name in pictures
            ]
            box.add_item(ui.MediaGallery(*items))
        row: ui.ActionRow[Card] = ui.ActionRow()
        row.add_item(Again(number))
        box.add_item(row)
        self.add_item(box)


class Form(ui.Modal, title="A form"):
    words: ui.Label[ui.Modal] = ui.Label(
        text="Words", component=ui.TextInput(custom_id="words", max_length=50)
    )
    files: ui.Label[ui.Modal] = ui.Label(
        text="Files", component=ui.FileUpload(custom_id="files", required=False, max_values=3)
    )

    async def on_submit(self, interaction: Interaction) -> None:
        assert isinstance(self.words.component, ui.TextInput)
        assert isinstance(self.files.component, ui.FileUpload)
        data = [await file.read() for file in self.files.component.values]
        await interaction.response.send_message(
            f"{self.words.component.value}: {[len(item) for item in data]}", ephemeral=True
        )


class Client(discord.Client):
    def __init__(self) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True, guild_messages=True, dm_messages=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            enable_debug_events=True,
        )
        self.tree = app_commands.CommandTree(self)
        self.log: list[str] = []
        self.answered: discord.InteractionMessage | None = None

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Again)
        register(self)
        await self.tree.sync()

    async def on_message(self, message: discord.Message) -> None:
        self.log.append(f"message {message.content!r} {len(message.attachments)}")

    async def on_resumed(self) -> None:
        self.log.append("resumed")

    async def on_connect(self) -> None:
        self.log.append("connect")


def files(*names: str, data: bytes = b"x") -> list[discord.File]:
    return [discord.File(io.BytesIO(data), name, description=f"alt {name}") for name in names]


def register(client: Client) -> None:
    tree = client.tree

    @tree.command(description="Answers with a picture that was given")
    @app_commands.choices(size=[app_commands.Choice(name="1K", value="1k")])
    async def draw(  # noqa: PLR0917 - options of a command
        interaction: Interaction,
        prompt: str,
        reference: discord.Attachment,
        number: app_commands.Range[int, 1, 9] = 1,
        size: app_commands.Choice[str] | None = None,
        private: bool = False,
    ) -> None:
        data = await reference.read()
        words = f"{prompt} {number} {reference.width}x{reference.height} {reference.content_type}"
        await interaction.response.send_message(
            view=Card(words, ["one.png"]), files=files("one.png", data=data), ephemeral=private
        )
        message = await interaction.original_response()
        await message.edit(
            view=Card(f"{words} edited", ["one.png", "two.png"]),
            attachments=[*message.attachments, *files("two.png", data=data)],
        )

    @tree.command(description="Defers, then shows a card")
    async def later(interaction: Interaction, private: bool = False) -> None:
        await interaction.response.defer(thinking=True, ephemeral=private)
        await interaction.edit_original_response(view=Card("later"))
        await interaction.followup.send("a follow-up", ephemeral=private)

    @tree.command(description="Shows a form")
    async def form(interaction: Interaction) -> None:
        await interaction.response.send_modal(Form())

    @tree.command(description="Does not answer")
    async def silent(interaction: Interaction) -> None:
        client.log.append("silent")

    @tree.command(description="Answers and remembers the message")
    async def keep(interaction: Interaction) -> None:
        response = await interaction.response.send_message(view=Card("kept"))
        assert isinstance(response.resource, discord.InteractionMessage)
        client.answered = response.resource

    @tree.command(description="Edits the remembered message by its token or by the bot's own")
    async def late(interaction: Interaction, own: bool, times: int = 1) -> None:
        await interaction.response.defer(ephemeral=True)
        kept = client.answered
        assert kept is not None
        words = []
        for number in range(times):
            try:
                if own:
                    channel = client.get_partial_messageable(kept.channel.id)
                    await channel.get_partial_message(kept.id).edit(view=Card(f"own {number}"))
                else:
                    await kept.edit(view=Card(f"token {number}"))
                words.append("ok")
            except discord.HTTPException as error:
                words.append(f"{error.status}/{error.code}")
        await interaction.edit_original_response(content=" ".join(words))

    @tree.command(description="Sends files of a size")
    async def upload(interaction: Interaction, count: int, size: int) -> None:
        await interaction.response.defer()
        names = [f"file{number}.bin" for number in range(count)]
        try:
            sent = await interaction.edit_original_response(
                attachments=files(*names, data=b"x" * size)
            )
            words = f"{len(sent.attachments)} files"
        except discord.HTTPException as error:
            words = f"{error.status}/{error.code}"
        await interaction.edit_original_response(content=words)

    @tree.command(description="A thread, a direct message, a reply with a mention, a deletion")
    async def social(interaction: Interaction) -> None:
        await interaction.response.send_message("here")
        message = await interaction.original_response()
        fetched = await message.fetch()
        thread = await fetched.create_thread(name="a thread")
        await thread.send("in the thread")
        await interaction.user.send("in private")
        reply = await fetched.reply(
            interaction.user.mention,
            allowed_mentions=discord.AllowedMentions(users=[interaction.user]),
        )
        gone = await fetched.channel.send("gone soon")
        await gone.delete()
        await interaction.followup.send(f"mentions {[user.name for user in reply.mentions]}")

    @tree.command(description="Many messages at once")
    async def flood(interaction: Interaction, count: int) -> None:
        await interaction.response.defer(ephemeral=True)
        channel = client.get_partial_messageable(int(interaction.channel_id or 0))
        await asyncio.gather(*(channel.send(f"flood {number}") for number in range(count)))
        await interaction.edit_original_response(content="done")

    @tree.command(description="What has happened so far")
    async def log(interaction: Interaction) -> None:
        await interaction.response.send_message("\n".join(client.log) or "-", ephemeral=True)

    @tree.command(description="Completes")
    async def find(interaction: Interaction, name: str) -> None:
        await interaction.response.send_message(name)

    @find.autocomplete("name")
    async def names(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=current * 2, value=current)]

    caps = app_commands.Group(
        name="caps",
        description="Caps",
        default_permissions=discord.Permissions(manage_guild=True),
    )

    @caps.command(description="Set a cap")
    async def member(interaction: Interaction, who: discord.Member, credits: int) -> None:
        await interaction.response.send_message(f"{who.name} {credits}")

    tree.add_command(caps)

    @tree.context_menu(name="Use as reference")
    async def use(interaction: Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(
            f"{message.content} {len(message.attachments)}", ephemeral=True
        )


if __name__ == "__main__":
    Client().run(os.environ["DISCORD_TOKEN"])
