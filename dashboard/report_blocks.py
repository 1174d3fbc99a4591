"""The blocks of a story on a page; their words and numbers are the story's own."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from core.report.story import Block, Card, Cards, Chart, Grid, Lines, Section, Terms
from dashboard.charts.story_intervals import draw_intervals
from dashboard.components import show_chart
from dashboard.session import is_dark
from dashboard.theme import group_mark
from dashboard.words import GROUP_SHAPES, plain

COLUMNS = 3
MOST_NAMES = 30
"""Names on a card before the others are folded away; a file has all of them."""
LOOKED_UP = ("data", "glossary", "provenance", "crosswalk")
"""Sections that people open when they need them."""

Naming = Callable[[Card], None]
"""Draws the field in which a group is given its name."""


def show_answer(section: Section) -> None:
    """The answer, large: its first sentence is what everybody came for."""
    lines = [line for block in section.blocks if isinstance(block, Lines) for line in block.lines]
    with st.container(border=True):
        st.markdown(f"## {plain(lines[0])}")
        for line in lines[1:]:
            st.markdown(plain(line))


def show_section(section: Section, naming: Naming) -> None:
    """A section under its title; what is only looked up is folded away."""
    if section.key in LOOKED_UP:
        with st.expander(section.title):
            _show_blocks(section, naming)
        return
    st.subheader(section.title)
    _show_blocks(section, naming)


def _show_blocks(section: Section, naming: Naming) -> None:
    for place, block in enumerate(section.blocks):
        _show(block, f"story_{section.key}_{place}", naming)


def _show(block: Block, key: str, naming: Naming) -> None:
    if isinstance(block, Lines):
        mark = "- " if block.is_list else ""
        st.markdown("\n\n".join(mark + plain(line) for line in block.lines))
    elif isinstance(block, Cards):
        _show_cards(block, naming)
    elif isinstance(block, Grid):
        _show_grid(block)
    elif isinstance(block, Chart):
        show_chart(draw_intervals(block, dark=is_dark()), key=key)
    elif isinstance(block, Terms):
        st.markdown("\n\n".join(f"**{plain(word)}**: {plain(text)}" for word, text in block.terms))


def _show_cards(block: Cards, naming: Naming) -> None:
    for start in range(0, len(block.cards), COLUMNS):
        row = block.cards[start : start + COLUMNS]
        for column, card in zip(st.columns(min(COLUMNS, len(block.cards))), row, strict=False):
            with column.container(border=True, height="stretch"):
                _show_card(card, naming)


def _show_card(card: Card, naming: Naming) -> None:
    shape = GROUP_SHAPES[group_mark(card.number).shape]
    st.markdown(f"#### {shape} {plain(card.title)}")
    st.text("\n".join(card.members[:MOST_NAMES]))
    if len(card.members) > MOST_NAMES:
        with st.expander(f"All {len(card.members)} outcomes"):
            st.text("\n".join(card.members))
    st.markdown(plain(card.stability))
    if card.why:
        st.markdown("**Why together**")
        st.markdown("\n".join(f"- {plain(line)}" for line in card.why))
    naming(card)


def _show_grid(block: Grid) -> None:
    st.markdown(f"**{plain(block.title)}**")
    frame = pd.DataFrame(block.rows, columns=list(block.columns))
    aligned = {
        name: st.column_config.TextColumn(name, alignment="right" if numeric else "left")
        for name, numeric in zip(block.columns, block.numeric, strict=True)
    }
    st.dataframe(frame, hide_index=True, height="content", column_config=aligned, alt=block.title)
