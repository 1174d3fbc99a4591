"""What a visitor does, in a real browser: wait by condition, never by the clock."""

import re
import time

import numpy as np
import pytest
from playwright.sync_api import expect

from core.data import plant_groups
from core.graph.layout import place_tasks
from core.runs import State
from dashboard.charts.task_graph import BOTTOM, SIDE, TOP, spread
from dashboard.look_up import best_groups, way_of, ways_to_group
from tests.browser.conftest import PATIENCE_MS, tell, wait_for
from tests.browser.steps import SLOW_PLAN, groups_on, open_page, says, settle
from tests.cohort import SMALL_PLAN, small_cohort

pytestmark = pytest.mark.browser

MARKUP = "y_<img src=x onerror=alert(1)>"
PAGES = ("", "landscape", "affinity", "graph", "groups", "evidence", "runs")


@pytest.fixture(scope="session")
def cohort(server):
    """A finished run of twelve tasks."""
    frame = plant_groups(n_samples=400, missing=0.05).frame
    return server.add_run("twelve", frame, SMALL_PLAN)


def test_the_first_page_is_there_at_once_and_the_example_computes(page, server):
    began = time.monotonic()
    open_page(page, server)
    waited = time.monotonic() - began
    tell(f"first page drawn {waited:.2f} s after it was asked for")
    assert waited < 15
    says(page, "Generated intensive-care cohort")
    page.get_by_text("Group A").first.wait_for(timeout=4 * PATIENCE_MS)
    says(page, "Uses the 900 training rows of 1,500")
    assert sum(map(len, groups_on(page).values())) == 12


def test_a_table_is_uploaded_and_its_groups_are_found(page, server, tmp_path):
    table = tmp_path / "my cohort.csv"
    small_cohort().frame.to_csv(table, index=False)
    open_page(page, server)
    page.get_by_role("button", name="Use my own table").click()
    began = time.monotonic()
    page.locator("input[type=file]").set_input_files(table)
    says(page, "my cohort: 300 rows, 30 columns")
    read = time.monotonic() - began
    page.get_by_role("button", name="Find the groups").click()
    page.get_by_text("Group A").first.wait_for(timeout=2 * PATIENCE_MS)
    tell(f"upload read after {read:.2f} s, groups after {time.monotonic() - began:.2f} s")
    assert "?run=" in page.url
    says(page, "How many groups?")
    assert sum(map(len, groups_on(page).values())) == 6
    page.get_by_role("link", name="Data", exact=True).click()
    page.get_by_role("link", name="Look at the groups").click()
    says(page, "How many groups?")
    assert "?run=" in page.url, "the address still names the run on another page"


def test_a_job_outlives_a_reload_and_stops_when_told(page, server):
    run = server.add_run("slow", small_cohort(n_samples=4000).frame, SLOW_PLAN, is_done=False)
    open_page(page, server, run=run.id)
    page.get_by_role("button", name="Compute it").click()
    page.get_by_role("progressbar").wait_for()
    page.wait_for_function("() => document.body.innerText.includes('mapping samples')")
    reached = run.status().fraction
    worker = run.status().worker
    page.reload()
    page.get_by_role("progressbar").wait_for()
    assert run.status().worker == worker
    assert run.status().fraction >= reached
    began = time.monotonic()
    page.get_by_role("button", name="Cancel").click()
    says(page, "This run was cancelled at")
    tell(f"cancelled on the page after {time.monotonic() - began:.2f} s")
    assert time.monotonic() - began < 5
    assert run.status().state is State.CANCELLED
    assert page.get_by_role("button", name="Resume").is_visible()


def test_the_slider_looks_up_and_groups_keep_their_letters(page, server, cohort):
    open_page(page, server, "groups", cohort.id)
    says(page, "How many groups?")
    before = {path: path.stat().st_mtime_ns for path in cohort.path.rglob("*")}
    report = cohort.report()
    choices = ways_to_group(report)[way_of(best_groups(report))]
    slider = page.get_by_role("slider", name="Number of groups")
    slider.focus()
    while (size := size_on(slider)) > 2:
        press(page, slider, "ArrowLeft", cards_of(report, choices[size - 1]))
    last, waits = groups_on(page), []
    while (size := size_on(slider)) < 10:
        waits.append(press(page, slider, "ArrowRight", cards_of(report, choices[size + 1])))
        now = groups_on(page)
        kept = [letter for letter in last if last[letter] in now.values()]
        assert {letter: now[letter] for letter in kept} == {letter: last[letter] for letter in kept}
        last = now
    tell(f"slider: median {np.median(waits):.2f} s, slowest {max(waits):.2f} s")
    assert np.median(waits) < 2
    assert {path: path.stat().st_mtime_ns for path in cohort.path.rglob("*")} == before


