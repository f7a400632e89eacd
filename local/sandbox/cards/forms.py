"""Stripe's request bodies: flat form fields whose brackets spell a tree."""

import re
from collections.abc import Iterable
from typing import Any, Final

PART: Final = re.compile(r"\[([^\]]*)\]")

Tree = dict[str, Any]


def tree(pairs: Iterable[tuple[str, str]]) -> Tree:
    """Turn ``line_items[0][price_data][unit_amount]=12000`` into nested dicts and lists."""
    root: Tree = {}
    for name, value in pairs:
        head, _, rest = name.partition("[")
        steps = [head, *PART.findall("[" + rest if rest else "")]
        _plant(root, steps, value)
    grown: Tree = _lists(root)
    return grown


def _plant(node: Tree, steps: list[str], value: str) -> None:
    for step in steps[:-1]:
        child = node.setdefault(step, {})
        if not isinstance(child, dict):  # a[b]=1 after a=1: the last one wins
            child = node[step] = {}
        node = child
    last = steps[-1] or str(len(node))  # expand[]=x
    node[last] = value


def _lists(node: Any) -> Any:  # noqa: ANN401 - a tree of any depth
    if not isinstance(node, dict):
        return node
    grown = {key: _lists(child) for key, child in node.items()}
    if grown and all(key.isdecimal() for key in grown):
        return [grown[key] for key in sorted(grown, key=int)]
    return grown
