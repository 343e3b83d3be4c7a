"""Opening a file: unzipped where it is zipped, decoded by its byte order mark, as told, or as UTF-8.

An encoding is never guessed: text that is wrong and looks right would be trained on. Bytes that the encoding
has no letter for become half surrogates, so that a row with one of them is a bad row, and its neighbours
are none.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from ftkit.data.rows import UNDECODABLE
from ftkit.errors import DataError

# The longer marks first: that of UTF-32 begins like that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GZIP = b"\x1f\x8b"
_ERRORS = "ftkit-undecodable"


def _mark_bytes(error: UnicodeError) -> tuple[str, int]:
    """Like `surrogateescape`, which leaves out bytes below 0x80: in UTF-16 they can be wrong as well."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(chr(UNDECODABLE.start + byte) for byte in wrong), error.end


codecs.register_error(_ERRORS, _mark_bytes)


@contextmanager
def opened(path: Path, name: str) -> Iterator[BinaryIO]:
    """A file's bytes, unzipped.

    Raises:
        DataError: It can't be opened or, inside the block, not be read to its end.
    """
    try:
        with path.open("rb") as stream:
            if path.suffix.lower() == ".gz" or stream.peek(2)[:2] == _GZIP:
                with gzip.open(stream) as unzipped:
                    yield io.BufferedReader(unzipped)
            else:
                yield stream
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{name}: {getattr(error, 'strerror', None) or error}") from error


@contextmanager
def opened_text(path: Path, name: str, encoding: str | None, newline: str) -> Iterator[TextIO]:
    r"""A file's text.

    Args:
        path: The file.
        name: What it is called in messages.
        encoding: Its encoding where it has no byte order mark; None means UTF-8.
        newline: As for `open`: `\n` ends lines at LF alone, the empty text at CR, LF and CRLF.

    Raises:
        DataError: As `opened` does.
    """
    with opened(path, name) as stream:
        start = stream.peek(4)[:4]  # type: ignore[attr-defined]  # both kinds of stream can
        marked = next((known for mark, known in _MARKS if start.startswith(mark)), None)
        decoder = marked or encoding or "utf-8"
        try:
            with io.TextIOWrapper(stream, encoding=decoder, errors=_ERRORS, newline=newline) as text:
                yield text
        except UnicodeError as error:  # a decoder without use for error handlers, such as idna
            raise DataError(f"{name}: not text in {decoder}: {error}") from error
