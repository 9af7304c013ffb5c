"""What parts look like from above: each function gives what draws it into a mask, 255 where the part is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PIL.ImageDraw import ImageDraw as Pen

Box = tuple[float, float, float, float]
Points = Sequence[tuple[float, float]]
Shape = Callable[[Pen], None]


def rectangle(box: Box, fill: int = 255) -> Shape:
    return lambda pen: pen.rectangle(box, fill=fill)


def rounded(box: Box, radius: float, fill: int = 255) -> Shape:
    return lambda pen: pen.rounded_rectangle(box, radius, fill=fill)


def rounded_frame(box: Box, radius: float, width: int) -> Shape:
    return lambda pen: pen.rounded_rectangle(box, radius, outline=255, width=width)


def ellipse(box: Box, fill: int = 255) -> Shape:
    return lambda pen: pen.ellipse(box, fill=fill)


def ring(box: Box, width: int) -> Shape:
    return lambda pen: pen.ellipse(box, outline=255, width=width)


def arc(box: Box, start: float, end: float, width: int) -> Shape:
    """Degrees from three o'clock, clockwise."""
    return lambda pen: pen.arc(box, start, end, fill=255, width=width)


def pie(box: Box, start: float, end: float) -> Shape:
    return lambda pen: pen.pieslice(box, start, end, fill=255)


def chord(box: Box, start: float, end: float) -> Shape:
    return lambda pen: pen.chord(box, start, end, fill=255)


def polygon(points: Points, fill: int = 255) -> Shape:
    return lambda pen: pen.polygon(points, fill=fill)


def hexagon(x: float, y: float, radius: float) -> Shape:
    return lambda pen: pen.regular_polygon((x, y, radius), 6, fill=255)


def line(points: Points, width: int) -> Shape:
    return lambda pen: pen.line(points, fill=255, width=width, joint="curve")


def together(*shapes: Shape) -> Shape:
    """Several as one part."""

    def draw(pen: Pen) -> None:
        for shape in shapes:
            shape(pen)

    return draw
