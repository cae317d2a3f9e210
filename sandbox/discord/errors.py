"""The ways in which a request to the imitation can fail."""


class Refusal(Exception):
    """Discord's answer to a request that breaks its rules: an HTTP status and a JSON error code."""

    def __init__(
        self, status: int, code: int, message: str, errors: dict[str, object] | None = None
    ) -> None:
        super().__init__(f"{status} (error code: {code}): {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def body(self) -> dict[str, object]:
        """The JSON body as Discord sends it."""
        body: dict[str, object] = {"message": self.message, "code": self.code}
        if self.errors is not None:
            body["errors"] = self.errors
        return body


class NotModelledError(Exception):
    """A route or a field that the imitation does not know; never answered as if it worked."""


class SetupError(Exception):
    """The sandbox cannot start with what is installed; the text is one plain sentence."""


class ImpossibleError(Exception):
    """Something that a person could not do in Discord's own application."""


def invalid_form(detail: str, errors: dict[str, object] | None = None) -> Refusal:
    """The refusal for a body whose fields break a rule (50035)."""
    return Refusal(400, 50035, f"Invalid Form Body: {detail}", errors)
