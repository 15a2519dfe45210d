"""Labels: the words that titles share and others lack."""

from __future__ import annotations

from graph_api.search import Document, Index, Kind, build, label


def index(*titles: str) -> Index:
    return build("r", [Document(key, Kind.ARTICLE, title) for key, title in enumerate(titles, 1)])


OTHERS = [f"The azure cloud of number{number}" for number in range(20)]


def test_words_that_others_lack_come_first_as_most_titles_spell_them() -> None:
    story = ["FedEx moves to the Azure cloud", "Why FedEx chose Azure", "fedex and the cloud: a deal"]
    assert label(index(*story, *OTHERS), story).split(", ")[0] == "FedEx"


def test_at_most_three_words_and_none_that_only_one_title_has() -> None:
    story = ["alpha beta gamma delta one", "delta gamma beta alpha two"]
    words = label(index(*story, *OTHERS), story).split(", ")
    assert len(words) == 3
    assert set(words) < {"alpha", "beta", "gamma", "delta"}


def test_titles_that_share_nothing_have_no_label() -> None:
    story = ["alpha", "beta"]
    assert label(index(*story), story) == ""


def test_a_title_alone_is_named_by_its_own_words() -> None:
    assert (
        label(index("Kubernetes networking", *OTHERS), ["Kubernetes networking"]) == "Kubernetes, networking"
    )


def test_numbers_and_short_words_tell_nothing() -> None:
    story = ["2024 in AI: Kubernetes", "2024 in AI: on Kubernetes"]
    assert label(index(*story, *OTHERS), story) == "Kubernetes"


def test_titles_in_chinese_have_a_label() -> None:
    story = ["\u673a\u5668\u5b66\u4e60\u5165\u95e8", "\u673a\u5668\u5b66\u4e60\u5b9e\u6218"]
    assert "\u673a\u5668" in label(index(*story, *OTHERS), story)


def test_frequent_words_are_used_where_there_are_no_others() -> None:
    others = [f"The tale of number{number}" for number in range(20)]
    story = ["The cables of the strait", "The cables and the islands"]
    assert label(index(*story, *others), story) == "cables"
    assert label(index(*others), others[:2]) in {"The, tale", "tale, The"}
