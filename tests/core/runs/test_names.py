"""Names of groups stay with the run."""

from core.runs import load_group_names, name_group


def test_a_name_is_kept_changed_and_taken_away(tmp_path):
    assert load_group_names(tmp_path) == {}
    name_group(tmp_path, ["a", "b"], "Heart\n and kidney")
    name_group(tmp_path, ["c"], "🫀")
    assert load_group_names(tmp_path) == {("a", "b"): "Heart and kidney", ("c",): "🫀"}
    name_group(tmp_path, ["a", "b"], "Heart")
    name_group(tmp_path, ["c"], "  ")
    assert load_group_names(tmp_path) == {("a", "b"): "Heart"}


def test_a_damaged_file_holds_no_names(tmp_path):
    (tmp_path / "names.json").write_text("[{")
    assert load_group_names(tmp_path) == {}
