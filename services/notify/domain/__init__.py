"""The rules of notify: what is worth telling and when, in which words, and what WeChat's answers mean."""

from __future__ import annotations

from services.notify.domain.cards import (
    LOOK_AGAIN,
    LOOK_FIRST,
    LOOKS,
    TILL_UNDO,
    TRIES,
    CodeState,
    ErrandKind,
    Shown,
    card_of,
    changes_of,
    errand_pause,
    new_card_code,
    settles,
    sign_card,
    waits,
)
from services.notify.domain.checkins import checkin_notice, once_for
from services.notify.domain.facts import Facts, facts_of
from services.notify.domain.gathering import concerned, joined, with_coupon, without
from services.notify.domain.judging import Memory, Moment, Pending, baseline, judge
from services.notify.domain.kinds import RULES, HoldOff, Register, Rule
from services.notify.domain.lost import lost_notice
from services.notify.domain.mall import REPAID, mall_notice
from services.notify.domain.menu import check_menu, menu_changes
from services.notify.domain.notices import NOTICES, Notice, Two, bus_notice, page_of, payment_notice
from services.notify.domain.outcomes import (
    SAFE_AGAIN,
    Meaning,
    Verdict,
    lost,
    meaning,
    next_day_at,
    pause,
    verdict,
)
from services.notify.domain.quiet import send_from
from services.notify.domain.signing import is_own_page, sign_page
from services.notify.domain.wording import Template, Wording, news_words, with_code

__all__ = [
    "LOOKS",
    "LOOK_AGAIN",
    "LOOK_FIRST",
    "NOTICES",
    "REPAID",
    "RULES",
    "SAFE_AGAIN",
    "TILL_UNDO",
    "TRIES",
    "CodeState",
    "ErrandKind",
    "Facts",
    "HoldOff",
    "Meaning",
    "Memory",
    "Moment",
    "Notice",
    "Pending",
    "Register",
    "Rule",
    "Shown",
    "Template",
    "Two",
    "Verdict",
    "Wording",
    "baseline",
    "bus_notice",
    "card_of",
    "changes_of",
    "check_menu",
    "checkin_notice",
    "concerned",
    "errand_pause",
    "facts_of",
    "is_own_page",
    "joined",
    "judge",
    "lost",
    "lost_notice",
    "mall_notice",
    "meaning",
    "menu_changes",
    "new_card_code",
    "news_words",
    "next_day_at",
    "once_for",
    "page_of",
    "pause",
    "payment_notice",
    "send_from",
    "settles",
    "sign_card",
    "sign_page",
    "verdict",
    "waits",
    "with_code",
    "with_coupon",
    "without",
]
