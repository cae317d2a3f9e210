"""An unmodified discord.py client that shows all that a bot for artists does, with little sense."""

import io
import os
import zipfile

import discord
import yarl
from discord import app_commands, ui
from PIL import Image

discord.http.Route.BASE = os.environ["DISCORD_API_URL"]
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])
discord.asset.Asset.BASE = os.environ["DISCORD_API_URL"].removesuffix("/api/v10")

Interaction = discord.Interaction[discord.Client]


def drawing(colour: str, name: str, words: str, *, spoiler: bool = False) -> discord.File:
    """A picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(file, "PNG")
    file.seek(0)
    return discord.File(file, name, description=words, spoiler=spoiler)


def pack() -> discord.File:
    """A ZIP with a page in it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("index.html", "<h1>A story</h1>")
    file.seek(0)
    return discord.File(file, "story.zip")


class Wish(ui.Modal, title="Edit the prompt"):
    """All five fields that a modal has."""

    prompt: ui.Label[ui.Modal] = ui.Label(
        text="Prompt",
        component=ui.TextInput(
            custom_id="prompt",
            style=discord.TextStyle.long,
            default="a fox in the rain",
            max_length=2000,
        ),
    )
    files: ui.Label[ui.Modal] = ui.Label(
        text="New pictures",
        description="Up to ten, beside those that stay.",
        component=ui.FileUpload(custom_id="files", required=False, min_values=0, max_values=10),
    )
    kept: ui.Label[ui.Modal] = ui.Label(
        text="Pictures that stay",
        component=ui.Select(
            custom_id="kept",
            required=False,
            min_values=0,
            max_values=3,
            options=[
                discord.SelectOption(label=name, value=name, default=name != "3.png")
                for name in ("1.png", "2.png", "3.png")
            ],
        ),
    )
    ratio: ui.Label[ui.Modal] = ui.Label(
        text="Aspect ratio",
        component=ui.Select(
            custom_id="ratio",
            options=[
                discord.SelectOption(label=name, value=name, default=name == "16:9")
                for name in ("auto", "1:1", "16:9")
            ],
        ),
    )
    size: ui.Label[ui.Modal] = ui.Label(
        text="Images and resolution",
        component=ui.Select(
            custom_id="size",
            options=[
                discord.SelectOption(label=f"{number} at {side}", value=f"{number}-{side}")
                for number in (1, 2, 4)
                for side in ("1K", "2K")
            ],
        ),
    )

    async def on_submit(self, interaction: Interaction) -> None:
        """Say in private what was given."""
        given = []
        for label in (self.prompt, self.files, self.kept, self.ratio, self.size):
            field = label.component
            if isinstance(field, ui.TextInput):
                given.append(field.value)
            elif isinstance(field, ui.FileUpload):
                given.append(" ".join(file.filename for file in field.values) or "no files")
            elif isinstance(field, ui.Select):
                given.append(" ".join(field.values) or "none")
        await interaction.response.send_message(" | ".join(given), ephemeral=True)


