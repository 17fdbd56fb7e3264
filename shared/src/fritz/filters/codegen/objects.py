"""Code for whole documents, and for objects built field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fritz.filters.codegen.code import Code
from fritz.filters.codegen.documents import Doc, Thunk
from fritz.filters.kinds import MISSING_KIND, OBJECT

if TYPE_CHECKING:
    from fritz.filters.codegen.builder import Builder

__all__ = ["assemble", "whole"]


def whole(b: Builder, doc: Doc) -> Code:
    """Return the code of the document as one object."""
    if doc.holder is not None and not doc.fields and not doc.dropped:
        return Code(doc.holder, OBJECT, atomic=True)
    key = ("whole", id(doc))
    known = b.recall(key)
    return known or b.remember(key, b.out.bind(_document(b, doc)))


def _document(b: Builder, doc: Doc) -> Code:
    if doc.holder is None:
        return assemble(b, doc.fields)
    parts = {name: b.force(thunk) for name, thunk in doc.fields.items()}
    made = b.out.bind(Code(f"{doc.holder}.copy()", OBJECT)).text
    for name in sorted(doc.dropped - set(parts)):
        b.out.emit(f"{made}.pop({b.out.constant(name)}, None)")
    for name, code in parts.items():
        _put(b, made, name, code, over=True)
    return Code(made, OBJECT, atomic=True)


def assemble(b: Builder, fields: dict[str, Thunk]) -> Code:
    """Return the code of an object of these fields; missing ones are left out."""
    codes = {name: b.force(thunk) for name, thunk in fields.items()}
    if not any(code.kinds & MISSING_KIND for code in codes.values()):
        inside = ", ".join(f"{b.out.constant(name)}: {code.text}" for name, code in codes.items())
        return Code(f"{{{inside}}}", OBJECT)
    made = b.out.bind(Code("{}", OBJECT)).text
    for name, code in codes.items():
        _put(b, made, name, code, over=False)
    return Code(made, OBJECT, atomic=True)


def _put(b: Builder, made: str, name: str, code: Code, *, over: bool) -> None:
    """Emit the setting of a field; with `over`, a missing value takes away what was there."""
    key = b.out.constant(name)
    if not code.kinds & MISSING_KIND:
        b.out.emit(f"{made}[{key}] = {code.text}")
        return
    text = b.out.bind(code).text
    if text != "M":
        with b.out.indented(f"if {text} is not M:"):
            b.out.emit(f"{made}[{key}] = {text}")
    if over and text == "M":
        b.out.emit(f"{made}.pop({key}, None)")
    elif over:
        with b.out.indented("else:"):
            b.out.emit(f"{made}.pop({key}, None)")
