"""The addresses of the list."""

from services.gateway.pages.listing import Listing


def test_a_filter_is_removed_alone_and_the_page_starts_again() -> None:
    asked = Listing.read(
        {"vue": "envoyees", "souscripteur": "Vial", "suivi": "recues", "apres": "x"}
    )

    assert asked.active == {"souscripteur": "Vial", "suivi": "recues"}
    assert asked.without("suivi") == "/resiliations?vue=envoyees&souscripteur=Vial"
    assert asked.cleared() == "/resiliations?vue=envoyees"


def test_a_column_orders_one_way_then_the_other() -> None:
    assert Listing.read({}).direction("numero") == "descending"
    assert Listing.read({}).sorted_by("effet") == "/resiliations?tri=effet"

    ordered = Listing.read({"tri": "effet"})
    assert ordered.direction("effet") == "descending"
    assert ordered.sorted_by("effet") == "/resiliations?tri=effet&ordre=croissant"
    assert Listing.read({"tri": "effet", "ordre": "croissant"}).direction("effet") == "ascending"


def test_another_view_keeps_the_filters_and_unknown_names_are_dropped() -> None:
    asked = Listing.read({"q": "Vial & fils", "pirate": "1"})

    assert asked.viewing("programmees") == "/resiliations?vue=programmees&q=Vial+%26+fils"
