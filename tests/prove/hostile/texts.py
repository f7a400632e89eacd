"""What nobody is called, and somebody will type: each hurts another reader of ours."""

from typing import Final

MARK: Final = "zqxjvk"  # in no word of ours, and in no key or token by chance

HOSTILE: Final = {
    "markup": f"<b {MARK}>{MARK}</b><img src=x onerror=alert({MARK!r})>",
    "end of script": f"</script><script>window.{MARK}=1</script>",
    "end of title": f"</title></textarea></style><svg/onload=window.{MARK}=1>",
    "htmx": f'"hx-get="/{MARK}" hx-trigger="load" x="',
    "single quote": f"' autofocus onfocus=window.{MARK}=1 '",
    "template": f"{{{{ 7*7 }}}}{{% raw %}}${{7*7}}#{{7*7}}{MARK}",
    "escaped": f"&lt;b&gt;{MARK}&#60;script&#62;",
    "right to left": f"{MARK}\u202egnp.exe\u2066\u2069\u200f",
    "zero width": f"z\u200bq\u200dx\ufeff\u00ad{MARK}",
    "formula": f'=HYPERLINK("http://{MARK}.example";"{MARK}")',
    "formula by plus": f"+{MARK}|' /C calc'!A0",
    "formula by at": f"@SUM(1+1)*cmd|' /C {MARK}'!A0",
    "formula after tab": f"\t=cmd|' /C {MARK}'!A0",
    "formula after space": f"\u00a0=1+1;{MARK}",
    "header": f"{MARK}\r\nBcc: {MARK}@elsewhere.example\r\n\r\n{MARK}",
    "header in disguise": f"=?utf-8?q?=0D=0ABcc:_{MARK}=40elsewhere.example?=",
    "sender in disguise": f"=?utf-8?q?{MARK}=40elsewhere.example?= {MARK}",
    "another sender": f'{MARK}, <{MARK}@elsewhere.example>, "',
    "lone line feed": f"{MARK}\nX-{MARK}: 1",
    "line separator": f"{MARK}\u2028Bcc: x@y.example\u2029\x85{MARK}",
    "log line": f'{MARK}"}}\n{{"event": "{MARK}", "level": "critical"}}',
    "local file": f'<link rel=attachment href="file:///etc/passwd">{MARK}',
    "local image": f'<img src="file:///etc/hostname">url(file:///etc/{MARK})',
    "far image": f'<img src="http://127.0.0.1:9/{MARK}.png">@import url(//{MARK}.example)',
    "address": f"http://127.0.0.1:9/{MARK} www.{MARK}.example javascript:alert('{MARK}')",
    "entity": f'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>&f;{MARK}',
    "pdf": f"{MARK}) >> /OpenAction << /S /JavaScript /JS (app.alert(1)) >> (",
    "sql": f"'; DROP TABLE letter; -- {MARK}",
    "path": f"../../../../etc/{MARK}",
    "format": f"%s%n{{0}}{{{MARK}}}",
    "emoji": f"{MARK} 👩‍👩‍👧‍👦 🇫🇷 😀",
    "stacked accents": f"{MARK}" + "Z" + "\u0300\u0316\u0321\u0334" * 40,
    "other digits": f"٣٨٠٠٠ {MARK}",
    "long": MARK * 2_000,
    "long word": f"{MARK}" + "W" * 57,
    "nothing to see": "\u3164\u2800\u00a0\u200b",
    "control": f"{MARK}\x1b[31m\x07\x08",
    "nul": f"{MARK}\0{MARK}",
    "half a character": f"{MARK}\ud83d",
}
"""By what each is made to do. The last one can be written in JSON, and in no form."""

UNPRINTED: Final = frozenset(
    {"emoji", "stacked accents", "other digits", "long", "long word", "nothing to see"}
)
"""Texts that our fonts lack letters for, or that no field takes as they are."""

LOCAL_PARTS: Final = {
    "formula": f"=1+1-{MARK}",
    "pipe": f"{MARK}|cmd",
    "quote": f"{MARK}'or'1",
    "percent": f"%s{{0}}{MARK}",
    "hyphen": f"-{MARK}",
    "right to left": f"{MARK}\u202e",
    "accent": f"{MARK}é",
    "markup": f"<{MARK}>",
    "second address": f"{MARK}@a.example,b",
    "header": f"{MARK}\r\nBcc:a",
    "quoted": f'"{MARK} <b>"',
    "dots": f"{MARK}..a",
    "comment": f"{MARK}(a)",
}
"""What stands before the @ of an address: the first five are legal."""


def bears_mark(text: str) -> bool:
    """Whether a hostile text shows in this one, however it is spelled."""
    return MARK in text.casefold()
