from pathlib import Path

from tasks.tools.records import Records, fingerprint


def test_a_choice_is_remembered_for_the_same_inputs_only(tmp_path: Path) -> None:
    records = Records(tmp_path / "made")
    assert records.choice("pulumi", "a") is None
    records.write("pulumi", "a", "yours", [])
    assert records.choice("pulumi", "a") == "yours"
    assert records.choice("pulumi", "b") is None
    assert records.choice("plugins", "a") is None


def test_a_choice_lasts_as_long_as_the_files_it_stands_on(tmp_path: Path) -> None:
    records, program = Records(tmp_path / "made"), tmp_path / "program"
    program.write_text("1")
    records.write("step", "a", "made", [program])
    assert records.choice("step", "a") == "made"
    program.write_text("22")
    assert records.choice("step", "a") is None
    records.write("step", "a", "made", [program])
    program.unlink()
    assert records.choice("step", "a") is None


def test_a_forgotten_choice_is_made_again(tmp_path: Path) -> None:
    records = Records(tmp_path / "made")
    records.write("step", "a", "made", [])
    records.forget("step")
    records.forget("step")
    assert records.choice("step", "a") is None


def test_a_record_that_was_cut_short_counts_for_nothing(tmp_path: Path) -> None:
    records = Records(tmp_path / "made")
    records.write("step", "a", "made", [])
    (tmp_path / "made" / "step.json.new").write_text('{"inputs": "b", "cho')
    assert records.choice("step", "a") == "made"
    records.write("step", "b", "made again", [])
    assert records.choice("step", "b") == "made again"


def test_fingerprints_tell_inputs_apart() -> None:
    assert fingerprint("ab", "c") != fingerprint("a", "bc")
    assert fingerprint("ab", "c") == fingerprint("ab", "c")
