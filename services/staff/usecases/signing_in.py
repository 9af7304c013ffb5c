"""Signing in: password, then code; and what a session is worth afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from kernel.ids import new_id, new_secret
from kernel.inbox import answer_once
from kernel.instants import instant_or_none
from services.staff.domain import (
    ABSOLUTE,
    DEVICE,
    ENROL,
    SIGN_IN,
    Account,
    Challenge,
    Session,
    allowances,
    passwords,
    totp,
)
from services.staff.errors import NoSession, SignInOver, SignInRefused, TooManyAttempts, WrongCode
from services.staff.schemas import Step
from services.staff.usecases.shared import (
    NOBODY,
    Cipher,
    Passwords,
    Tx,
    Work,
    account_view,
    actor_of,
    note,
    token_hash,
)

_TRAILED_AFTER: Final = 3
"""Wrong attempts under one key until the trail tells of them: a slip of the finger isn't news."""


@dataclass(frozen=True)
class _Attempt:
    """An attempt that was let through: what it counts under, and the account if there is one."""

    login: str
    account: Account | None
    bucket: str
    wide: str
    known_device: bool


def begin_sign_in(uow: Work, hasher: Passwords, cipher: Cipher, request: Mapping[str, Any]) -> dict[str, Any]:
    """SignInStepSchema. An unknown login and a wrong password are asked for a code like a right one, after the same
    work: only the end tells. Who has no authenticator yet gets a secret to enrol, if the password is right.

    The attempt is counted before it is looked at, so that many at once can't slip through, and given back when it
    turns out right. Raises TooManyAttempts, Busy.
    """
    hashed = token_hash(request["challenge"])
    with uow.read() as tx:
        before = tx.store.accounts.challenge(hashed)
    if before is not None:
        return _step(uow, cipher, before)
    attempt = _let_through(uow, request)
    account = attempt.account
    password = passwords.normal_password(request["password"])
    right = hasher.verify(account.password_hash if account and account.active else "", password)
    with uow.write() as tx:
        challenge = _challenge(tx, attempt, hashed, account if right else None)
        if challenge.enrols and account is not None:
            _prepare_secret(tx, cipher, account.id)
        tx.store.accounts.add_challenge(challenge)
    return _step(uow, cipher, challenge)


def get_sign_in(uow: Work, cipher: Cipher, challenge: str) -> dict[str, Any]:
    """SignInStepSchema of a sign-in under way. Raises SignInOver."""
    with uow.read() as tx:
        found, now = tx.store.accounts.challenge(token_hash(challenge)), tx.now()
    if found is None or now >= found.expires_at:
        raise SignInOver
    return _step(uow, cipher, found)


def finish_sign_in(uow: Work, cipher: Cipher, request: Mapping[str, Any]) -> dict[str, Any]:
    """SignedInSchema: a new session. A code is used once; one at enrolment proves that the app has the secret.

    Raises SignInRefused (the same for every reason), WrongCode (at enrolment: try again), SignInOver, TooManyAttempts.
    """
    hashed = token_hash(request["challenge"])
    with uow.read() as tx:
        answered = tx.inbox.answer_of(request["request_id"]) is not None
        challenge = tx.store.accounts.challenge(hashed)
        now = tx.now()
    if not answered:
        if challenge is None or now >= challenge.expires_at:
            raise SignInOver
        _check_code(uow, cipher, challenge, request["code"])

    def work(tx: Tx) -> dict[str, Any]:
        if challenge is None or challenge.account_id is None or not tx.store.accounts.take_challenge(hashed):
            raise SignInOver
        return _signed_in(tx, cipher, challenge, request)

    answer = answer_once(uow, request["request_id"], "finish_sign_in", dict(request), work)
    if not answer["enrolled_now"]:
        return _shown(answer, [])
    with uow.read() as tx:
        account = tx.store.accounts.get(answer["account"]["id"])
    if account is None:
        raise SignInOver
    secret = totp.secret_bytes(cipher.decrypt(account.sealed_secret, account.id))
    return _shown(answer, passwords.recovery_codes(secret, request["challenge"]))