def size_on(slider):
    """The number of groups that a slider says it stands at."""
    return int(slider.get_attribute("aria-valuetext").partition(",")[0])


CARDS = "[...document.querySelectorAll('[data-testid=stMain] [data-testid=stText]')]"


def cards_of(report, grouping):
    return sorted("\n".join(group) for group in grouping.groups(report.task_names))


def press(page, slider, key, cards):
    """Seconds from a key on the slider until the page shows these cards."""
    began = time.monotonic()
    slider.press(key)
    page.wait_for_function(
        f"cards => {CARDS}.map(e => e.innerText).sort().join('|') === cards.sort().join('|')",
        arg=cards,
    )
    waited = time.monotonic() - began
    settle(page)
    return waited


def test_a_clicked_cell_is_looked_at_in_detail(page, server, cohort):
    open_page(page, server, "affinity", cohort.id)
    says(page, "Two tasks in detail")
    chart = page.get_by_test_id("stEChartsChart").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 100)
    pair = chart.locator("b")
    pair.nth(1).wait_for()
    names = pair.all_inner_texts()[:2]
    page.mouse.down()
    page.mouse.up()
    expect_pair(page, *names)
    other = next(name for name in cohort.report().task_names if name not in names)
    choose(page, "Task", other)
    expect_pair(page, other, names[1])  # the cell clicked before does not undo the choice


def places_on(page, graph):
    """Where the tasks of a graph stand on the page, in pixels: name → (x, y)."""
    chart = page.get_by_test_id("stEChartsChart").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    layout = place_tasks(graph)
    flat = np.array(spread([layout[name] for name in graph.task_names]))
    low, high = flat.min(axis=0), flat.max(axis=0)
    room = np.array([box["width"] - 2 * SIDE, box["height"] - TOP - BOTTOM])
    middle = np.array([box["x"] + SIDE, box["y"] + TOP]) + room / 2
    places = middle + (room / (high - low)).min() * (flat - (low + high) / 2)
    return dict(zip(graph.task_names, places, strict=True))


def test_a_clicked_task_shows_its_neighbours_and_a_clicked_line_its_two_tasks(page, server, cohort):
    graph = cohort.report().graph
    open_page(page, server, "graph", cohort.id)
    places = places_on(page, graph)
    name = graph.task_names[5]
    page.mouse.click(*places[name])
    expect(page.get_by_role("combobox", name="Neighbours of")).to_have_value(name)
    settle(page)
    places = places_on(page, graph)
    first, second = hover_line(page, graph, places)
    page.mouse.down()
    page.mouse.up()
    expect_pair(page, first, second)
    assert "/affinity?run=" in page.url
    page.go_back()
    says(page, "A line joins two tasks")
    settle(page)
    assert "/graph" in page.url, "the line clicked before does not lead away again"


def hover_line(page, graph, places):
    """Move onto a line that no other one covers in its middle; its two tasks."""
    chart = page.get_by_test_id("stEChartsChart").first
    for source, target, _ in graph.edges():
        first, second = graph.task_names[source], graph.task_names[target]
        page.mouse.move(*((places[first] + places[second]) / 2))
        page.wait_for_timeout(200)
        shown = chart.inner_text()
        if f"{source} > {target}" in shown or f"{first} > {second}" in shown:
            return first, second
    raise AssertionError("no line says which it is")


def test_one_step_back_leads_from_a_run_to_the_list(page, server, cohort):
    open_page(page, server, "runs")
    row = page.get_by_test_id("stLayoutWrapper").filter(has_text=re.compile("^twelve"))
    row.get_by_role("link", name="Open").last.click()
    page.get_by_role("heading", name="Data", exact=True).wait_for()
    settle(page)
    assert cohort.id in page.url
    page.get_by_role("link", name="Groups", exact=True).click()
    says(page, "How many groups?")
    page.go_back()
    page.get_by_role("heading", name="Data", exact=True).wait_for()
    settle(page)
    assert cohort.id in page.url
    page.go_back()
    says(page, "on this machine")


def expect_pair(page, first, second):
    says(page, f"{first} against every other task")
    for label, name in (("Task", first), ("Other task", second)):
        expect(page.get_by_role("combobox", name=label, exact=True)).to_have_value(name)


def choose(page, label, option):
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()
    settle(page)


