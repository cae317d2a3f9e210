"""What a message about a job looks like.

A card says whose it is and what was asked for, shows the pictures, says in bold how things
stand, and adds the small print and what can be pressed. The accent colour only repeats what the
words say.
"""

from collections.abc import Mapping, Sequence

from discord import ui

from bot.credits.balances import Balance
from bot.delivery.cards import Cards
from bot.delivery.fit import ResultFile
from bot.jobs.circuit import Trouble
from bot.jobs.job import Destination, Job
from bot.jobs.progress import Fetching, Progress, Queued, Running, Submitting, Waiting
from bot.jobs.states import Failure, State
from bot.language import _, ngettext
from bot.moderation.log import Entry
from cogs.ui.buttons import AmendButton, ImagesButton, KeepButton, RetryButton, StopButton
from cogs.ui.captions import captioned, referenced
from cogs.ui.failures import explain
from cogs.ui.layout import Piece, card, gallery, line, paragraph, row
from cogs.ui.phrases import bar, credits_of, duration, left_of, settings_of
from cogs.ui.plain_text import cut, shown
from cogs.ui.result_buttons import result_rows
from cogs.ui.server_log import log_card

PROMPT_CHARACTERS = 600
DETAIL_CHARACTERS = 300

WAITING = 0x80848E
WORKING = 0x5865F2
FINISHED = 0x23A55A
TROUBLE = 0xDA373C
DOUBT = 0xF0B232

# Where images are seen by all who see the message about them.
_LINKED = (Destination.PLACEHOLDER, Destination.CHANNEL)


class JobCards(Cards):
    """Draws jobs as containers of Components V2, in the language being spoken."""

    def progress(
        self, job: Job, progress: Progress, references: Sequence[str], *, offering: bool = False
    ) -> ui.LayoutView:
        """The placeholder. ``references`` are names of files attached to the message to show."""
        held = _("{credits} held").format(credits=credits_of(job.price))
        lines = [*_progress_lines(progress), f"-# {settings_of(job.generation)} · {held}"]
        if offering:
            lines.append(_running_out(job))
        return card(
            _asked(job),
            gallery(referenced(references), spoiler=job.spoiler),
            paragraph(*lines),
            row(KeepButton(job.id) if offering else None, _stop_button(job, progress)),
            accent=WAITING if isinstance(progress, Queued | Waiting) else WORKING,
        )

    def result(
        self,
        job: Job,
        files: Sequence[ResultFile],
        balance: Balance,
        *,
        missing: int = 0,
        moved: bool = False,
    ) -> ui.LayoutView:
        """The images, attached under their file names; ``missing`` are still on their way.

        ``moved``: as a direct message, since they could not be shown where they were asked for.
        Nothing can be pressed there: what came of it would belong to no server.
        """
        return card(
            _asked(job),
            gallery(
                captioned(job, [file.filename for file in files], missing=missing),
                spoiler=job.spoiler,
            ),
            paragraph(
                *_result_lines(job, files, balance, missing),
                *([_moved()] if moved else []),
            ),
            *([] if missing or moved else result_rows(job, len(files))),
            accent=FINISHED,
        )

    def ended(self, job: Job) -> ui.LayoutView:
        """How a job ended whose message shows no images: in vain, stopped, or told elsewhere."""
        if job.state in (State.FAILED, State.UNCONFIRMED):
            return _stopped_in_vain(job) if job.stopped else _failed(job)
        if job.state is State.CANCELLED and job.task_id is None:  # never sent, so never paid
            words = _("**Cancelled.** Nothing was charged.")
            return card(paragraph(_whose(job), words), accent=WAITING)
        went = job.went.destination if job.went else None
        if job.deleted_at is not None:
            return line("-# " + _("This result was deleted."))
        if job.state is State.DONE and went is Destination.DIRECT:
            return _sent_directly(job)
        if job.state is State.DONE and went in _LINKED and job.link is not None:
            return self.elsewhere(job, job.link, images=True)
        return _put_away(job)

    def elsewhere(self, job: Job, link: str, *, images: bool) -> ui.LayoutView:
        """One neutral line in place of a placeholder whose end a newer message shows."""
        words = (
            _("{person} The images are in another message: {link}")
            if images
            else _("{person} How this ended is said in another message: {link}")
        )
        return line("-# " + words.format(person=_whose(job), link=link))

    def withdrawn(self, job: Job) -> ui.LayoutView:
        """One neutral line in place of a job that was refused late, until it is removed."""
        return line("-# " + _("This request was not started."))

    def refusal(self, job: Job) -> ui.LayoutView:
        """Why it was refused late, and a way to mend it, for its person alone."""
        reason = job.failure_detail or explain(job.failure).title + "."
        return card(
            paragraph(reason, _("Nothing was charged.")),
            row(AmendButton(job.id)),
            accent=TROUBLE,
        )

    def call(self, job: Job) -> str:
        """That the result is there, or that there is none, mentioning its person."""
        if job.state is not State.DONE:
            return _("{person} This did not work. Nothing was charged.").format(person=_whose(job))
        return _("{person} Your images are finished.").format(person=_whose(job))

    def log(
        self, entries: Sequence[Entry], jobs: Mapping[str, Job], *, private: bool
    ) -> ui.LayoutView:
        """See ``Cards``."""
        return log_card(entries, jobs, private=private)


def cards() -> Cards:
    """The cards of this program; ``bot.client`` loads them by this name."""
    return JobCards()


def _whose(job: Job) -> str:
    return f"<@{job.member_id}>"


