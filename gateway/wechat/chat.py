"""What the account answers: to words, menu buttons, QR codes and events."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from gateway.cache import FlightEntry
from gateway.deps import Deps
from gateway.following import is_over
from gateway.wechat.buses import Buses
from gateway.wechat.cards import Cards, day_words
from gateway.wechat.finds import Finder
from gateway.wechat.followers import Followers, Spoken
from gateway.wechat.goods import Goods
from gateway.wechat.intents import Reader, Wish
from gateway.wechat.messages import Answer, Card, Incoming, Text
from gateway.wechat.words import ChatWords, Topic, language_of
from kernel import clock
from kernel.errors import Kind, ServiceError
from services.flights import query
from services.notify.card_schemas import CardEvent
from services.notify.errors import TooManyFollows
from services.notify.schemas import Role

_MOST_LANGUAGES: Final = 50_000
_NEW_SCENE: Final = "qrscene_"
_FLIGHT_SCENE: Final = "flight_"
_BUS: Final = "bus"
_LOST: Final = "lost"
_CARD_EVENTS: Final = {
    "user_get_card": CardEvent.GOT,
    "user_del_card": CardEvent.DELETED,
    "user_consume_card": CardEvent.CONSUMED,
}
_NO_MARKUP: Final = str.maketrans("", "", "<>")
_PICTURES: Final = frozenset({"image", "video", "shortvideo", "link", "file"})


class Chat:
    """One account's conversation with everybody."""

    def __init__(self, deps: Deps, words: ChatWords, cards: Cards, followers: Followers) -> None:
        self._deps, self._words, self._cards, self._followers = deps, words, cards, followers
        self._finder = Finder(deps.flights, deps.airport.iata)
        self._reader = Reader(words)
        self._buses = Buses(deps, words, cards)
        self._goods = Goods(deps, words, cards)
        self._languages: OrderedDict[str, str] = OrderedDict()

    async def answer(self, incoming: Incoming) -> Answer:
        """The answer to a message or an event. Raises nothing but what is our fault."""
        spoken = self._spoken(incoming)
        if incoming.kind.startswith("event:"):
            return await self._event(incoming, incoming.kind.removeprefix("event:"), spoken)
        spoken = await self._heard(incoming, spoken)
        language = spoken.language
        if incoming.text and incoming.kind in {"text", "voice"}:
            return await self._text(incoming, spoken)
        if incoming.kind == "location":
            return await self._location(incoming, language)
        if incoming.kind == "voice":
            return self._say("voice", language)
        return self._say("picture" if incoming.kind in _PICTURES else "help", language)

    # --- words -------------------------------------------------------------------------------------------

    async def _text(self, incoming: Incoming, spoken: Spoken) -> Answer:
        language, names = spoken.language, self._finder.names()
        if query.normalise(incoming.text) not in names.places and self._buses.names_stop(incoming.text):
            return await self._buses.answer(incoming.text, language)
        wish = self._reader.read(incoming.text, names, self._finder.any)
        if wish.topic is not None:
            return await self._topic(wish.topic, language, incoming.text)
        if wish.kind == "agree":
            return await self._agree(incoming, spoken)
        if wish.kind == "goods":
            return await self._goods.wanted(wish.asked, language)
        if wish.kind == "unknown":
            return await self._goods.named(wish.asked, language) or self._say("help", language)
        if wish.kind == "help":
            return self._say("help", language)
        if not wish.asked:
            return self._say("follow_what", language)
        if not self._deps.flights.loaded:
            return self._say("loading", language)
        if wish.kind == "flights":
            return self._flights(wish.asked, language)
        return await self._follow(incoming, wish, spoken)

    def _flights(self, asked: str, language: str) -> Answer:
        found = self._finder.find(asked)
        if found.outside:
            days = self._deps.flights.days()
            return self._say(
                "outside",
                language,
                first=day_words(days[0], language),
                last=day_words(days[-1], language),
                url=self._cards.link("/flights/departures"),
            )
        if not found.entries:
            url = self._cards.link("/flights/departures")
            return self._say("none_found", language, asked=asked.translate(_NO_MARKUP), url=url)
        if len(found.entries) == 1:
            return self._cards.flight(found.entries[0], language)
        return self._cards.several(found.entries, asked, language)

    async def _topic(self, topic: Topic, language: str, said: str = "") -> Answer:
        if topic.key == _BUS:
            return await self._buses.answer(said, language)
        if topic.key == _LOST:
            return self._lost(said, language)
        text = self._words.fill(topic.text, language, site=self._cards.link(""))
        if not topic.path:
            return Text(text)
        return Card(topic.name.in_language(language), text, self._cards.link(topic.path))

    def _lost(self, said: str, language: str) -> Text:
        """Where to report it, with the flight that was named along with it; and where to look."""
        flight = self._reader.flight_in(said, self._finder.names())
        found = self._finder.find(flight).entries if flight else []
        report = f"/lost/report?flight={found[0].id}" if len(found) == 1 else "/lost/report"
        links = {"report": report, "mine": "/me/lost", "items": "/lost/items", "found": "/lost/found"}
        return self._say("lost", language, **{name: self._cards.link(path) for name, path in links.items()})

    async def _location(self, incoming: Incoming, language: str) -> Answer:
        """Where somebody is, sent by hand: the nearest bus stop."""
        try:
            place = float(incoming.fields["Location_X"]), float(incoming.fields["Location_Y"])
        except (KeyError, ValueError):
            return self._say("location", language)
        if not (-90 <= place[0] <= 90 and -180 <= place[1] <= 180):
            return self._say("location", language)
        return await self._buses.nearest(place, language)

    # --- following ---------------------------------------------------------------------------------------

    async def _follow(self, incoming: Incoming, wish: Wish, spoken: Spoken) -> Answer:
        language = spoken.language
        found = self._finder.find(wish.asked)
        if not found.entries:
            return self._flights(wish.asked, language)
        now = clock.now()
        open_ones = [entry for entry in found.entries if not is_over(entry.flight, now)]
        if not open_ones and wish.kind == "follow":
            entry = found.entries[-1]
            day = self._cards.day(entry, language)
            return self._say("follow_over", language, number=entry.flight["number"], day=day)
        choices = open_ones or found.entries
        if len(choices) > 1:
            return self._cards.several(choices, wish.asked, language, "which")
        entry, followers = choices[0], self._followers
        try:
            if wish.kind == "unfollow":
                await followers.unfollow(incoming, entry.id, spoken)
                return self._followed(entry, "unfollowed", language)
            hears = await followers.follow(incoming, entry.id, likely_role(entry), spoken)
        except ServiceError as exc:
            return self._not_followed(exc, language)
        if not hears.agreed:
            return self._followed(entry, "followed_silently", language)
        return self._followed(entry, "followed" if hears.reachable else "followed_out_of_reach", language)

    async def _agree(self, incoming: Incoming, spoken: Spoken) -> Answer:
        """Messages about flights again, after taking the consent back."""
        try:
            await self._followers.agree(incoming, spoken)
        except ServiceError as exc:
            return self._not_followed(exc, spoken.language)
        return self._say("agreed", spoken.language)

    def _followed(self, entry: FlightEntry, said: str, language: str) -> Text:
        here, there = entry.flight["departure"]["airport"], entry.flight["arrival"]["airport"]
        return self._say(
            said,
            language,
            **{
                "number": entry.flight["number"],
                "from": here["city"][language] or here["city"]["en"],
                "to": there["city"][language] or there["city"]["en"],
                "day": self._cards.day(entry, language),
                "time": self._cards.time(entry),
            },
        )

    def _not_followed(self, error: ServiceError, language: str) -> Text:
        if error.code == TooManyFollows.code:
            return self._say(
                "too_many", language, limit=error.data.get("limit", "–"), url=self._cards.link("/me/flights")
            )
        if error.kind is Kind.INTERNAL:
            raise error
        return self._say("failed", language)

    # --- events ------------------------------------------------------------------------------------------

    async def _event(self, incoming: Incoming, event: str, spoken: Spoken) -> Answer:
        key = incoming.fields.get("EventKey", "")
        if event == "subscribe":
            scene = key.removeprefix(_NEW_SCENE)
            spoken = await self._followers.welcome(incoming, spoken, scene)
            return self._welcome(scene, self._keep(incoming, spoken).language)
        if event == "unsubscribe":
            self._followers.note_left(incoming, spoken)
            return None
        if event == "templatesendjobfinish":
            self._followers.note_receipt(incoming)
            return None
        if event in _CARD_EVENTS:
            self._followers.note_card(incoming, _CARD_EVENTS[event])
            return None
        if event == "location":
            # WeChat tells where somebody is each time they open the chat, unasked: an answer would be a nuisance.
            return None
        if event == "view":
            self._followers.note(incoming, spoken)
            return None
        language = (await self._heard(incoming, spoken)).language
        if event == "scan":
            return self._scene(key, language) or self._say("help", language)
        if event == "click":
            topic = self._words.topics.get(key.removeprefix("topic:"))
            return await self._topic(topic, language) if topic else self._say("help", language)
        return None

    def _welcome(self, scene: str, language: str) -> Text:
        """The greeting; of one who comes by a flight's QR code, with that flight."""
        parts = [self._words.say("welcome", language)]
        entry = self._entry_of(scene)
        if entry is not None:
            parts += [
                self._cards.several([entry], "", language).content.split("\n", 1)[1],
                self._cards.hint(entry, language),
            ]
        else:
            parts.append(self._words.say("help", language))
        return Text("\n".join(part for part in parts if part))

    def _scene(self, scene: str, language: str) -> Answer:
        entry = self._entry_of(scene)
        return None if entry is None else self._cards.flight(entry, language)

    def _entry_of(self, scene: str) -> FlightEntry | None:
        if not scene.startswith(_FLIGHT_SCENE):
            return None
        return self._deps.flights.get(scene.removeprefix(_FLIGHT_SCENE))

    # --- language ----------------------------------------------------------------------------------------

    def failed(self, incoming: Incoming) -> Text:
        """That it didn't work, as far as can be told in the person's language."""
        return self._say("failed", self._spoken(incoming).language)

    async def _heard(self, incoming: Incoming, spoken: Spoken) -> Spoken:
        return self._keep(incoming, await self._followers.language(incoming, spoken))

    def _spoken(self, incoming: Incoming) -> Spoken:
        """As the person writes; of what has no language the one they were answered in before."""
        written = language_of(incoming.text) if incoming.kind in {"text", "voice"} else None
        before = self._languages.get(incoming.openid, self._deps.settings.language)
        return Spoken(written or before, written)

    def _keep(self, incoming: Incoming, spoken: Spoken) -> Spoken:
        self._languages[incoming.openid] = spoken.language
        self._languages.move_to_end(incoming.openid)
        if len(self._languages) > _MOST_LANGUAGES:
            self._languages.popitem(last=False)
        return spoken

    def _say(self, key: str, language: str, **values: object) -> Text:
        return Text(self._words.say(key, language, **values))


def likely_role(entry: FlightEntry) -> str:
    """Who follows a departure flies; who follows an arrival comes to meet somebody."""
    return (Role.PASSENGER if entry.direction == "departure" else Role.GREETER).value