def get_session(uow: Work, token: str) -> dict[str, Any]:
    """SessionStateSchema. Raises NoSession for unknown, ended, idle and old ones alike."""
    with uow.read() as tx:
        session = tx.store.accounts.session(token_hash(token))
        now = tx.now()
        account = None if session is None else tx.store.accounts.get(session.account_id)
        if session is None or account is None or not account.active or not session.live(now):
            raise NoSession
        answer = {
            "account": account_view(tx, account),
            "session_id": session.id,
            "expires_at": instant_or_none(session.expires_at),
        }
    if session.needs_touch(now):
        with uow.write() as tx:
            tx.store.accounts.touch_session(session.id, now)
    return answer


# --- the password --------------------------------------------------------------------------------------------


def _let_through(uow: Work, request: Mapping[str, Any]) -> _Attempt:
    """Count the attempt, if its allowances have room. Raises TooManyAttempts, alike for every login."""
    login = passwords.normal_login(request["login"])
    wide = allowances.key_of(allowances.ADDRESS, request["address"])
    with uow.write() as tx:
        now = tx.now()
        account = tx.store.accounts.by_login(login)
        device = token_hash(request["device"]) if request["device"] else ""
        known = tx.store.accounts.is_device(device, account.id if account else "", now)
        if known:
            bucket = allowances.key_of(allowances.DEVICE, device)
        else:
            bucket = allowances.key_of(allowances.PAIR, request["address"], login)
        counted = [bucket] if known else [bucket, wide]
        wait = max(allowances.wait_s(tx.store.accounts.lock_bucket(key, now), now) for key in counted)
        if not wait:
            counts = [tx.store.accounts.count_attempt(key, now, allowances.QUIET) for key in counted]
            if counts[0] == _TRAILED_AFTER + 1:
                subject = account.id if account else ""
                note(tx, NOBODY, "sign_in.guessed", subject, address=request["address"], device=known)
    if wait:
        raise TooManyAttempts(retry_after_s=wait)
    return _Attempt(login, account, bucket, "" if known else wide, known)


def _challenge(tx: Tx, attempt: _Attempt, hashed: str, account: Account | None) -> Challenge:
    """account: None unless the password was right."""
    enrols = account is not None and not account.enrolled
    return Challenge(
        token_hash=hashed,
        login=attempt.login[:200],
        account_id=None if account is None else account.id,
        enrols=enrols,
        bucket=attempt.bucket,
        known_device=attempt.known_device,
        expires_at=tx.now() + (ENROL if enrols else SIGN_IN),
    )


def _prepare_secret(tx: Tx, cipher: Cipher, account_id: str) -> None:
    """See to it that there is a secret to enrol: the same for all sign-ins until one of them is finished."""
    account = tx.store.accounts.lock(account_id)
    if account is None or account.enrolled or account.sealed_secret:
        return
    secret = totp.new_secret_text(new_secret(totp.SECRET_BYTES))
    tx.store.accounts.save(replace(account, sealed_secret=cipher.encrypt(secret, account.id)))


def _step(uow: Work, cipher: Cipher, challenge: Challenge) -> dict[str, Any]:
    if not challenge.enrols or challenge.account_id is None:
        return {"step": Step.CODE.value, "login": challenge.login, "secret": ""}
    with uow.read() as tx:
        account = tx.store.accounts.get(challenge.account_id)
    if account is None or account.enrolled or not account.sealed_secret:
        raise SignInOver
    secret = cipher.decrypt(account.sealed_secret, account.id)
    return {"step": Step.ENROL.value, "login": challenge.login, "secret": secret}


# --- the code ------------------------------------------------------------------------------------------------


