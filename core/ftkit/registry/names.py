"""How names of plugins are written, and what a qualified one says."""

from __future__ import annotations

import re

from ftkit.spelling import normalise

_VALID = re.compile(r"[a-z0-9]+([-.][a-z0-9]+)*")
_LONGEST = 64


def split_qualified(typed: str) -> tuple[list[str], str]:
    """`distribution:kind:name` as its owners and the name, all as they are compared."""
    *owners, name = typed.split(":")
    return [normalise(owner) for owner in owners], normalise(name)


def name_problem(name: str) -> str:
    """Why a plugin can't have this name; empty where it can.

    Only ASCII is allowed: letters that look alike in two alphabets would let one plugin pass for another.
    """
    if not name.isascii():
        return f"name {name!a} has letters outside a-z, which can pass for another name"
    if not _VALID.fullmatch(normalise(name)):
        return f"name {name!r} is not made of letters, digits, and single dashes, dots or underscores"
    if len(name) > _LONGEST:
        return f"name {name[:20]!r}… has {len(name)} characters, more than {_LONGEST}"
    return ""
