"""The finished pictures: formats, sizes, signatures, memory."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from sandbox import pictures
from sandbox.api_in_one.drawing.commission import Commission
from sandbox.api_in_one.drawing.shot import draw_shot
from sandbox.api_in_one.results import Results
from tests.sandbox.api_in_one_service import serving

MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("image_format", "kind", "extension"),
    [("png", "image/png", ".png"), ("jpeg", "image/jpeg", ".jpg"), ("webp", "image/webp", ".webp")],
)
async def test_the_format_that_is_set_is_delivered(
    image_format: str, kind: str, extension: str
) -> None:
    async with serving(settings={"image_format": image_format, "draw": True}) as service:
        url, *_ = await service.outputs(await service.accepted(aspect_ratio="16:9"))
        async with service.session.get(url) as answer:
            content = await answer.read()

    assert answer.content_type == kind
    assert url.partition("?")[0].endswith(extension)
    with Image.open(io.BytesIO(content)) as picture:
        assert (picture.format, picture.size) == (image_format.upper(), (1368, 768))


async def test_a_heavy_2k_picture_is_larger_than_ten_mebibytes() -> None:
    async with serving(settings={"heavy": True}) as service:
        task_id = await service.accepted(resolution="2k", aspect_ratio="21:9")
        url, *_ = await service.outputs(task_id)
        status, content = await service.download(url)

    assert status == 200
    assert len(content) > 10 * MIB


async def test_an_address_works_until_it_expires() -> None:
    async with serving(settings={"result_lifetime": 60}) as service:
        task_id = await service.accepted()
        url, *_ = await service.outputs(task_id)
        service.clock.now += 59
        assert (await service.download(url))[0] == 200
        # asking again does not make it last longer
        assert (await service.look(task_id))["outputs"] == [url]
        service.clock.now += 1
        status, content = await service.download(url)

    assert status == 403
    assert b"expired" in content


@pytest.mark.parametrize(
    ("old", "new"),
    [("expires=1", "expires=2"), ("signature=", "signature=x"), ("/1.png", "/2.png"), ("?", "?a=")],
)
async def test_a_changed_address_is_refused(old: str, new: str) -> None:
    async with serving() as service:
        url, *_ = await service.outputs(await service.accepted(num_images=2))
        assert old in url
        status, _ = await service.download(url.replace(old, new, 1))

    assert status == 403


async def test_a_picture_of_a_forgotten_task_is_gone() -> None:
    async with serving() as service:
        url, *_ = await service.outputs(await service.accepted())
        service.provider.reset()
        assert (await service.download(url))[0] == 404


async def test_what_was_dropped_from_memory_is_drawn_again_and_is_the_same() -> None:
    commission = Commission("a heron", "image-to-image", 512, 512, 3, 7, ())
    with ThreadPoolExecutor(2) as painters:
        unbounded = Results(painters)
        whole = [await unbounded.picture("t", commission, shot) for shot in (1, 2, 3)]
        bounded = Results(painters, memory=len(whole[2]) + 1)

        again = [await bounded.picture("t", commission, shot) for shot in (1, 2, 3, 1)]

    assert again == [*whole, whole[0]]
    assert bounded.drawn == 4
    assert bounded.size == len(whole[0])


@pytest.mark.parametrize(
    "prompt",
    [
        "雪の中を歩く狐",
        "лиса в снегу",
        "ثعلب في الثلج",
        "🦊🌨️",
        "a\x00b\u202ec\nd",
        "w" * 2500,
        "a word " * 350,
        "<@123> **bold** `code`",
        "\ud800",
    ],
)
@pytest.mark.parametrize("size", [(2048, 2048), (672, 1568)])
def test_any_prompt_can_be_drawn(prompt: str, size: tuple[int, int]) -> None:
    content = draw_shot(Commission(prompt, "image-to-image", *size, 1, 7, ()), 1)

    with Image.open(io.BytesIO(content)) as picture:
        assert picture.size == size


def test_the_number_of_the_shot_the_prompt_and_the_seed_change_the_picture() -> None:
    def draw(prompt: str = "a", shots: int = 2, seed: int = 1, shot: int = 1) -> bytes:
        return draw_shot(Commission(prompt, "image-to-image", 512, 512, shots, seed, ()), shot)

    assert draw() == draw()
    assert len({draw(), draw("b"), draw(shots=3), draw(seed=2), draw(shot=2)}) == 5


@pytest.mark.parametrize("count", range(1, 11))
def test_up_to_ten_references_find_their_place(count: int) -> None:
    reference = pictures.plain_picture("JPEG", (300, 300))
    references = (reference,) * count
    wide = Commission("x", "image-to-image", 1568, 672, 1, 1, references)
    tall = Commission("x", "image-to-image", 672, 1568, 1, 1, references)

    assert draw_shot(wide, 1) != draw_shot(tall, 1)


def test_the_samples_are_always_the_same_small_pictures(tmp_path: Path) -> None:
    samples = pictures.sample_pictures(tmp_path / "new")

    assert samples == {file.name: file.read_bytes() for file in (tmp_path / "new").iterdir()}

    assert samples["street.jpg"] == pictures.encoded(pictures.SAMPLES["street.jpg"](), "JPEG")
    assert len(samples) == 5
    for name, content in samples.items():
        assert len(content) < 400_000
        with Image.open(io.BytesIO(content)) as picture:
            assert picture.format == ("PNG" if name.endswith(".png") else "JPEG")
            assert min(picture.size) >= 900


def test_the_difficult_pictures_are_what_they_say() -> None:
    assert len(pictures.over_ten_megabytes("PNG")) > 10 * MIB
    assert len(pictures.over_ten_megabytes("JPEG")) > 10 * MIB
    assert len(pictures.bomb_png()) < 200
    with Image.open(io.BytesIO(pictures.animated_gif())) as animated:
        assert getattr(animated, "n_frames", 1) == 3
    with Image.open(io.BytesIO(pictures.still_gif())) as still:
        assert getattr(still, "n_frames", 1) == 1
    with Image.open(io.BytesIO(pictures.rotated_jpeg())) as rotated:
        assert rotated.getexif()[pictures.ORIENTATION] == pictures.QUARTER_TURN
