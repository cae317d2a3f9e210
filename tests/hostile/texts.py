"""Words that people would not type by chance: every plane of Unicode, markup, mentions, tricks."""

from hypothesis import strategies as st

LONGEST_OPTION = 6000
"""Characters that Discord lets people type into an option of a command."""

FRAGMENTS = (
    # markdown
    "# ", "\n# ", "-# ", "> ", ">>> ", "- ", "1. ", "**", "__", "~~", "||", "`", "```\n",
    "\\", "\\\\*",
    # mentions, times, emoji, commands
    "@everyone", "@here", "<@1>", "<@!1>", "<@&1>", "<#1>", "<t:1:R>", "</imagine:1>", "<:a:1>",
    "<id:customize>",
    # links and invitations
    "https://example.org", "[a](https://example.org)", "<https://example.org>",
    "discord.gg/abc", "https://discord.com/invite/abc", "attachment://x.png",
    # what is not seen, or turns what is
    "\u200b", "\u200d", "\u200c", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u202d", "\u2066",
    "\u2067", "\u2069", "\u200f", "\u061c", "\u180e", "\u034f", "\U000e0041", "\u2800", "\u3164",
    "\x00", "\x1b[31m", "\x07", "\x7f", "\x85", "\u2028", "\u2029", "\r\n", "\t", " ", "\u3000",
    # many marks on one letter, and signs of several characters
    "a" + "\u0301" * 30, "\u0336" * 9, "👩\u200d👩\u200d👧\u200d👦", "🏳\ufe0f\u200d🌈", "🇩🇪",
    "क्\u200dष", "می\u200cخواهم",
    "ﷺ", "\U0001d15e", "\u0130", "ß", "ﬃ", "\ufdfa", "\uffff", "\U0010ffff", "\ue000",
    "\U000f0000",
    # flags, right and wrong
    "--ar 16:9", "—ar 16:9", "--ar 5:4", "--n 4", "--n 99", "--n ", "--n " + "9" * 50, "--2k",
    "--1k",
    "--ar", "–n=", "--n `@here`", "--ar <@1>",
    # other languages of machines
    "{job}", "{0}", "%s", "%(job)s", "${HOME}", "'; DROP TABLE jobs; --", "<script>",
    "../../etc", "NUL",
)  # fmt: skip


def _of_plane(plane: int) -> st.SearchStrategy[str]:
    """Characters of one of the seventeen planes, assigned or not; halves of pairs are none."""
    return st.characters(
        min_codepoint=plane << 16,
        max_codepoint=(plane << 16) + 0xFFFF,
        exclude_categories=["Cs"],
        categories=None,
    )


_pieces = st.sampled_from(FRAGMENTS) | st.integers(0, 16).flatmap(_of_plane) | st.text(max_size=8)


def texts(most: int = LONGEST_OPTION) -> st.SearchStrategy[str]:
    """Short mixtures of all that, and one piece repeated to ``most`` characters."""
    mixed = st.lists(_pieces, min_size=1, max_size=12).map("".join)
    long = st.builds(
        lambda piece, other: (piece * (most // max(1, len(piece)) + 1))[:most] + other,
        _pieces,
        _pieces,
    )
    return (mixed | mixed | long).map(lambda text: text[:most])
