"""Trunks for images and series.

canvas  the inputs of a table back to the images or series that its features are
trunks  the convolutional trunks, and how large they are
placed  one that takes the inputs of a table: a class of torch's own, for training
"""

from core.convolutions.trunks import (
    CONVOLUTIONS,
    Outline,
    build_convolution,
    draw_convolution,
    outline,
    outline_of,
)

__all__ = [
    "CONVOLUTIONS",
    "Outline",
    "build_convolution",
    "draw_convolution",
    "outline",
    "outline_of",
]
