"""French text as markup: prose is corrected and typed names are not, both are escaped."""

import re

from markupsafe import Markup, escape

from kit import french


def set_prose(text: str) -> Markup:
    """Set prose: French spaces, raised endings, and a thin space any font can print."""
    html = str(escape(french.typography(text)))
    html = html.replace(french.THIN, f'<span class="fine">{french.NO_BREAK}</span>')
    html = re.sub(r"\bM(me|lle)(?=\W|$)", r"M<sup>\1</sup>", html)
    html = re.sub(r"\b1er\b", "1<sup>er</sup>", html)
    return Markup(html)  # noqa: S704 - escaped above, and only our own tags added


def set_name(text: str) -> Markup:
    """Set what people typed, as it stands: a name is never corrected, nor read as markup."""
    return Markup('<span class="nom">{}</span>').format(text)