def draw_box(page, across=250, down=180):
    """A lasso around the middle of the picture, once it is there and not being restored."""
    picture = page.locator("canvas.over[aria-label]")
    picture.wait_for()
    page.locator(".lost").wait_for(state="hidden")
    box = picture.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - across, y - down)
    page.mouse.down()
    for dx, dy in ((across, -down), (across, down), (-across, down), (10 - across, 10 - down)):
        page.mouse.move(x + dx, y + dy, steps=4)
    page.mouse.up()
    expect(page.locator(".status")).to_contain_text("points selected")
    settle(page)


def selected(page):
    return page.locator(".status").inner_text()


def test_points_drawn_around_are_described_undone_and_sent_as_a_link(
    chromium, page, server, cohort
):
    open_page(page, server, "landscape", cohort.id)
    says(page, "Draw around points to see which rows they are")
    draw_box(page)
    says(page, "Your selection")
    first = selected(page)
    assert "points selected" in first
    draw_box(page, 120, 90)
    expect(page.locator(".status")).not_to_have_text(first)
    page.locator("h1").click()
    page.keyboard.press("Alt+z")
    expect(page.locator(".status")).to_have_text(first)
    settle(page)
    page.keyboard.press("Alt+z")
    says(page, "Draw around points to see which rows they are")
    expect(page.locator(".status")).to_have_text("")
    page.keyboard.press("Alt+y")
    expect(page.locator(".status")).to_have_text(first)
    settle(page)
    page.get_by_label("Keep this selection as").fill("my patch")
    page.keyboard.press("Control+z")  # the text's own undo leaves the selection alone
    expect(page.locator(".status")).to_have_text(first)
    page.get_by_label("Keep this selection as").fill("my patch")
    page.get_by_role("button", name="Keep", exact=True).click()
    says(page, "Your selection “my patch”")
    settle(page)
    assert "&view=" in page.url
    page.reload()
    says(page, "Selections")
    settle(page)
    address = link_of(page)
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    try:
        second = context.new_page()
        second.set_default_timeout(PATIENCE_MS)
        second.goto(address)
        says(second, "my patch")
        settle(second)
        expect(second.locator(".status")).to_have_text(first)
        third = context.new_page()
        third.set_default_timeout(PATIENCE_MS)
        open_page(third, server, "landscape", cohort.id)
        says(third, "Draw around points to see which rows they are")
        assert third.get_by_text("my patch").count() == 0, "nobody sees it without the link"
    finally:
        context.close()


def test_a_point_is_told_of_on_the_screen_and_nowhere_else(page, server, cohort):
    open_page(page, server, "landscape", cohort.id)
    says(page, "Draw around points to see which rows they are")
    page.locator("canvas.over").focus()
    page.keyboard.press("Enter")
    card = page.locator(".detail")
    for text in ("Task (its group)", "loss", "Furthest from average"):
        card.get_by_text(text).first.wait_for()
    row = int(card.locator("strong").inner_text().split()[1].replace(",", ""))
    assert row in cohort.landscape(cohort.plan.heads).points.sample
    assert "row" not in page.url
    page.keyboard.press("Escape")
    card.wait_for(state="hidden")


def link_of(page):
    page.get_by_role("button", name="Link to this view").click()
    page.get_by_role("button", name="Make the link").click()
    code = page.get_by_test_id("stCode").first
    code.wait_for()
    settle(page)
    return code.inner_text().strip()


def test_a_slow_map_is_computed_and_appears_by_itself(page, server, cohort):
    open_page(page, server, "landscape", cohort.id)
    page.get_by_test_id("stRadio").get_by_text("t-SNE", exact=True).click()  # its circle is drawn
    page.get_by_role("button", name="Compute it").click()
    page.locator("canvas.over").wait_for(timeout=2 * PATIENCE_MS)
    says(page, "of the neighbourhoods survived")
    assert cohort.map("tsne") is not None


def test_markup_in_a_name_is_inert_on_every_page(page, server):
    odd = [MARKUP, 'y_=HYPERLINK("http://example.com")', "y_[x](javascript:alert(1))", "y_**b** 🫀"]
    frame = small_cohort().frame
    frame = frame.rename(columns=dict(zip(frame.columns[-4:], odd, strict=True)))
    run = server.add_run("odd", frame.rename(columns={frame.columns[0]: MARKUP[2:]}), SMALL_PLAN)
    for name in PAGES:
        open_page(page, server, name, run.id)
        page.wait_for_load_state("networkidle")
        for made in (
            "img[src=x]",
            "a[href^=javascript]",
            "a[href*='example.com']",
            "strong:text-is('b')",
        ):
            assert not page.locator(made).count(), (name, made)
    open_page(page, server, "groups", run.id)
    says(page, MARKUP)


