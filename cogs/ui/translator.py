"""Names and descriptions of commands in the languages there are catalogues for."""

from discord import Locale
from discord.app_commands import TranslationContextTypes, Translator, locale_str

from bot.language import _, speaking


class CatalogueTranslator(Translator):
    """Looks every ``locale_str`` of a command up in the gettext catalogue of each language.

    What is marked with ``locale_str`` belongs into the catalogue as much as what is marked
    with ``_``.
    """

    async def translate(
        self, string: locale_str, locale: Locale, context: TranslationContextTypes
    ) -> str | None:
        """The words of that language; ``None`` where the catalogue has none, or is missing."""
        del context
        with speaking(locale.value):
            translated = _(string.message)
        return None if translated == string.message else translated
