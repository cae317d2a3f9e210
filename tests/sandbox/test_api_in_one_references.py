"""References are fetched, judged, and seen in the pictures."""

import io
from collections.abc import Callable

import pytest
from PIL import Image, ImageChops

from sandbox import pictures
from sandbox.api_in_one.references import UnusableReferenceError, is_loopback, judge
from tests.sandbox.api_in_one_service import serving


async def test_references_are_fetched_in_order_and_listed() -> None:
    async with serving() as service:
        urls = [
            service.picture("a", pictures.plain_picture("JPEG", (300, 750))),
            service.picture("b", pictures.plain_picture("PNG", (800, 600))),
        ]
        task = await service.finish(await service.accepted(images=urls))

    fetched = task["images_fetched"]
    assert isinstance(fetched, list)
    assert [(one["url"], one["format"], one["width"], one["height"]) for one in fetched] == [
        (urls[0], "JPEG", 300, 750),
        (urls[1], "PNG", 800, 600),
    ]


async def test_auto_takes_the_ratio_of_the_first_reference() -> None:
    async with serving() as service:
        urls = [
            service.picture("tall", pictures.plain_picture("JPEG", (400, 800))),
            service.picture("wide", pictures.plain_picture("JPEG", (800, 400))),
        ]
        url, *_ = await service.outputs(await service.accepted(images=urls, aspect_ratio="auto"))
        _, content = await service.download(url)

    with Image.open(io.BytesIO(content)) as picture:
        assert picture.size == (728, 1448)


async def test_the_references_own_pixels_are_in_the_picture() -> None:
    red, blue = (200, 10, 10), (10, 10, 200)
    async with serving(settings={"draw": True}) as service:
        urls = [
            service.picture("r", pictures.encoded(Image.new("RGB", (400, 400), red), "PNG")),
            service.picture("b", pictures.encoded(Image.new("RGB", (400, 400), blue), "PNG")),
        ]
        url, *_ = await service.outputs(await service.accepted(images=urls))
        _, content = await service.download(url)
        shots = await service.outputs(
            await service.accepted(images=urls[:1], type="ai-multi-shot", num_images=9)
        )
        multishot = [(await service.download(shot))[1] for shot in shots]

    assert _share(content, red) > 0.1
    assert _share(content, blue) > 0.005
    assert all(_share(shot, red) > 0.02 for shot in multishot)
    assert len(set(multishot)) == 9


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (pictures.too_small, "must have at least 300 px on each side (it is 320 x 200)"),
        (pictures.too_long, "must not be longer than 2.5:1 (it is 1600 x 400)"),
        (pictures.webp, "is not a readable JPEG or PNG file"),
        (pictures.still_gif, "is not a readable JPEG or PNG file"),
        (pictures.animated_gif, "is not a readable JPEG or PNG file"),
        (pictures.text_named_png, "is not a readable JPEG or PNG file"),
        (pictures.truncated_jpeg, "is not a readable JPEG or PNG file"),
        (pictures.bomb_png, "has too many pixels"),
        (pictures.over_ten_megabytes, "is larger than 10 MB"),
    ],
)
async def test_an_unfit_reference_fails_the_task_with_the_reason(
    make: Callable[[], bytes], words: str
) -> None:
    async with serving() as service:
        urls = [
            service.picture("good", pictures.plain_picture()),
            service.picture("unfit", make()),
        ]
        task_id = await service.accepted(images=urls)
        await service.finish(task_id)
        data = await service.look(task_id)

    assert data["status"] == "failed"
    assert data["error"] == f"images[1] {words}"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://example.com/picture.jpg", "reaches this machine only"),
        ("http://10.0.0.1/picture.jpg", "reaches this machine only"),
        ("http://127.0.0.1:1/picture.jpg", "could not be downloaded (Client"),
        ("{origin}/pictures/missing", "could not be downloaded (HTTP 404)"),
    ],
)
async def test_a_reference_that_cannot_be_fetched_fails_the_task(url: str, words: str) -> None:
    async with serving() as service:
        task_id = await service.accepted(images=[url.format(origin=service.origin)])
        task = await service.finish(task_id)

    assert task["status"] == "failed"
    assert str(task["failure"]).startswith("images[0] could not be downloaded")
    assert words in str(task["failure"])


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:80/a", True),
        ("http://127.9.9.9/a", True),
        ("http://[::1]:80/a", True),
        ("http://localhost/a", True),
        ("http://localhost.example/a", False),
        ("http://0.0.0.0/a", False),
        ("https://192.168.0.1/a", False),
    ],
)
def test_only_addresses_of_this_machine_count_as_loopback(url: str, here: bool) -> None:
    assert is_loopback(url) is here


def test_a_rotated_picture_is_seen_as_it_is_stored() -> None:
    reference = judge("", pictures.rotated_jpeg())

    assert (reference.width, reference.height) == (1200, 960)
    with Image.open(io.BytesIO(reference.pixels)) as kept:
        assert kept.width > kept.height


def test_transparency_becomes_white() -> None:
    reference = judge("", pictures.transparent_png())

    with Image.open(io.BytesIO(reference.pixels)) as kept:
        assert kept.mode == "RGB"
        assert kept.getpixel((3, 3)) == (255, 255, 255)


@pytest.mark.parametrize("sides", [(300, 750), (750, 300), (300, 300)])
def test_the_limits_themselves_are_accepted(sides: tuple[int, int]) -> None:
    judge("", pictures.plain_picture("JPEG", sides))


@pytest.mark.parametrize("sides", [(299, 299), (300, 751), (751, 300)])
def test_one_pixel_beyond_the_limits_is_not(sides: tuple[int, int]) -> None:
    with pytest.raises(UnusableReferenceError):
        judge("", pictures.plain_picture("PNG", sides))


def _share(content: bytes, colour: tuple[int, int, int]) -> float:
    """The share of pixels that have nearly this colour."""
    with Image.open(io.BytesIO(content)) as picture:
        small = picture.convert("RGB").resize((256, 256), Image.Resampling.NEAREST)
    wanted = Image.new("RGB", small.size, colour)
    red, green, blue = ImageChops.difference(small, wanted).split()
    worst = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return sum(worst.histogram()[:12]) / (256 * 256)
