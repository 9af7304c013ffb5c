"""Forms that bring files: read whole into memory, counted while they come, never on a disk.

    sent = await read_form(request, {"photos": 4})     # which fields may bring files, and how many
    sent.fields                                        # [(name, text), …] as any form has them
    sent.files["photos"]                               # (Upload, …); empty where nothing was chosen

What a browser says of a file (its name, its media type) is a stranger's word: kept for nobody, shown to nobody. The
bytes go to gateway.photos or to gateway.staff.sheets, which look at them themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from gateway.bodies import media_type
from gateway.errors import BadBody, BodyTooLarge, Busy, LengthRequired, WrongMediaType
from gateway.photos.errors import PhotoTooLarge, TooManyPhotos, UploadTooSlow

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

PLAIN: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"
MOST_FIELDS: Final = 200
MOST_FIELD_BYTES: Final = 64_000
MOST_FILE_BYTES: Final = 12_000_000
MOST_FORM_BYTES: Final = 26_000_000
MOST_IN_MEMORY: Final = 240_000_000
WITHIN_S: Final = 90.0
"""26 MB at 2.5 Mbit/s. Who is slower holds memory that others wait for."""

Takes = Mapping[str, int]
"""Names of fields, and how many files each may bring."""


@dataclass(frozen=True)
class Upload:
    """One file. content: never empty."""

    content: bytes


Files = Mapping[str, tuple[Upload, ...]]


@dataclass(frozen=True)
class SentForm:
    """A form as it was sent. files: an entry for each field that may bring any."""

    fields: list[tuple[str, str]]
    files: Files


class _Memory:
    """The bytes of all forms that are being read."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.used = 0

    @contextmanager
    def held(self) -> Iterator[Callable[[int], None]]:
        """Gives a function to count what comes. Raises Busy from it when all forms together are too much."""
        mine = 0

        def count(more: int) -> None:
            nonlocal mine
            mine += more
            self.used += more
            if self.used > self._most:
                raise Busy(retry_after_s=5)

        try:
            yield count
        finally:
            self.used -= mine


_memory: Final = _Memory(MOST_IN_MEMORY)


async def read_form(request: Request, takes: Takes) -> SentForm:
    """The form, plain or with files.

    Raises WrongMediaType, LengthRequired, BodyTooLarge, BadBody, PhotoTooLarge, TooManyPhotos, UploadTooSlow, Busy.
    """
    kind = media_type(request)
    if kind not in (PLAIN, MULTIPART):
        raise WrongMediaType(accepted=[PLAIN, MULTIPART])
    limit = MOST_FIELD_BYTES if kind == PLAIN else MOST_FORM_BYTES
    with _memory.held() as count:
        try:
            async with asyncio.timeout(WITHIN_S):
                body = await _read(request, limit, count)
        except TimeoutError:
            raise UploadTooSlow from None
        if kind == PLAIN:
            return SentForm(_plain(body), dict.fromkeys(takes, ()))
        return parse(body, request.headers["content-type"], takes)


async def _read(request: Request, limit: int, count: Callable[[int], None]) -> bytes:
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        raise WrongMediaType(accepted=["identity"])
    declared = request.headers.get("content-length", "")
    if not (declared.isascii() and declared.isdigit()):
        raise LengthRequired
    if int(declared) > limit:
        raise BodyTooLarge(limit_bytes=limit)
    body = bytearray()
    async for chunk in request.stream():
        count(len(chunk))
        if len(body) + len(chunk) > limit:
            raise BodyTooLarge(limit_bytes=limit)
        body += chunk
    return bytes(body)


def _plain(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as exc:
        raise BadBody(fields={}) from exc


def parse(body: bytes, content_type: str, takes: Takes) -> SentForm:
    """The parts of a whole multipart body. Raises BadBody, PhotoTooLarge, TooManyPhotos."""
    _, options = parse_options_header(content_type)
    parts = _Parts(takes)
    try:
        # max_size counts in the parser's own way; the body is whole and bounded already.
        parser = MultipartParser(options.get(b"boundary", b""), parts.callbacks())
        parser.write(body)
        parser.finalize()
    except FormParserError as exc:
        raise BadBody(fields={}) from exc
    if not (options.get(b"boundary") and parts.is_whole):
        raise BadBody(fields={})
    return SentForm(parts.fields, {name: tuple(found) for name, found in parts.files.items()})


@dataclass
class _Part:
    name: str = ""
    is_file: bool = False
    content: bytearray = field(default_factory=bytearray)


class _Parts:
    """Collects parts as the parser finds them, and stops it at the first that is too many or too much."""

    def __init__(self, takes: Takes) -> None:
        self._takes = takes
        self.fields: list[tuple[str, str]] = []
        self.files: dict[str, list[Upload]] = {name: [] for name in takes}
        self.is_whole = False
        self._count = self._text_bytes = 0
        self._header, self._value, self._disposition = b"", b"", b""
        self._part = _Part()

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._whole,
        }

    def _begin(self) -> None:
        self._count += 1
        if self._count > MOST_FIELDS:
            raise BadBody(fields={})
        self._part, self._disposition = _Part(), b""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header, self._value = b"", b""

    def _headers_finished(self) -> None:
        kind, options = parse_options_header(self._disposition)
        try:
            name = options[b"name"].decode()
        except (KeyError, UnicodeDecodeError) as exc:
            raise BadBody(fields={}) from exc
        if kind != b"form-data":
            raise BadBody(fields={})
        self._part.name, self._part.is_file = name, b"filename" in options
        if self._part.is_file and name not in self._takes:
            raise BadBody(fields={})

    def _data(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        if part.is_file:
            if not part.content and len(self.files[part.name]) >= self._takes[part.name]:
                raise TooManyPhotos(most=self._takes[part.name])
            if len(part.content) + end - start > MOST_FILE_BYTES:
                raise PhotoTooLarge(limit_mb=MOST_FILE_BYTES // 1_000_000)
        else:
            self._text_bytes += end - start
            if self._text_bytes > MOST_FIELD_BYTES:
                raise BodyTooLarge(limit_bytes=MOST_FIELD_BYTES)
        part.content += data[start:end]

    def _end(self) -> None:
        part = self._part
        if part.is_file:
            # A browser sends an empty file for a field in which none was chosen.
            if part.content:
                self.files[part.name].append(Upload(bytes(part.content)))
            return
        try:
            self.fields.append((part.name, part.content.decode()))
        except UnicodeDecodeError as exc:
            raise BadBody(fields={}) from exc

    def _whole(self) -> None:
        self.is_whole = True
