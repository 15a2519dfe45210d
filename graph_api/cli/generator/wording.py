"""Made-up news: titles and excerpts that read like sentences and give a search something to find.

The one decision worth knowing: a story has words of its own (who, what, which product, where), the rest
is drawn for each text. So the articles of one story share rare words, and everybody shares the common
ones, as in real corpora. All names are fictional.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from graph_api.cli.generator.dice import Dice

Subject: TypeAlias = Mapping[str, str]
"""The words that the texts of one story share: slot name -> word."""

TITLE_LENGTHS = ((0, 30), (0.05, 43), (0.25, 58), (0.5, 70), (0.75, 84), (0.95, 115), (1, 150))
EXCERPT_LENGTHS = (
    (0, 0),
    (0.045, 0),
    (0.055, 64),
    (0.25, 136),
    (0.5, 192),
    (0.75, 242),
    (0.95, 306),
    (1, 400),
)

_HALF_A_CLAUSE = 9  # characters; a title ends with the clause that comes nearest to the length it should have
_LINE_BREAK_SHARE = 0.02
_ELLIPSIS_SHARE = 0.4


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))


NAME_STARTS = _words(
    "Alder, Amber, Anvil, Aspen, Basalt, Beacon, Birch, Bramble, Cedar, Cinder, Cobalt, Copper, Coral, Crane, "
    "Delta, Drift, Ember, Falcon, Fern, Flint, Garnet, Granite, Harbor, Hazel, Heron, Indigo, Iron, Juniper, "
    "Kestrel, Lantern, Linden, Maple, Marble, Meridian, Mistral, Northgate, Onyx, Orchard, Osprey, Pebble, Pine, "
    "Quarry, Raven, Ridge, Saffron, Sable, Sierra, Slate, Solstice, Spruce, Summit, Tamarack, Thistle, Timber, "
    "Tundra, Umber, Vesper, Willow, Winter, Zephyr"
)
NAME_ENDS = _words(
    "Post, Wire, Journal, Herald, Times, Review, Bulletin, Dispatch, Gazette, Ledger, Monitor, Observer, Record, "
    "Register, Signal, Standard, Tribune, Voice, Weekly, Insider, Digest, Report, Chronicle, Courier, Echo, "
    "Examiner, Globe, Mirror, News, Pulse, Reader, Sentinel, Spectator, Stack, Telegraph, Today, Tracker, Update, "
    "View, Watch"
)
NAME_TAILS = _words(
    "North, South, East, West, Coast, Valley, Lakes, Plains, Islands, Central, Metro, Global, Online, Business, "
    "Tech, Money, Science, Health, Energy, Motor, Retail, Sport, Culture, Travel, Law, Media, Learning, Security, "
    "Cloud, Data, Mobile, Games, Space, Ocean, Rail, Farm, Home, Design, Labs"
)
_MAKERS = _words(
    "Avendell, Borealis, Brightmoor, Calderon, Castellane, Corvane, Dunmark, Elmsford, Fairholt, Ferrowick, "
    "Galvern, Greyhaven, Halvorsen, Hexley, Ironvale, Jorvik, Kaldera, Kestering, Larkspur, Lumenor, Marrowby, "
    "Nordholm, Norvik, Oakhurst, Orinel, Pallister, Pellworth, Quillon, Ravenna, Rookwood, Salvator, Selwyn, "
    "Tamsin, Thorncastle, Ulverton, Valmere, Vandergrift, Westering, Wyndham, Yarrow, Zellner, Ångström Æther"
)
_KINDS_OF_MAKER = _words(
    "Systems, Labs, Networks, Robotics, Energy, Logistics, Health, Motors, Foods, Bank, Media"
)
_PRODUCT_STARTS = _words(
    "Sky, Deep, Blue, Night, Quick, Clear, North, Silver, True, Open, Hyper, Terra, Aqua, Helio, Lumi, Omni, Pico, "
    "Vector, Crypto, Opti"
)
_PRODUCT_ENDS = _words(
    "vault, stream, lake, mesh, frame, forge, path, cast, grid, beam, sense, flow, port, nest, scope, works, link, "
    "shift, sync, loom"
)
_COMMON = {
    "place": _words(
        "Port Calder, Westmarch, Lindenau, São Vento, Karsholm, New Ardley, Monte Bravo, Tiber Falls, Østvik, "
        "Kilbride, Hakodera, Bellavoix, Grand Harrow, Dunwich Bay, Santa Orsola, Nakuru Heights, Zellbrück"
    ),
    "thing": _words(
        "storage gateway, container registry, translation model, payroll platform, data center, message broker, "
        "identity service, search index, backup vault, analytics suite, developer portal, edge appliance, speech "
        "engine, billing system, drone fleet, sensor network, billing API, compiler, training cluster, service mesh, "
        "column store, robot arm, patient record, warehouse system, credit model, satellite link, firewall, notebook "
        "service, video pipeline, stream processor"
    ),
    "verb": _words(
        "unveils, opens, retires, expands, rebuilds, previews, delays, tests, acquires, moves, migrates, secures, "
        "audits, doubles, halves, renames, open-sources, prices, ships, patches, pauses, defends, explains, upgrades"
    ),
    "adjective": _words(
        "modular, encrypted, low-latency, regional, serverless, hybrid, long-awaited, managed, portable, "
        "carbon-neutral, self-healing, multi-tenant, zero-trust, real-time, second-generation, low-code, offline, "
        "distributed, confidential, autonomous, versioned, affordable, federated"
    ),
    "audience": _words(
        "hospitals, small banks, city councils, game studios, car makers, farmers, universities, airlines, insurers, "
        "start-ups, retailers, public agencies, research labs, telecom carriers, schools, museums, shipping lines, "
        "newsrooms, energy traders, café chains"
    ),
    "purpose": _words(
        "cut energy use, meet new privacy rules, shorten recovery times, replace spreadsheets, detect fraud, predict "
        "floods, balance load, translate court records, route parcels, inspect bridges, forecast demand, schedule "
        "trains, index archives, monitor glaciers, train operators, reduce waste, find outages, plan harvests"
    ),
    "event": _words(
        "two-year trial, record quarter, regional outage, merger attempt, security review, pilot project, customer "
        "vote, court ruling, price war, storm season, hiring freeze, leadership change, failed launch"
    ),
    "remark": _words(
        "what changes now, a closer look, five lessons, the numbers, who gains, an early review, the road ahead, "
        "questions and answers, how it works, what it costs, a field report, analysts respond"
    ),
    "opening": _words(
        "Report: , Opinion: , Analysis: , Inside look: , Exclusive: , Interview — , First look: , Explained: , "
        "Q&A: , Podcast: "
    ),
    "role": _words(
        "chief executive, head of research, product lead, spokesperson, chief engineer, finance chief"
    ),
    "gain": _words(
        "shorter queues, lower bills, fewer outages, faster builds, higher yields, fewer false alarms"
    ),
    "time": _words(
        "spring, early summer, autumn, the end of the year, next quarter, the first half, mid-winter"
    ),
    "number": tuple(
        str(number) for number in (3, 4, 6, 9, 12, 15, 18, 20, 24, 27, 30, 35, 40, 48, 60, 75, 90)
    ),
}

_CLAUSES = (
    " for {audience}", " in {place}", " with {partner}", " after {event}", " to {purpose}", " by {time}",
    " at the “Open Harbor” summit", " as rivals {rivals}", ", cites {gain}", ": {remark}",
)  # fmt: skip
_SENTENCES = (
    "{actor} said on Tuesday that its {adjective} {thing} will {purpose} for {audience}.",
    "The {thing}, known as {product}, is expected to {purpose} by {time}.",
    "Customers in {place} reported {number} percent {gain} during the trial, according to the {role}.",
    "“We built {product} so that {audience} can {purpose},” the company’s {role} said.",  # noqa: RUF001  typographic, as newsrooms write
    "Weeks after a {event}, {actor} {verb} the {adjective} {thing} together with {partner}.",
    "The announcement from {place} comes as {audience} look for ways to {purpose} & keep costs under ${number} million.",
    "In this post we look at how {product} helps {audience} {purpose}, and at the {adjective} {thing} behind it.",
    "Shares of {partner} fell {number}% as {actor} {verb} its {thing} in {place}.",
    "Today, we are pleased to introduce {product}, a {adjective} {thing} for {audience}.",
    'It’s the "{adjective} {thing}" that {audience} asked for — and it can {purpose}.',  # noqa: RUF001  as above
    "{partner} and {actor} agreed to {purpose}, starting in {place} by {time}.",
)  # fmt: skip


class Wording:
    """Titles and excerpts, drawn with the dice it was given."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._clauses = tuple(_parts(clause) for clause in _CLAUSES)
        self._sentences = tuple(_parts(sentence) for sentence in _SENTENCES)
        self._cores = (
            _parts("{actor} {verb} {thing}"),
            _parts("{actor} {verb} {adjective} {thing} {product}"),
        )
        self._words = _COMMON | {"rivals": _words("follow, wait, protest, catch up, withdraw, adapt")}

    def subject(self) -> Subject:
        """Words for a new story."""
        pick = self._dice.pick
        return MappingProxyType(
            {
                "actor": self._company(),
                "product": pick(_PRODUCT_STARTS) + pick(_PRODUCT_ENDS),
                "place": pick(_COMMON["place"]),
                "thing": pick(_COMMON["thing"]),
            }
        )

    def title(self, subject: Subject) -> str:
        """A headline of one line; lengths in characters as `TITLE_LENGTHS` has them."""
        length = self._dice.along(TITLE_LENGTHS) - _HALF_A_CLAUSE
        title = self._filled(self._cores[length > 55], subject)  # the longer core has about 60
        clauses = list(self._clauses)
        self._dice.shuffle(clauses)
        for clause in clauses:
            if len(title) >= length:
                break
            title += self._filled(clause, subject) if ":" not in title else ""
        return title if len(title) > length or self._dice.chance(0.5) else self._opened(title)

    def excerpt(self, subject: Subject) -> str:
        """Some sentences, the last one cut; lengths in characters as `EXCERPT_LENGTHS` has them."""
        length = int(self._dice.along(EXCERPT_LENGTHS))
        text = ""
        while len(text) < length:
            between = "\r\n\r\n" if self._dice.chance(_LINE_BREAK_SHARE) else " "
            text += (between if text else "") + self._filled(self._dice.pick(self._sentences), subject)
        return self._cut(text, length) if len(text) > length else text

    def _cut(self, text: str, length: int) -> str:
        cut = text[:length].rpartition(" ")[0].rstrip()
        return f"{cut} ..." if cut and self._dice.chance(_ELLIPSIS_SHARE) else cut

    def _opened(self, title: str) -> str:
        return f"{self._dice.pick(self._words['opening'])} {title}"

    def _filled(self, parts: tuple[str, ...], subject: Subject) -> str:
        words = list(parts)
        for at in range(1, len(words), 2):
            words[at] = subject.get(words[at]) or self._drawn(words[at])
        return "".join(words)

    def _drawn(self, slot: str) -> str:
        return self._company() if slot == "partner" else self._dice.pick(self._words[slot])

    def _company(self) -> str:
        return f"{self._dice.pick(_MAKERS)} {self._dice.pick(_KINDS_OF_MAKER)}"


def _parts(template: str) -> tuple[str, ...]:
    """Text, slot, text, slot, ..., text."""
    return tuple(re.split(r"\{(\w+)\}", template))


def slug(text: str) -> str:
    """*text* as part of a URL or file name: `a-z0-9` and single hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", "-", plain.lower()).strip("-")
