"""Templates: escaped, strict about what is missing, and speaking good French."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from kit import french


def environment(path: Path) -> Environment:
    """Return the templates of a folder; a name absent from the context is an error.

    HTML is escaped; ``.txt`` files are not. Filters: ``typography``, ``long_day``, ``plain_day``,
    ``short_day``, ``instant_hm``, ``euros``. ``typography`` is for text, before any markup.
    """
    templates = Environment(
        loader=FileSystemLoader(path),
        undefined=StrictUndefined,
        autoescape=select_autoescape(enabled_extensions=("html", "xml"), default=False),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    for name in ("typography", "long_day", "plain_day", "short_day", "instant_hm", "euros"):
        templates.filters[name] = getattr(french, name)
    return templates