def row_of(page, name):
    return page.get_by_test_id("stLayoutWrapper").filter(has_text=re.compile(f"^{name}"))


def open_menu(page, name):
    row_of(page, name).get_by_role("button", name="More").last.click()
    page.get_by_role("button", name="Export").wait_for()


def test_a_run_is_renamed_and_deleted_after_a_question(page, server):
    run = server.add_run("gone", small_cohort().frame, SMALL_PLAN, is_done=False)
    open_page(page, server, "runs")
    open_menu(page, "gone")
    page.get_by_label("Name", exact=True).last.fill("<b>soon gone</b>")
    page.get_by_role("button", name="Rename").click()
    page.get_by_text("<b>soon gone</b>", exact=True).wait_for()
    settle(page)
    assert run.spec.name == "<b>soon gone</b>"
    open_menu(page, "<b>soon gone</b>")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete for good").click()
    page.get_by_text("<b>soon gone</b>", exact=True).wait_for(state="detached")
    settle(page)
    assert not run.path.exists()


def test_a_run_goes_out_as_a_zip_comes_back_and_is_compared(page, server, cohort, tmp_path):
    open_page(page, server, "runs")
    open_menu(page, "twelve")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the zip").click()
    file = tmp_path / "run.zip"
    download.value.save_as(file)
    page.keyboard.press("Escape")
    before = {path.parent.name for path in server.runs.glob("*/spec.json")}
    page.get_by_role("button", name="Import a run").click()
    page.locator("input[type=file]").set_input_files(file)
    says(page, "it is the run on show now")
    settle(page)
    (new,) = {path.parent.name for path in server.runs.glob("*/spec.json")} - before
    assert f"run={new}" in page.url
    page.get_by_text("Compare two runs").click()
    says(page, "From")
    choose_containing(page, "From", f"twelve ({cohort.id[:12]}")
    choose_containing(page, "To", new[:12])
    says(page, "Every task that both have stays in its group")
    says(page, "The same data")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(file.read_bytes()[:5000])
    page.get_by_role("button", name="Import a run").click()
    page.locator("input[type=file]").set_input_files(broken)
    says(page, "The file is no zip, or a damaged one")


def test_the_second_of_two_jobs_waits_its_turn_and_both_can_be_stopped(page, server):
    frame = small_cohort(n_samples=4000).frame
    first, second = (server.add_run(f"job {k}", frame, SLOW_PLAN, is_done=False) for k in (1, 2))
    first.start()
    wait_for(first, State.RUNNING)
    page.goto(f"{server.url}/?run={second.id}")
    page.get_by_role("button", name="Compute it").click()
    says(page, "waiting for")
    assert second.status().state is State.QUEUED
    page.reload()
    says(page, "waiting for")
    first.cancel()
    page.wait_for_function("() => document.body.innerText.includes('mapping samples')")
    page.get_by_role("button", name="Cancel").click()
    says(page, "This run was cancelled at")


def test_a_file_of_two_gigabytes_is_refused_unread_and_the_way_by_path_is_told(
    page, server, tmp_path
):
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(2 * 10**9)  # sparse: no room on disk
    sent = []
    page.on("request", lambda ask: sent.append(ask.url) if "upload_file" in ask.url else None)
    open_page(page, server)
    page.get_by_role("button", name="Use my own table").click()
    says(page, "open it by its path")
    page.locator("input[type=file]").set_input_files(large)
    says(page, "File must be")
    assert not sent, "not a byte was sent"


def choose_containing(page, label, part):
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option").filter(has_text=part).first.click()
    settle(page)


def test_two_windows_do_not_disturb_each_other(chromium, page, server, cohort):
    other = chromium.new_context()
    try:
        second = other.new_page()
        second.set_default_timeout(PATIENCE_MS)
        open_page(page, server, "groups", cohort.id)
        open_page(second, server, "runs")
        says(second, "on this machine")
        settle(second)
        assert "?run=" not in second.url
        page.get_by_role("link", name="Affinity").click()
        says(page, "Two tasks in detail")
        assert cohort.id in page.url
    finally:
        other.close()


def test_a_killed_server_comes_back_with_its_runs(visit, page, server, cohort):
    open_page(page, server, "groups", cohort.id)
    groups = groups_on(page)
    server.kill()
    server.start()
    page.reload()
    says(page, "How many groups?")
    settle(page)
    assert groups_on(page) == groups
    visit.console.clear()  # the browser told that its line was cut
