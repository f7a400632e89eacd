"""The addresses of the list."""

from services.gateway.pages.listing import Listing


def test_a_filter_is_removed_alone_and_the_page_starts_again() -> None:
    asked = Listing.read(
        {"vue": "envoyees", "souscripteur": "Vial", "suivi": "recues", "apres": "x"}
    )

    assert asked.active == {"souscripteur": "Vial", "suivi": "recues"}
    assert asked.without("suivi") == "/resiliations?vue=envoyees&souscripteur=Vial"
    assert asked.cleared() == "/resiliations?vue=envoyees"


def test_numbers_and_days_begin_with_the_latest_then_turn() -> None:
    assert Listing.read({}).direction("numero") == "descending"
    assert Listing.read({}).sorted_by("effet") == "/resiliations?tri=effet"

    ordered = Listing.read({"tri": "effet"})
    assert (ordered.direction("effet"), ordered.descending) == ("descending", True)
    assert ordered.sorted_by("effet") == "/resiliations?tri=effet&ordre=croissant"
    turned = Listing.read({"tri": "effet", "ordre": "croissant"})
    assert (turned.direction("effet"), turned.descending) == ("ascending", False)


def test_names_begin_with_a_then_turn() -> None:
    assert Listing.read({}).sorted_by("souscripteur") == "/resiliations?tri=souscripteur"

    ordered = Listing.read({"tri": "souscripteur"})
    assert (ordered.direction("souscripteur"), ordered.descending) == ("ascending", False)
    assert ordered.sorted_by("souscripteur").endswith("tri=souscripteur&ordre=decroissant")
    turned = Listing.read({"tri": "souscripteur", "ordre": "decroissant"})
    assert turned.sorted_by("souscripteur").endswith("tri=souscripteur&ordre=croissant")


def test_another_view_keeps_the_filters_and_unknown_names_are_dropped() -> None:
    asked = Listing.read({"q": "Vial & fils", "pirate": "1"})

    assert asked.viewing("programmees") == "/resiliations?vue=programmees&q=Vial+%26+fils"


def test_a_filter_is_read_as_it_prints() -> None:
    asked = Listing.read(
        {"q": " gnp\u202eexe\0\r\n\u3164", "n": "\u200b", "souscripteur": "x" * 300}
    )

    assert asked.active == {"q": "gnpexe", "souscripteur": "x" * 200}
