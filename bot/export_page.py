"""The readable page of an export: one file without scripts, which needs nothing from elsewhere."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from string import Template

from bot.exported import ExportedImage, ExportedRequest, ExportedThread, Missing, moment
from bot.generation import AspectRatio, Mode, Origin
from bot.jobs.job import Job
from bot.language import _, ngettext
from bot.wishes import Lineage, Relation

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_MEGABYTE = 1e6

_STYLE = """
:root {
  color-scheme: light dark;
  --paper: #fbfaf8; --card: #ffffff; --ink: #1c1b1a; --soft: #63605b; --line: #e4e1dc;
  --accent: #4752c4; --well: #f1efeb;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #141416; --card: #1d1d20; --ink: #efeeec; --soft: #a7a49f; --line: #303034;
    --accent: #a9b2ff; --well: #101012;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
a { color: var(--accent); text-underline-offset: .15em; }
a:focus-visible, summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
header, main, footer { width: min(100% - 2rem, 68rem); margin-inline: auto; }
header { padding: clamp(2rem, 6vw, 4rem) 0 clamp(1.25rem, 3vw, 2rem); }
h1 {
  margin: 0 0 .5rem; max-width: 32ch; font-size: clamp(1.6rem, 1.1rem + 2.2vw, 2.5rem);
  line-height: 1.15; letter-spacing: -.015em; text-wrap: balance; overflow-wrap: anywhere;
}
header p, footer p { margin: 0; color: var(--soft); }
.request { padding: clamp(1.5rem, 4vw, 2.5rem) 0; border-top: 1px solid var(--line); }
.request > h2 {
  margin: 0 0 .75rem; display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline;
  font-size: .875rem; font-weight: 600; color: var(--soft);
}
.number { color: var(--ink); font-variant-numeric: tabular-nums; }
.tag {
  padding: .05rem .55rem; border: 1px solid var(--line); border-radius: 99px; font-weight: 500;
}
.prompt {
  margin: 0 0 .75rem; max-width: 62ch; font-size: 1.0625rem; white-space: pre-wrap;
  overflow-wrap: anywhere; unicode-bidi: plaintext;
}
.facts { margin: 0 0 1.25rem; color: var(--soft); font-size: .875rem; overflow-wrap: anywhere; }
.facts p { margin: 0; }
.images { display: grid; gap: clamp(.75rem, 2vw, 1.25rem); }
.images.many { grid-template-columns: repeat(2, 1fr); }
@media screen and (max-width: 43.99rem) {
  .images.many > :last-child:nth-child(odd) { grid-column: 1 / -1; }
}
@media (min-width: 44rem) {
  .images.one { max-width: 44rem; }
  .images.many { grid-template-columns: repeat(3, 1fr); }
  .images.two { grid-template-columns: repeat(2, 1fr); max-width: 56rem; }
  .images.four { grid-template-columns: repeat(4, 1fr); }
}
figure { margin: 0; }
figure a { display: block; border-radius: .6rem; overflow: hidden; background: var(--well); }
img { display: block; width: 100%; height: auto; max-height: 85vh; object-fit: contain; }
figcaption { padding-top: .4rem; color: var(--soft); font-size: .8125rem; }
.absent {
  display: grid; align-content: center; min-height: 9rem; padding: 1rem; text-align: center;
  border: 1px dashed var(--soft); border-radius: .6rem; color: var(--soft); font-size: .875rem;
}
summary { padding: .6rem 0; color: var(--accent); cursor: pointer; }
footer { padding: 1.5rem 0 3rem; border-top: 1px solid var(--line); font-size: .875rem; }
@media print {
  :root {
    --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --accent: #000;
    --well: #fff;
  }
  @page { margin: 16mm; }
  body { font-size: 10.5pt; }
  header, main, footer { width: 100%; }
  header { padding-top: 0; }
  .request > h2, .prompt { break-after: avoid; }
  .images.many { grid-template-columns: repeat(3, 1fr); gap: 4mm; }
  .images.two { grid-template-columns: repeat(2, 1fr); }
  .images.four { grid-template-columns: repeat(4, 1fr); }
  .images.one { max-width: 120mm; }
  figure, .absent { break-inside: avoid; }
  figure a { border-radius: 0; }
  img { max-height: 150mm; }
  a { text-decoration: none; }
}
"""

_PAGE = Template("""<!doctype html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>$title</title>
<style>$style</style>
</head>
<body>
<header>
<h1 dir="auto">$title</h1>
<p>$summary</p>
</header>
<main>
$requests</main>
<footer>
<p>$footer</p>
</footer>
</body>
</html>
""")


def page(
    thread: ExportedThread,
    requests: Sequence[tuple[int, ExportedRequest]],
    part: int,
    parts: int,
) -> str:
    """The page of a part, in the language being spoken.

    ``requests`` come with their numbers in the whole export, counted from 1.
    """
    here = {request.job.id for _number, request in requests}
    images = sum(image.part == part for _number, each in requests for image in each.images)
    summary = [
        ngettext("{count} request", "{count} requests", len(requests)).format(count=len(requests)),
        ngettext("{count} image", "{count} images", images).format(count=images),
        _("saved {when}").format(when=_time(thread.exported_at)),
    ]
    if parts > 1:
        summary.insert(0, _("part {part} of {parts}").format(part=part, parts=parts))
    link = f'<a href="{escape(thread.link)}">{escape(_("the thread in Discord"))}</a>'
    return _PAGE.substitute(
        language=escape(thread.language),
        title=_text(thread.name),
        style=_STYLE,
        summary=" · ".join(summary),
        requests="".join(section(number, each, part, here) for number, each in requests),
        footer=_("From {link}. The same for programs is in {file}.").format(
            link=link, file='<a href="thread.json">thread.json</a>'
        ),
    )


def section(number: int, request: ExportedRequest, part: int, here: set[str]) -> str:
    """A request with its images, as they are in that part; ``here`` are the jobs on the page."""
    job = request.job
    tags = [_mode(job.generation.mode)]
    if request.opened_it:
        tags.append(_("the thread was opened on this"))
    if job.place.private:
        tags.append(_("private"))
    shown = "\n".join(_figure(job, image, part) for image in request.images)
    kind = {1: "one", 2: "many two", 4: "many four"}.get(len(request.images), "many")
    images = f'<div class="images {kind}">\n{shown}\n</div>'
    if job.spoiler:
        hidden = escape(_("These images are hidden. Show them"))
        images = f"<details>\n<summary>{hidden}</summary>\n{images}\n</details>"
    tagged = "".join(f'<span class="tag">{escape(tag)}</span>' for tag in tags)
    return (
        f'<section class="request" id="{escape(job.id)}">\n'
        f'<h2><span class="number">{number}</span>{tagged}</h2>\n'
        f'<p class="prompt" dir="auto">{_text(job.generation.prompt)}</p>\n'
        f'<div class="facts">\n{_facts(request, here)}\n</div>\n'
        f"{images}\n</section>\n"
    )


def _facts(request: ExportedRequest, here: set[str]) -> str:
    job = request.job
    lines = [
        " · ".join(
            [
                f"<bdi>{_text(request.who)}</bdi>",
                _time(job.created_at),
                *(escape(each) for each in _settings(job)),
                f"<code>{escape(job.id)}</code>",
            ]
        )
    ]
    if request.character is not None:
        lines.append(
            escape(_("Character: {name}")).format(name=f"<bdi>{_text(request.character)}</bdi>")
        )
    if job.lineage is not None:
        lines.append(_came_from(job.lineage, here))
    told = (
        job.lineage
        and job.lineage.position is not None
        and Origin(job.lineage.parent_id, job.lineage.position)
    )
    references = [
        _image_link(each.origin, here) if each.origin else f"<bdi>{_text(each.filename)}</bdi>"
        for each in job.generation.references
        if not told or each.origin != told
    ]
    if references:
        lines.append(escape(_("Made from: {references}")).format(references=", ".join(references)))
    return "\n".join(f"<p>{line}</p>" for line in lines)


def _came_from(lineage: Lineage, here: set[str]) -> str:
    words = {
        Relation.REROLL: _("Re-roll of {what}"),
        Relation.EDIT: _("Edited from {what}"),
        Relation.VARY: _("Variation of {what}"),
        Relation.MULTISHOT: _("Shots of who is in {what}"),
        Relation.REDRAW: _("Redrawn in 2K from {what}"),
    }[lineage.relation]
    if lineage.position is None:
        what = _link(lineage.parent_id, f"<code>{escape(lineage.parent_id)}</code>", here)
    else:
        what = _image_link(Origin(lineage.parent_id, lineage.position), here)
    return escape(words).format(what=what)


def _image_link(origin: Origin, here: set[str]) -> str:
    words = escape(_("image {number} of {job}")).format(
        number=origin.position + 1, job=f"<code>{escape(origin.job_id)}</code>"
    )
    return _link(origin.job_id, words, here)


def _link(job_id: str, words: str, here: set[str]) -> str:
    return f'<a href="#{escape(job_id)}">{words}</a>' if job_id in here else words


def _figure(job: Job, image: ExportedImage, part: int) -> str:
    if image.file is None or image.part != part:
        return f'<p class="absent">{escape(_absent(image))}</p>'
    alt = _text(image.alt or job.generation.prompt).replace("\n", " ")
    sides = (
        f' width="{image.width}" height="{image.height}"' if image.width and image.height else ""
    )
    caption = [_("Image {number}").format(number=image.number)]
    if image.width and image.height:
        caption.append(f"{image.width} × {image.height}")
    if image.smaller:
        caption.append(_("smaller than the original, which is gone"))
    file = escape(image.file)
    return (
        f'<figure><a href="{file}"><img src="{file}" alt="{alt}"{sides} loading="lazy"></a>'
        f"<figcaption>{escape(' · '.join(caption))}</figcaption></figure>"
    )


def _absent(image: ExportedImage) -> str:
    if image.missing is Missing.TOO_LARGE:
        return _("Image {number} has {size:.1f} MB, which is too large for a file here.").format(
            number=image.number, size=(image.size or 0) / _MEGABYTE
        )
    if image.missing is Missing.LEFT_OUT:
        return _("Image {number} was left out: this export is as large as one may be.").format(
            number=image.number
        )
    if image.missing is Missing.GONE:
        return _("Image {number} is gone: nobody has it any more.").format(number=image.number)
    return _("Image {number} is in part {part}.").format(number=image.number, part=image.part)


def _settings(job: Job) -> list[str]:
    generation = job.generation
    automatic = generation.aspect_ratio is AspectRatio.AUTO
    return [
        _("automatic shape") if automatic else generation.aspect_ratio.value,
        generation.resolution.value.upper(),
    ]


def _mode(mode: Mode) -> str:
    return {Mode.IMAGINE: _("Images"), Mode.MULTISHOT: _("Multi-shot")}[mode]


def _time(seconds: float) -> str:
    day = datetime.fromtimestamp(seconds, UTC)
    return f'<time datetime="{moment(seconds)}">{day:%Y-%m-%d %H:%M} UTC</time>'


def _text(words: str) -> str:
    """Somebody's words as text: without what is unseen or changes the order of reading."""
    return escape(_UNSEEN.sub("", words))
