"""Everything that can go wrong on purpose, in one tree.

``PersonError`` is what its person can mend: its text is shown to them as it is.
``ProviderError`` is what the image API did; ``StorageError`` what the database did;
``DeliveryError`` what Discord did with a message. Their texts are for the log: the words for
people are chosen where the failure is shown.
"""


class ShotlistError(Exception):
    """The root: nothing else is raised on purpose."""


class SettingsError(ShotlistError):
    """The settings are wrong; the text has one sentence for each mistake."""


class PersonError(ShotlistError):
    """Something its person can mend. The text says what is wrong and what to do instead."""


class RefusedError(PersonError):
    """A server's rules refuse what was asked. ``kind`` names which, for the moderators' sums."""

    def __init__(self, words: str, *, kind: str) -> None:
        super().__init__(words)
        self.kind = kind

    def for_moderators(self) -> str:
        """The same for the server's log, where more may be told than to its person."""
        return str(self)


class StorageError(ShotlistError):
    """The database could not do what was asked; nothing of it was kept."""


class DatabaseFailingError(StorageError):
    """The database itself does not work: locked, full, gone, damaged. It tells the log so, once."""


class StateConflictError(StorageError):
    """A job was not in the state that a transition starts from."""


# --- the image API --------------------------------------------------------------------------


class ProviderError(ShotlistError):
    """The image API did not do what was asked. ``detail`` is its own message, if it gave one."""

    def __init__(self, summary: str, *, detail: str | None = None) -> None:
        super().__init__(f"{summary}: {detail}" if detail else summary)
        self.detail = detail


class RequestRefusedError(ProviderError):
    """Our request was refused as it stands (400, 422 and the other final 4xx)."""


class KeyRejectedError(ProviderError):
    """The API key is not accepted (401, 403): nothing will work until the operator mends it."""


class BalanceEmptyError(ProviderError):
    """The operator's balance is used up (402, or a message that says so)."""


class TaskGoneError(ProviderError):
    """The API does not know the task (404)."""


class ProviderBusyError(ProviderError):
    """Certainly not accepted, and worth trying again: 429, or 503 with ``Retry-After``."""

    def __init__(
        self, summary: str, *, detail: str | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(summary, detail=detail)
        self.retry_after = retry_after


class ProviderUnreachableError(ProviderError):
    """The connection could not be made, so nothing was sent."""


class ProviderUnavailableError(ProviderError):
    """A question (``GET``) went unanswered or was answered with nonsense; it can be asked again."""


class AnswerLostError(ProviderError):
    """A ``POST`` may or may not have been accepted; sending it again could charge twice."""


# --- files ----------------------------------------------------------------------------------


class DownloadError(ShotlistError):
    """A file could not be fetched: forbidden address, too large, too slow, refused, or cut."""


class PictureError(ShotlistError):
    """Bytes are not a picture that can be used."""


# --- Discord --------------------------------------------------------------------------------


class DeliveryError(ShotlistError):
    """Discord did not take a message."""


class UploadTooLargeError(DeliveryError):
    """The files were refused for their size (413, code 40005)."""


class MessageUnreachableError(DeliveryError):
    """The message can no longer be edited by any means: gone, forbidden, or its token ran out."""


class DiscordUnavailableError(DeliveryError):
    """Discord did not answer, or answered 5xx, more often than we ask; worth trying later."""
