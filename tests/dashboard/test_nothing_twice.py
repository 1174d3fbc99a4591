"""A page that is drawn again reads and computes nothing that did not change."""

import importlib
import sys

import pytest

from tests.dashboard.visit import PAGES, go_to, sizes_of, visit

WORK = {
    "core.runs.folder": ("load_value", "table_of"),
    "core.runs.stages": ("load_value",),
    "core.runs.reported": ("read_document",),
    "core.projection": ("project_points",),
    "core.selection.profile": ("profile_samples",),
    "core.selection.pull": ("measure_pull",),
}
"""What a page could do again in vain: read results, build the table, lay points out."""


@pytest.fixture
def done(monkeypatch):
    """The names of everything that was read or computed, one entry a call."""
    calls = []

    def counted(name, make):
        def call(*arguments, **settings):
            calls.append(name)
            return make(*arguments, **settings)

        return call

    for module, names in WORK.items():
        for name in names:
            original = getattr(importlib.import_module(module), name)
            for place in list(sys.modules.values()):
                if getattr(place, name, None) is original:
                    monkeypatch.setattr(place, name, counted(name, original))
    return calls


def test_a_second_look_at_every_page_reads_nothing_again(trained, done):
    at = visit(trained.id)
    for page in PAGES:
        go_to(at, page)
    assert {"load_value", "table_of"} <= set(done), "the first look reads"
    done.clear()
    for page in PAGES:
        go_to(at, page)
    assert not done


def test_the_slider_reads_and_computes_nothing(trained, done):
    at = go_to(visit(trained.id), "groups")
    done.clear()
    for size in sizes_of(at):
        at.select_slider[0].set_value(size).run()
    assert not done


def test_another_visitor_reads_nothing_again_either(trained, done):
    go_to(visit(trained.id), "affinity")
    done.clear()
    go_to(visit(trained.id), "affinity")
    assert not done
