"""The address in the envelope's window."""

from services.letters.domain.window import WIDTH, window_lines


def test_lines_are_in_capitals_without_punctuation_accents_kept() -> None:
    lines = ("Mutuelle Val d’Ambre", "Service Résiliations, bât. A", "73000 Chambéry")

    assert window_lines(lines) == (
        "MUTUELLE VAL D’AMBRE",
        "SERVICE RÉSILIATIONS BÂT A",
        "73000 CHAMBÉRY",
    )


def test_a_long_line_is_cut_at_a_word() -> None:
    cut = window_lines(("Mutuelle générale des métiers de la montagne et des vallées",))

    assert len(cut) == 2
    assert all(len(line) <= WIDTH for line in cut)
    assert " ".join(cut) == "MUTUELLE GÉNÉRALE DES MÉTIERS DE LA MONTAGNE ET DES VALLÉES"


def test_an_empty_line_leaves_no_hole() -> None:
    assert window_lines(("Un", "", "Deux")) == ("UN", "DEUX")
