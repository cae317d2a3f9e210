"""Pictures for the tests: real ones, made by Pillow, the same at every run."""

import io
import random
import struct
import zlib

from PIL import Image, ImageDraw

ORIENTATION = 0x0112


def picture(width: int = 400, height: int = 300, mode: str = "RGB") -> Image.Image:
    """A calm picture whose four corners differ: red, green, blue and white, on grey."""
    image = Image.new("RGB", (width, height), (90, 90, 90))
    draw = ImageDraw.Draw(image)
    across, down = width // 4, height // 4
    draw.rectangle((0, 0, across, down), "red")
    draw.rectangle((width - across, 0, width, down), "lime")
    draw.rectangle((0, height - down, across, height), "blue")
    draw.rectangle((width - across, height - down, width, height), "white")
    return image if mode == "RGB" else image.convert(mode)


def noise(width: int = 400, height: int = 300, mode: str = "RGB") -> Image.Image:
    """A picture that hardly compresses."""
    channels = len(Image.new(mode, (1, 1)).getbands())
    pixels = random.Random(f"{width} {height} {mode}").randbytes(width * height * channels)
    return Image.frombytes(mode, (width, height), pixels)


def save(image: Image.Image, format_: str, **options: object) -> bytes:
    """``image`` as a file of one of Pillow's formats."""
    buffer = io.BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def load(data: bytes) -> Image.Image:
    """What a reader of our files sees."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def animation(format_: str, frames: int = 2) -> bytes:
    """A file with several pictures: an animation, or an MPO as phones make them."""
    first, *rest = (noise(400, 300 + frame).crop((0, 0, 400, 300)) for frame in range(frames))
    return save(first, format_, save_all=True, append_images=rest)


def exif(orientation: int = 1) -> Image.Exif:
    """Exif data with an orientation, a camera's name and a place."""
    data = Image.Exif()
    data[ORIENTATION] = orientation
    data[0x0110] = "Camera of the tests"
    data.get_ifd(0x8825)[1] = "N"
    return data


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk of a PNG, with its checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def with_png_chunk(png: bytes, kind: bytes, body: bytes) -> bytes:
    """``png`` with one more chunk after its header."""
    return png[:33] + png_chunk(kind, body) + png[33:]


def with_jpeg_segment(jpeg: bytes, marker: int, body: bytes) -> bytes:
    """``jpeg`` with one more segment at its beginning."""
    return jpeg[:2] + bytes((0xFF, marker)) + struct.pack(">H", 2 + len(body)) + body + jpeg[2:]


def bombs(width: int = 50_000, height: int = 50_000) -> dict[str, bytes]:
    """By format, a small file that claims to be enormous."""
    ihdr = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", ihdr)
    png += png_chunk(b"IDAT", zlib.compress(bytes(1000))) + png_chunk(b"IEND", b"")
    jpeg = bytearray(save(picture(), "JPEG"))
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    gif = bytearray(save(picture(), "GIF"))
    gif[6:10] = struct.pack("<HH", width, height)
    reaching = bytearray(save(picture(), "GIF"))  # a frame that is larger than its screen
    place = reaching.index(b",\0\0\0\0" + struct.pack("<HH", 400, 300))
    reaching[place + 5 : place + 9] = struct.pack("<HH", width, height)
    webp = bytearray(save(noise(mode="RGBA"), "WEBP"))
    assert webp[12:16] == b"VP8X"
    webp[24:27] = (width - 1).to_bytes(3, "little")
    webp[27:30] = (height - 1).to_bytes(3, "little")
    return {
        "PNG": png,
        "JPEG": bytes(jpeg),
        "GIF": bytes(gif),
        "GIF frame": bytes(reaching),
        "WEBP": bytes(webp),
    }