def _check_code(uow: Work, cipher: Cipher, challenge: Challenge, code: str) -> None:
    """Raises SignInRefused, WrongCode, TooManyAttempts. Codes that are right are used up by `_signed_in`."""
    shown = "".join(code.split())
    with uow.write() as tx:
        now = tx.now()
        account = None if challenge.account_id is None else tx.store.accounts.lock(challenge.account_id)
        key = allowances.key_of(allowances.CODES, challenge.account_id or challenge.login)
        watched = not challenge.known_device
        wait = allowances.wait_s(tx.store.accounts.lock_bucket(key, now), now) if watched else 0
        right = not wait and proof_of(tx, cipher, account, shown, now) is not None
        if not right:
            if not challenge.enrols:
                tx.store.accounts.take_challenge(challenge.token_hash)
            if account is not None and not wait:
                count = tx.store.accounts.count_attempt(key, now, allowances.QUIET)
                if count == allowances.CODES.free:
                    note(tx, NOBODY, "sign_in.codes_guessed", account.id)
    if wait and challenge.enrols:
        raise TooManyAttempts(retry_after_s=wait)
    if not right:
        # Also for one who has to wait: to say so would say that the password was right.
        raise WrongCode if challenge.enrols else SignInRefused


def proof_of(tx: Tx, cipher: Cipher, account: Account | None, shown: str, now: datetime) -> int | str | None:
    """The step of a right code, the hash of a right recovery code, or None; as much work for no account."""
    secret = bytes(totp.SECRET_BYTES)
    if account is not None and account.sealed_secret:
        secret = totp.secret_bytes(cipher.decrypt(account.sealed_secret, account.id))
    step = totp.matching_step(secret, shown, now, account.last_step if account else 0)
    if account is None or not account.active:
        return None
    if totp.is_code(shown):
        return step
    hashed = passwords.recovery_hash(account.id, shown)
    return hashed if account.enrolled and tx.store.accounts.has_recovery(account.id, hashed) else None


def _signed_in(tx: Tx, cipher: Cipher, challenge: Challenge, request: Mapping[str, Any]) -> dict[str, Any]:
    """The session, in one transaction with the use of its code. Raises SignInRefused when another was faster."""
    now, store = tx.now(), tx.store.accounts
    account = store.lock(challenge.account_id or "")
    proof = None
    if account is not None:
        proof = proof_of(tx, cipher, account, "".join(request["code"].split()), now)
    if account is None or proof is None:
        raise SignInRefused
    taken = (
        store.take_step(account.id, proof)
        if isinstance(proof, int)
        else store.take_recovery(account.id, proof)
    )
    if not taken:
        raise SignInRefused
    account = replace(
        account,
        last_step=max(account.last_step, proof) if isinstance(proof, int) else account.last_step,
        last_seen_at=now,
        enrolled=True,
    )
    store.save(account)
    if challenge.enrols:
        secret = totp.secret_bytes(cipher.decrypt(account.sealed_secret, account.id))
        codes = passwords.recovery_codes(secret, request["challenge"])
        store.put_recovery(account.id, [passwords.recovery_hash(account.id, code) for code in codes])
    session = Session(
        id=new_id(),
        token_hash=token_hash(request["token"]),
        account_id=account.id,
        created_at=now,
        last_seen_at=now,
        expires_at=now + ABSOLUTE,
        address=request["address"],
        agent=request["agent"],
    )
    store.add_session(session)
    store.forgive(allowances.key_of(allowances.CODES, account.id))
    store.forgive(challenge.bucket)
    # Each sign-in gives the browser another token, so that a stolen one is soon worth nothing.
    store.drop_device(token_hash(request["device"]), account.id)
    store.add_device(token_hash(request["new_device"]), account.id, now + DEVICE)
    if not challenge.known_device:
        store.give_back(allowances.key_of(allowances.ADDRESS, request["address"]))
    how = "enrolled" if challenge.enrols else "code" if isinstance(proof, int) else "recovery_code"
    note(tx, actor_of(account.id), "sign_in.done", account.id, by=how, address=request["address"])
    return {
        "account": account_view(tx, account),
        "expires_at": instant_or_none(session.expires_at),
        "enrolled_now": challenge.enrols,
    }


def _shown(answer: dict[str, Any], codes: list[str]) -> dict[str, Any]:
    return {"account": answer["account"], "expires_at": answer["expires_at"], "recovery_codes": codes}
