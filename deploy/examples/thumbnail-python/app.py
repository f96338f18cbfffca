"""Makes a JPEG smaller.

Event:  {"image": base64 of a JPEG, "width": pixels, 1 to 4096}
Result: {"image": base64 of a JPEG, "width": pixels, "height": pixels, "bytes": size of the JPEG}
An image that is narrower than `width` keeps its size. Anything but a JPEG is a ValueError.
"""

import base64
import io

import PIL
from PIL import Image, ImageOps

print(f"Pillow {PIL.__version__} from {PIL.__path__[0]}")


def handler(event, context):
    width = event["width"]
    if not isinstance(width, int) or not 1 <= width <= 4096:
        raise ValueError("width must be a whole number of pixels, 1 to 4096")
    source = base64.b64decode(event["image"], validate=True)
    jpeg, size = thumbnail(source, width)
    print(f"{len(source)} bytes became {len(jpeg)} bytes at {size[0]}x{size[1]}")
    return {
        "image": base64.b64encode(jpeg).decode("ascii"),
        "width": size[0],
        "height": size[1],
        "bytes": len(jpeg),
    }


def thumbnail(source, width):
    """Returns the smaller JPEG and its (width, height); the proportions stay."""
    with Image.open(io.BytesIO(source), formats=["JPEG"]) as photo:
        # A phone stores its photos as the sensor saw them and notes the turn; a thumbnail carries no such note.
        photo = ImageOps.exif_transpose(photo).convert("RGB")
        height = max(1, round(photo.height * width / photo.width))
        if width < photo.width:
            photo = photo.resize((width, height), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        photo.save(out, "JPEG", quality=82, optimize=True)
        return out.getvalue(), photo.size
