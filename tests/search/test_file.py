"""The file of an index: what is saved is what is loaded, and a wrong file is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph_api.errors import ArraysMismatch
from graph_api.search import build, did_you_mean, load, match, parse, save, suggest
from tests.search.plain_search import article


def saved(folder: Path) -> Path:
    save(
        build("r1", [article(key, f"azure data {key}", "机器学习 C++") for key in range(1, 50)]),
        folder / "index",
    )
    return folder / "index"


@pytest.mark.parametrize("query", ["azure", '"azure data"', "dat* -7", "学习", "c++", "data 7 zebra"])
def test_a_loaded_index_answers_as_the_one_that_was_saved(tmp_path: Path, query: str) -> None:
    documents = [article(key, f"azure data {key}", "机器学习 C++") for key in range(1, 50)]
    loaded = load(saved(tmp_path), "r1")
    assert match(loaded, parse(query)).first(60) == match(build("r1", documents), parse(query)).first(60)
    assert did_you_mean(loaded, parse("azurr")) == ["azure"]
    assert suggest(loaded, "azu", 3) == suggest(build("r1", documents), "azu", 3)


def test_a_loaded_index_can_be_saved_again(tmp_path: Path) -> None:
    path = saved(tmp_path)
    before = path.read_bytes()
    save(load(path, "r1"), path)
    assert path.read_bytes() == before


def test_equal_content_has_an_equal_file(tmp_path: Path) -> None:
    documents = [article(key, f"azure {key}") for key in range(1, 9)]
    save(build("r", documents), tmp_path / "one")
    save(build("r", documents[::-1]), tmp_path / "other")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_an_empty_index_is_saved_and_loaded(tmp_path: Path) -> None:
    save(build("r", []), tmp_path / "index")
    assert match(load(tmp_path / "index", "r"), parse("azure")).first(1) == []


def test_another_revision_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArraysMismatch, match="another revision than r2"):
        load(saved(tmp_path), "r2")


def test_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArraysMismatch, match="index"):
        load(tmp_path / "index", "r")


@pytest.mark.parametrize("damage", [b"", b"x" * 100, b"graphapi" + bytes(12)])
def test_another_file_is_refused(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "index").write_bytes(damage)
    with pytest.raises(ArraysMismatch):
        load(tmp_path / "index", "r")


@pytest.mark.parametrize("at", [8, 12, 16, 20, 40])
def test_a_damaged_header_is_refused(tmp_path: Path, at: int) -> None:
    path = saved(tmp_path)
    raw = bytearray(path.read_bytes())
    raw[at] ^= 0x55
    path.write_bytes(raw)
    with pytest.raises(ArraysMismatch):
        load(path, "r1")


def test_a_shortened_file_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path)
    path.write_bytes(path.read_bytes()[:-64])
    with pytest.raises(ArraysMismatch, match="its header says"):
        load(path, "r1")
