"""What people are told when a job ends without images, and whether trying again can help."""

from dataclasses import dataclass

from bot.jobs.states import Failure
from bot.language import _


@dataclass(frozen=True, slots=True)
class Explanation:
    """``title`` says what happened, ``advice`` what to do.

    ``quotes`` tells whether what the image service itself said is worth reading; ``again``
    whether the same request can have another outcome.
    """

    title: str
    advice: str
    again: bool = True
    quotes: bool = False


def explain(failure: Failure | None) -> Explanation:
    """The words for ``failure``, in the language being spoken. None of them blames the person."""
    return {
        # The same pictures would be refused again.
        Failure.REFERENCE_REFUSED: Explanation(
            _("A reference picture cannot be used"),
            _("Change it in a form, with another picture."),
            again=False,
        ),
        # Discord's own file server may have stumbled, so the same address can work again.
        Failure.REFERENCE_LOST: Explanation(
            _("A reference picture could not be fetched"),
            _("Try again. If that does not help, send the command anew and attach it again."),
        ),
        # The same words and pictures would be refused again.
        Failure.REQUEST_REFUSED: Explanation(
            _("The image service refused this request"),
            _("Change the prompt or the pictures, and send it again."),
            again=False,
            quotes=True,
        ),
        # Nothing a person can do, but the button works as soon as the operator has done it.
        Failure.KEY_REJECTED: Explanation(
            _("The image service does not accept this bot's key"),
            _("Its operator has to set a new one. Try again later."),
        ),
        Failure.BALANCE_EMPTY: Explanation(
            _("This bot's balance at the image service is used up"),
            _("Its operator has to top it up. Try again later."),
        ),
        Failure.PROVIDER_BUSY: Explanation(
            _("The image service is too busy"),
            _("It took no new requests for a while. Try again in a few minutes."),
        ),
        Failure.PROVIDER_UNREACHABLE: Explanation(
            _("The image service cannot be reached"),
            _("Try again in a few minutes."),
        ),
        # The operator may pay for the lost one; the person does not, and may ask anew.
        Failure.ANSWER_LOST: Explanation(
            _("The image service did not answer"),
            _(
                "Nobody can know whether it took the request, so it is not sent twice by itself. "
                "The bot's operator can see this. You can try again."
            ),
        ),
        # Drawing involves chance, and the service's own check of the outcome does too.
        Failure.TASK_FAILED: Explanation(
            _("The image service could not make this"),
            _("Try again, or word the prompt differently."),
            quotes=True,
        ),
        Failure.TASK_GONE: Explanation(
            _("The image service lost this request"),
            _("It no longer knows of it. Try again."),
        ),
        Failure.NO_IMAGES: Explanation(
            _("The image service sent no images"),
            _("It said that it was finished, and there was nothing in it. Try again."),
        ),
        Failure.IMAGES_LOST: Explanation(
            _("The finished images could not be fetched"),
            _("The image service made them, but did not hand them over. Try again."),
        ),
        Failure.TIMED_OUT: Explanation(
            _("The image service took too long"),
            _("There was no result in time, so the request was given up. Try again."),
        ),
        Failure.NEVER_SHOWN: Explanation(
            _("Discord did not show this message in time"),
            _("Nothing was started. Try again."),
        ),
        Failure.PROGRAM_ERROR: Explanation(
            _("Something went wrong in this bot"),
            _("Its operator can see what it was. Try again."),
        ),
        None: Explanation(_("There are no images"), _("Try again.")),
    }[failure]
