"""How groups are told apart in every picture: by letter, shape and colour, never colour alone."""

OKABE_ITO = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#F0E442",
    "#7F7F7F",  # their black would vanish on the dark page
)
MORE_COLOURS = (  # Paul Tol, "muted": for groups nine to sixteen
    "#332288",
    "#882255",
    "#44AA99",
    "#CC6677",
    "#AA4499",
    "#117733",
    "#999933",  # late: on the light page the yellow of group seven is darkened to nearly this
    "#DDCC77",
)
GROUP_COLOURS = OKABE_ITO + MORE_COLOURS
SHAPES = ("circle", "rect", "triangle", "diamond", "pin")
"""Names ECharts knows; `pin` is a triangle that stands on its tip."""


def colour_of(group: int) -> str:
    """`#rrggbb` of group 0, 1, …"""
    return GROUP_COLOURS[group % len(GROUP_COLOURS)]


def shape_of(group: int) -> str:
    """The shape of group 0, 1, …; with the colour it repeats after 80."""
    return SHAPES[group % len(SHAPES)]
