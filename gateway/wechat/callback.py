"""GET and POST /wechat/callback: is it WeChat, is it new, and an answer in time.

Order: signature (before a byte of the body is read), time, body, envelope with its own signature and appid,
nonce, message. WeChat waits 5 s and takes no answer for an outage of the account; it gets one within 1 s.
"""

from __future__ import annotations

import hashlib
import logging
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.account import WeChatAccount
from gateway.bodies import read_body
from gateway.errors import UnknownPath
from gateway.wechat import crypto, messages
from gateway.wechat.chat import Chat
from gateway.wechat.followers import Followers
from gateway.wechat.messages import Answer, Card, Incoming, Text
from gateway.wechat.refusals import refused
from gateway.wechat.replays import Answers, Nonces
from gateway.wechat.words import ChatWords
from kernel.clock import real_now
from kernel.errors import ServiceError
from kernel.ids import new_secret

log = logging.getLogger(__name__)

ALLOWED_SKEW_S: Final = 300
ANSWER_WITHIN_S: Final = 0.8
_NOTHING: Final = b"success"
_LONGEST: Final = 128
_NO_STORE: Final = {"Cache-Control": "no-store"}


class Callback:
    def __init__(self, account: WeChatAccount, chat: Chat, words: ChatWords, followers: Followers) -> None:
        self._account, self._chat = account, chat
        self._words, self._followers = words, followers
        self._envelope = crypto.Envelope(account.aes_key, account.appid) if account.aes_key else None
        self._nonces = Nonces()
        self._answers = Answers(ANSWER_WITHIN_S)

    async def check(self, request: Request) -> Response:
        """GET: WeChat makes sure that the address is ours. Raises Refused."""
        self._verify(request)
        echo = request.query_params.get("echostr", "")
        if not 1 <= len(echo) <= _LONGEST:
            raise refused("request")
        return Response(echo, 200, _NO_STORE, "text/plain")

    async def push(self, request: Request) -> Response:
        """POST: a message or an event. Raises Refused, BadMessage, BodyTooLarge."""
        timestamp, nonce = self._verify(request)
        body = await read_body(request, messages.MAX_BODY_BYTES)
        message = body if self._envelope is None else self._opened(request, body, timestamp, nonce)
        self._nonces.admit(timestamp, nonce, message)
        incoming = Incoming.read(messages.read_fields(message))
        answer = await self._answers.once(
            hashlib.sha256(incoming.key.encode()).hexdigest(),
            lambda: self._answer(incoming),
            lambda late: self._send_late(incoming, late),
        )
        return self._reply(incoming, answer)

    # --- is it WeChat? -----------------------------------------------------------------------------------

    def _verify(self, request: Request) -> tuple[str, str]:
        """Timestamp and nonce of a request that WeChat signed a moment ago. Raises Refused, UnknownPath."""
        if not self._account.connected:
            raise UnknownPath
        query = request.query_params
        timestamp, nonce, shown = (
            query.get("timestamp", ""),
            query.get("nonce", ""),
            query.get("signature", ""),
        )
        if not (
            timestamp.isascii()
            and timestamp.isdigit()
            and len(timestamp) <= 11
            and 1 <= len(nonce) <= _LONGEST
        ):
            raise refused("request")
        if not crypto.signed(shown, self._account.token, timestamp, nonce):
            raise refused("signature")
        if abs(real_now().timestamp() - int(timestamp)) > ALLOWED_SKEW_S:
            raise refused("time")
        return timestamp, nonce

    def _opened(self, request: Request, body: bytes, timestamp: str, nonce: str) -> bytes:
        """The message of an encrypted push; a plain one is refused. Raises Refused, BadMessage."""
        query = request.query_params
        if query.get("encrypt_type") != "aes" or self._envelope is None:
            raise refused("mode")
        sealed = messages.read_fields(body).get("Encrypt", "").strip()
        shown = query.get("msg_signature", "")
        if not crypto.signed(shown, self._account.token, timestamp, nonce, sealed):
            raise refused("envelope")
        try:
            return self._envelope.open(sealed)
        except crypto.NotOurs as exc:
            raise refused("envelope") from exc

    # --- answers -----------------------------------------------------------------------------------------

    async def _answer(self, incoming: Incoming) -> Answer:
        try:
            return await self._chat.answer(incoming)
        except ServiceError as exc:
            # The person must hear something, and WeChat must not push again what fails again.
            log.error("no answer to a message", extra={"kind": incoming.kind, "code": exc.code})
            return self._chat.failed(incoming)

    def _send_late(self, incoming: Incoming, answer: Answer) -> None:
        if answer is not None:
            self._followers.send_late(incoming, answer)

    def _reply(self, incoming: Incoming, answer: Text | Card | None) -> Response:
        if answer is None:
            return Response(_NOTHING, 200, _NO_STORE, "text/plain")
        now = real_now()
        body = messages.write_answer(answer, incoming, now)
        if self._envelope is not None:
            sealed = self._envelope.seal(body)
            timestamp, nonce = str(int(now.timestamp())), new_secret(12)
            signature = crypto.signature(self._account.token, timestamp, nonce, sealed)
            body = messages.write_envelope(sealed, signature, timestamp, nonce)
        return Response(body, 200, _NO_STORE, "application/xml")