class Choice(ui.Select["Piece"]):
    """A menu in a message, answered with a private follow-up."""

    def __init__(self) -> None:
        options = [discord.SelectOption(label=f"Image {n}", value=str(n)) for n in (1, 2)]
        super().__init__(custom_id="pick", placeholder="Pick an image", options=options)

    async def callback(self, interaction: Interaction) -> None:
        """Answer later, in private."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send(f"Image {self.values[0]} it is.", ephemeral=True)


class Piece(ui.LayoutView):
    """Two pictures, one of them hidden, and what can be done with them."""

    def __init__(self, words: str = "Two pictures") -> None:
        super().__init__(timeout=None)
        box: ui.Container[Piece] = ui.Container(ui.TextDisplay(words))
        box.add_item(
            ui.MediaGallery(
                discord.MediaGalleryItem("attachment://one.png", description="a red field"),
                discord.MediaGalleryItem(
                    "attachment://two.png", description="a blue field", spoiler=True
                ),
            )
        )
        menu: ui.ActionRow[Piece] = ui.ActionRow()
        menu.add_item(Choice())
        box.add_item(menu)
        row: ui.ActionRow[Piece] = ui.ActionRow()
        for label, act in (("Continue in a thread", thread), ("Edit prompt", edit), ("Pin", pin)):
            row.add_item(Press(label, act))
        box.add_item(row)
        self.add_item(box)


class Press(ui.Button[Piece]):
    """A button that does one thing."""

    def __init__(self, label: str, act: object) -> None:
        super().__init__(label=label, custom_id=label.lower().replace(" ", "-"))
        self.act = act

    async def callback(self, interaction: Interaction) -> None:
        """Do it."""
        assert callable(self.act)
        await self.act(interaction)


async def thread(interaction: Interaction) -> None:
    """Open a thread on the message, or say where it is."""
    message = interaction.message
    assert message is not None
    await interaction.response.defer(ephemeral=True)
    try:
        opened = await message.create_thread(name="A fox, continued")
    except discord.HTTPException as error:
        await interaction.followup.send(f"{error.code}: <#{message.id}>", ephemeral=True)
        return
    await opened.add_user(interaction.user)
    sheet = await opened.send("The sheet of this thread")
    await sheet.pin()
    await interaction.followup.send(f"Opened {opened.mention}", ephemeral=True)


async def edit(interaction: Interaction) -> None:
    """Show the form."""
    await interaction.response.send_modal(Wish())


async def pin(interaction: Interaction) -> None:
    """Pin the message where it stands."""
    assert interaction.message is not None
    await interaction.message.pin()
    await interaction.response.send_message("Pinned.", ephemeral=True)


class Client(discord.Client):
    """The bot."""

    def __init__(self) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
        )
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        """Register the commands."""
        self.add_view(Piece())
        register(self)
        await self.tree.sync()


def register(client: Client) -> None:
    """All commands of the bot."""
    tree = client.tree

    @tree.command(description="Two pictures and what can be done with them")
    async def piece(interaction: Interaction) -> None:
        drawn = [drawing("firebrick", "one.png", "a red field")]
        drawn.append(drawing("steelblue", "two.png", "a blue field"))
        await interaction.response.send_message(view=Piece(), files=drawn)

    @tree.command(description="Shows the form")
    async def wish(interaction: Interaction) -> None:
        await interaction.response.send_modal(Wish())

    @tree.command(description="A ZIP: in a component, and as a plain attachment")
    async def export(interaction: Interaction) -> None:
        view = ui.LayoutView(timeout=None)
        view.add_item(ui.TextDisplay("All of it"))
        view.add_item(ui.File("attachment://story.zip"))
        await interaction.response.send_message(view=view, file=pack())
        await interaction.followup.send("And plainly", file=pack())

    @tree.command(description="Pictures by their addresses")
    async def album(interaction: Interaction) -> None:
        await interaction.response.send_message("First", file=drawing("teal", "own.png", "teal"))
        first = await interaction.original_response()
        view = ui.LayoutView(timeout=None)
        view.add_item(ui.TextDisplay("By address"))
        view.add_item(
            ui.MediaGallery(
                discord.MediaGalleryItem(first.attachments[0].url, description="from Discord"),
                discord.MediaGalleryItem("https://example.com/a.png", description="from afar"),
            )
        )
        await interaction.followup.send(view=view)

    @tree.context_menu(name="Use as reference")
    async def use(interaction: Interaction, message: discord.Message) -> None:
        await interaction.response.send_modal(Wish())

    @tree.context_menu(name="Image details")
    async def details(interaction: Interaction, message: discord.Message) -> None:
        names = " ".join(file.filename for file in message.attachments)
        await interaction.response.send_message(f"Details of {names}", ephemeral=True)


if __name__ == "__main__":
    Client().run(os.environ["DISCORD_TOKEN"])
