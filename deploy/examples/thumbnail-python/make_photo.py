#!/usr/bin/python3
"""Writes a JPEG with the detail of a photograph, the same bytes on every run with one Pillow.

Usage: make_photo.py photo.jpg            the JPEG
       make_photo.py --event WIDTH FILE   the event for the thumbnail function: the JPEG in base64, and WIDTH
"""

import base64
import io
import json
import random
import sys

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIZE = (1600, 1200)


def photo():
    """A sun over hills: a graded sky, clouds from noise at several scales, and grain as a sensor leaves it."""
    rng = random.Random(20)
    clouds = noise(rng, [(8, 6), (32, 24), (128, 96)]).point(lambda v: max(0, (v - 110) * 2))
    sky = Image.composite(Image.new("RGB", SIZE, "white"), graded((70, 120, 190), (240, 205, 160)), clouds)
    draw = ImageDraw.Draw(sky)
    draw.ellipse((1080, 330, 1240, 490), fill=(255, 240, 200))
    for depth, colour in enumerate([(96, 118, 132), (66, 96, 84), (34, 62, 44)]):
        draw.polygon(ridge(rng, 640 + 150 * depth), fill=colour)
    grain = Image.merge("RGB", [noise(rng, [(800, 600)]).point(lambda v: v // 6) for _ in range(3)])
    return ImageChops.add(sky.filter(ImageFilter.GaussianBlur(1)), grain, scale=1, offset=-20)


def graded(top, bottom):
    mask = Image.linear_gradient("L").resize(SIZE)
    return Image.composite(Image.new("RGB", SIZE, bottom), Image.new("RGB", SIZE, top), mask)


def noise(rng, grids):
    """Grey noise, each grid of random values smoothed over the picture, the coarser ones stronger."""
    layers = [Image.frombytes("L", g, rng.randbytes(g[0] * g[1])).resize(SIZE, Image.Resampling.BICUBIC) for g in grids]
    result = layers[0]
    for layer in layers[1:]:
        result = Image.blend(result, layer, 0.33)
    return result


def ridge(rng, base):
    points = [(0, SIZE[1])]
    height = base
    for x in range(0, SIZE[0] + 1, 20):
        height += rng.randint(-14, 14)
        points.append((x, height))
    return points + [(SIZE[0], SIZE[1])]


def jpeg():
    out = io.BytesIO()
    photo().save(out, "JPEG", quality=92)
    return out.getvalue()


def main(arguments):
    if len(arguments) == 1 and not arguments[0].startswith("-"):
        content = jpeg()
        path = arguments[0]
    elif len(arguments) == 3 and arguments[0] == "--event":
        event = {"image": base64.b64encode(jpeg()).decode("ascii"), "width": int(arguments[1])}
        content = json.dumps(event).encode("ascii")
        path = arguments[2]
    else:
        sys.exit(__doc__.strip())
    with open(path, "wb") as file:
        file.write(content)


if __name__ == "__main__":
    main(sys.argv[1:])
