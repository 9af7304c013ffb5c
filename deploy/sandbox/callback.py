"""What the platform pushes to the account's address: signed, sealed, repeated, and what came of it."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from deploy.sandbox import crypto, envelopes
from deploy.sandbox.account import Account
from deploy.sandbox.journal import Journal, Level
from deploy.sandbox.replies import BadReply, Replies, Reply
from deploy.sandbox.settings import Settings
from deploy.sandbox.timing import Clock
from deploy.sandbox.words import Words
from kernel.clock import monotonic

TRIES: Final = 3
_AT_ONCE: Final = 16
_AGENT: Final = "Mozilla/4.0"


@dataclass
class Try:
    """One of up to three attempts."""

    n: int
    outcome: str = ""
    status: int = 0
    took_ms: int = 0


@dataclass
class Delivery:
    """What came of one push. `answered`: some try got HTTP 200 in time; `fault`: why the reply isn't shown."""

    pushed: dict[str, Any]
    tries: list[Try] = field(default_factory=list)
    answered: bool = False
    reply: Reply | None = None
    fault: Words | None = None

    def document(self) -> dict[str, Any]:
        reply = {"kind": self.reply.kind, "body": self.reply.body} if self.reply else None
        return {
            "message": self.pushed,
            "tries": [vars(one) for one in self.tries],
            "answered": self.answered,
            "reply": reply,
            "fault": self.fault._asdict() if self.fault else None,
        }


class Callback:
    """The account's address, as the platform knows it."""

    def __init__(
        self, settings: Settings, account: Account, clock: Clock, journal: Journal, client: httpx.AsyncClient
    ) -> None:
        self._settings, self._account, self._clock = settings, account, clock
        self._journal, self._client = journal, client
        self._replies = Replies(account)
        self._cipher = crypto.Cipher256(account.aes_key, account.appid)
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._background: set[asyncio.Task[Delivery]] = set()
        self._serial = int(clock.real()) * 1_000_000

    def next_msgid(self) -> int:
        """A number that no other message has."""
        self._serial += 1
        return self._serial

    def event(self, openid: str, event: str, **more: Any) -> dict[str, Any]:
        """The fields of an event of this user."""
        return self._head(openid) | {"MsgType": "event", "Event": event} | more

    def message(self, openid: str, kind: str, **more: Any) -> dict[str, Any]:
        """The fields of a message of this user."""
        return self._head(openid) | {"MsgType": kind} | more | {"MsgId": self.next_msgid()}

    async def deliver(self, pushed: dict[str, Any]) -> Delivery:
        """Push until an answer comes in time, three times at most, one try every five seconds."""
        delivery = Delivery(pushed)
        for n in range(1, TRIES + 1):
            began = monotonic()
            one, body = await self._attempt(n, pushed)
            delivery.tries.append(one)
            if body is not None:
                delivery.answered = True
                self._judge(delivery, body)
                break
            if n < TRIES:
                await asyncio.sleep(max(0.0, self._settings.answer_s - (monotonic() - began)))
        self._report(delivery)
        return delivery

    def deliver_later(self, pushed: dict[str, Any], delay_s: float = 0.0) -> None:
        """Push in the background: nobody waits for an event's answer."""

        async def work() -> Delivery:
            await asyncio.sleep(delay_s)
            async with self._places:
                return await self.deliver(pushed)

        task = asyncio.create_task(work())
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def check(self) -> Words | None:
        """The GET by which WeChat makes sure of an address; None when it is answered right, else why not."""
        echo = secrets.token_hex(10)
        try:
            answer = await self._client.get(
                self._settings.pushes_to,
                params=self._signed() | {"echostr": echo},
                timeout=self._settings.answer_s,
            )
        except httpx.HTTPError as exc:
            why: Words | None = _unreachable(exc)
        else:
            why = None if answer.status_code == 200 and answer.text == echo else _no_echo(answer)
        good = Words("地址验证通过", "The address answered the check")
        self._journal.write("push", "bad" if why else "ok", f"GET {self._settings.pushes_to}", why or good)
        return why

    def request(self, pushed: dict[str, Any]) -> tuple[dict[str, str], str]:
        """The query and the body of one push in the account's mode, signed now."""
        query = self._signed()
        plain = envelopes.write(pushed)
        query["openid"] = pushed["FromUserName"]
        if self._account.mode == "plain":
            return query, plain
        sealed = self._cipher.encrypt(plain.encode())
        query["encrypt_type"] = "aes"
        query["msg_signature"] = crypto.signature(
            self._account.token, query["timestamp"], query["nonce"], sealed
        )
        shown = pushed if self._account.mode == "compatible" else {"ToUserName": pushed["ToUserName"]}
        return query, envelopes.write(shown | {"Encrypt": sealed})

    def _head(self, openid: str) -> dict[str, Any]:
        return {
            "ToUserName": self._account.original_id,
            "FromUserName": openid,
            "CreateTime": int(self._clock.real()),
        }

    def _signed(self) -> dict[str, str]:
        # The world's time, however far a test turned the platform's clock: the account judges it by its own.
        timestamp, nonce = str(int(self._clock.real())), str(secrets.randbelow(10**10))
        signed = crypto.signature(self._account.token, timestamp, nonce)
        return {"signature": signed, "timestamp": timestamp, "nonce": nonce}

    async def _attempt(self, n: int, pushed: dict[str, Any]) -> tuple[Try, bytes | None]:
        query, body = self.request(pushed)
        began, one = monotonic(), Try(n)
        answer: bytes | None = None
        try:
            async with asyncio.timeout(self._settings.answer_s):
                response = await self._client.post(
                    self._settings.pushes_to,
                    params=query,
                    content=body.encode(),
                    headers={"Content-Type": "text/xml", "User-Agent": _AGENT},
                    timeout=None,
                )
            one.status = response.status_code
            one.outcome = "answered" if response.status_code == 200 else "refused"
            answer = response.content if response.status_code == 200 else None
        except TimeoutError:
            one.outcome = "too late"
        except httpx.HTTPError:
            one.outcome = "unreachable"
        one.took_ms = round((monotonic() - began) * 1000)
        return one, answer

    def _judge(self, delivery: Delivery, body: bytes) -> None:
        try:
            delivery.reply = self._replies.read(body, delivery.pushed)
        except BadReply as exc:
            delivery.fault = exc.why

    def _report(self, delivery: Delivery) -> None:
        pushed = delivery.pushed
        what = pushed.get("Event") or pushed["MsgType"]
        level, why = _verdict(delivery)
        tries = [vars(one) for one in delivery.tries]
        self._journal.write("push", level, f"{what} ({self._account.mode})", why, tries=tries, message=pushed)


