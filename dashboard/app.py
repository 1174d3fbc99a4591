"""The entry point Streamlit runs: navigation, the run on show, and the page."""

from pathlib import Path

import streamlit as st

from core.errors import TaskGroupingError
from dashboard.end_of_page import EndOfPage
from dashboard.follow import follow_run
from dashboard.jobs import open_example
from dashboard.saved_view import open_link, show_steps
from dashboard.selection_panel import show_selections
from dashboard.session import follow_address
from dashboard.sidebar import show_pages, show_run
from dashboard.words import show_error

ASSETS = Path(__file__).resolve().parent.parent / "assets"

st.set_page_config(page_title="Taskscape", page_icon=str(ASSETS / "icon.svg"), layout="wide")
st.logo(str(ASSETS / "logo.svg"), icon_image=str(ASSETS / "icon.svg"), size="large")

PAGES = {
    "This run": [
        ("data", "Data", ":material/table_view:", "The table, its tasks, and your own upload."),
        ("landscape", "Landscape", ":material/scatter_plot:", "Where every sample pulls."),
        ("affinity", "Affinity", ":material/grid_on:", "How alike two tasks pull the model."),
        ("graph", "Task graph", ":material/hub:", "Which tasks are neighbours."),
        ("groups", "Groups", ":material/workspaces:", "The proposed groups, and how sure."),
        ("evidence", "Evidence", ":material/verified:", "Do the groups train better models?"),
        ("report", "Report", ":material/description:", "The answer in plain words, to present."),
    ],
    "All runs": [
        ("runs", "Runs", ":material/folder_open:", "Open, resume or delete a run."),
        ("measured", "Measured groups", ":material/table_chart:", "Select among trained groups."),
    ],
}

sections = {
    section: [
        st.Page(f"app_pages/{name}.py", title=title, icon=icon, help=text, default=name == "data")
        for name, title, icon, text in pages
    ]
    for section, pages in PAGES.items()
}
page = st.navigation(sections, position="hidden")
follow_address()
open_link()
show_pages(sections)
show_run()
with st.sidebar:
    show_steps()
    show_selections()
    if page.url_path != "runs":  # it follows every run, and two followers would meet
        follow_run()
st.title(page.title)
try:
    page.run()
except EndOfPage:
    pass
except (TaskGroupingError, OSError) as error:  # bad input, or a disk that is full
    show_error(error)
    st.button("Open the built-in example", on_click=open_example, key="open_example")