def _asked(job: Job) -> Piece:
    return paragraph(_whose(job), "> " + shown(job.generation.prompt, PROMPT_CHARACTERS))


def _progress_lines(progress: Progress) -> list[str]:
    match progress:
        case Queued(ahead=0):
            return [_("**In the queue** · next")]
        case Queued(ahead=ahead):
            return [
                ngettext(
                    "**In the queue** · {count} before you",
                    "**In the queue** · {count} before you",
                    ahead,
                ).format(count=ahead)
            ]
        case Waiting(trouble=trouble):
            return [
                _waiting_for(trouble),
                "-# "
                + _("This goes on by itself. If that takes too long, it ends and costs nothing."),
            ]
        case Submitting():
            return [_("**Waiting for the image service**")]
        case Running(share=share, started_at=started_at, ends_at=ends_at):
            percent = min(100, max(0, int(share * 100)))
            return [
                _("**Drawing** · {percent} %").format(percent=percent),
                bar(share),
                "-# "
                + _("started <t:{started}:R> · expected <t:{ends}:R>").format(
                    started=round(started_at), ends=round(ends_at)
                ),
            ]
        case Fetching():
            return [_("**Fetching the images**")]


def _waiting_for(trouble: Trouble) -> str:
    return {
        Trouble.KEY_REJECTED: _("**Waiting** · the image service does not accept this bot's key"),
        Trouble.BALANCE_EMPTY: _(
            "**Waiting** · this bot's balance at the image service is used up"
        ),
        Trouble.NOT_ANSWERING: _("**Waiting** · the image service does not answer"),
    }[trouble]


def _stop_button(job: Job, progress: Progress) -> StopButton | None:
    if isinstance(progress, Fetching):
        return None
    return StopButton(job.id, running=isinstance(progress, Running))


def _result_lines(
    job: Job, files: Sequence[ResultFile], balance: Balance, missing: int
) -> list[str]:
    lines = []
    total = len(files) + missing
    if missing:
        lines.append(
            ngettext(
                "**{count} more image is on its way**",
                "**{count} more images are on their way**",
                missing,
            ).format(count=missing)
        )
    account = [
        _("{credits} used").format(credits=credits_of(job.price)),
        left_of(balance.left),
    ]
    if job.completed_at is not None:
        account.append(
            _("took {duration}").format(duration=duration(job.completed_at - job.created_at))
        )
    lines += [f"-# {settings_of(job.generation)}", f"-# {' · '.join(account)}"]
    shrunk = sum(file.shrunk for file in files)
    if shrunk:
        lines.append(
            "-# "
            + ngettext(
                "{count} of {total} images was too large for a file here, and was saved smaller.",
                "{count} of {total} images were too large for a file here, and were saved smaller.",
                shrunk,
            ).format(count=shrunk, total=total)
        )
    return lines


def _running_out(job: Job) -> str:
    return _(
        "Discord lets me update a private message for fifteen minutes, until <t:{when}:t>. Press "
        "*Keep updating* for fifteen more, or the images come as a direct message."
    ).format(when=round(job.place.token_expires_at))


def _moved() -> str:
    # Without a link to the place: it may be gone, for the bot or for its person.
    return "-# " + _(
        "This comes as a direct message, since it could not be shown where you asked for it."
    )


def _failed(job: Job) -> ui.LayoutView:
    explanation = explain(job.failure)
    lines = [f"**{explanation.title}.** {_('Nothing was charged.')}"]
    if job.failure is Failure.REFERENCE_REFUSED and job.failure_detail:
        lines.append(cut(job.failure_detail, DETAIL_CHARACTERS))  # our own words, safe as they are
    lines.append(explanation.advice)
    if explanation.quotes and job.failure_detail:
        said = shown(job.failure_detail, DETAIL_CHARACTERS)
        lines.append("-# " + _("It said: {words}").format(words=said))
    return card(
        _asked(job),
        paragraph(*lines, f"-# {settings_of(job.generation)}"),
        row(RetryButton(job.id) if explanation.again else AmendButton(job.id)),
        accent=DOUBT if job.state is State.UNCONFIRMED else TROUBLE,
    )


def _stopped_in_vain(job: Job) -> ui.LayoutView:
    """No prompt, as in every card of a stopped job: it may be why a moderator stopped it."""
    words = _("**Stopped.** There are no images of it, and nothing was charged.")
    return card(paragraph(_whose(job), words), accent=WAITING)


def _sent_directly(job: Job) -> ui.LayoutView:
    """A finished job whose images went to its person: the link to them would be theirs alone."""
    words = _("**Finished.** The images went to {person} as a direct message.").format(
        person=_whose(job)
    )
    return card(paragraph(words), row(ImagesButton(job.id)), accent=WAITING)


def _put_away(job: Job) -> ui.LayoutView:
    """A job whose credits are used and whose images are not shown here."""
    used = ngettext(
        "The {count} credit is used.", "The {count} credits are used.", job.price
    ).format(count=job.price)
    finished = job.state in (State.DONE, State.CANCELLED)
    lines = [
        _("**Finished**, but the images could not be shown here.")
        if job.state is State.DONE
        else _("**Stopped.** The image service cannot be interrupted."),
        used,
    ]
    if not finished:
        lines.append(
            _("When the images are finished, {person} alone can open them.").format(
                person=_whose(job)
            )
        )
    elif job.images_kept:
        lines.append(
            _("The images are finished, and {person} alone can open them.").format(
                person=_whose(job)
            )
        )
    openable = job.images_kept or not finished
    return card(
        paragraph(_whose(job), " ".join(lines)),
        row(ImagesButton(job.id) if openable else None),
        accent=WAITING,
    )