def _verdict(delivery: Delivery) -> tuple[Level, Words]:
    last = delivery.tries[-1]
    if not delivery.answered:
        return "bad", _failed(delivery.tries)
    if delivery.fault:
        return "bad", delivery.fault
    if len(delivery.tries) > 1:
        return "warn", Words(f"第 {last.n} 次才在时限内回应", f"Answered in time at try {last.n} only")
    kind = delivery.reply.kind if delivery.reply else "success"
    return "ok", Words(f"{last.took_ms} ms 内回应：{kind}", f"Answered in {last.took_ms} ms: {kind}")


def _failed(tries: list[Try]) -> Words:
    last = tries[-1]
    zh = {"too late": "没有在时限内回应", "refused": f"回应 HTTP {last.status}", "unreachable": "连接不上"}
    en = {
        "too late": "didn't answer in time",
        "refused": f"answered HTTP {last.status}",
        "unreachable": "can't be reached",
    }
    count = len(tries)
    return Words(
        f"推送 {count} 次，账号服务器{zh[last.outcome]}；手机显示“该公众号提供的服务出现故障”。",
        f"Pushed {count} times; the account's server {en[last.outcome]}. Phones show that it is out of service.",
    )


def _unreachable(exc: httpx.HTTPError) -> Words:
    name = type(exc).__name__
    return Words(f"请求 URL 超时或连接不上（{name}）。", f"The address can't be reached in time ({name}).")


def _no_echo(answer: httpx.Response) -> Words:
    got = answer.text[:60]
    return Words(
        f"token 验证失败：应原样返回 echostr，收到 HTTP {answer.status_code} {got!r}。",
        f"The check failed: echostr was to come back, it was HTTP {answer.status_code} {got!r}.",
    )
