"""What a partner is told about its batch: JSON, or the acknowledgement that AIDX has for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as Xml

import orjson

from gateway.partner import words as refusal_words
from gateway.partner.aidx.vocabulary import NAMESPACE
from gateway.wording import Words
from kernel.clock import real_now
from services.flights.schemas import Outcome


def to_json(results: Sequence[Mapping[str, Any]], words: Words, language: str) -> bytes:
    """{"results": [...], "applied": n, "older": n, "refused": n}, with the reasons in words."""
    counts = Counter(result["outcome"] for result in results)
    return orjson.dumps(
        {
            "results": [_item(result, words, language) for result in results],
            **{outcome.value: counts[outcome.value] for outcome in Outcome},
        }
    )


def to_aidx(results: Sequence[Mapping[str, Any]], words: Words, language: str) -> bytes:
    """IATA_AIDX_FlightLegRS in the manner of OTA: Success with a Warning for each item that was older or
    refused, or Errors when every item was refused. RecordID is the item's place, counted from 1.
    """
    root = Xml.Element(
        "IATA_AIDX_FlightLegRS",
        {
            "xmlns": NAMESPACE,
            "Version": "21.3",
            "TimeStamp": real_now().isoformat(timespec="seconds").replace("+00:00", "Z"),
        },
    )
    every_one_refused = all(result["outcome"] == Outcome.REFUSED for result in results)
    if every_one_refused:
        list_of, each = Xml.SubElement(root, "Errors"), "Error"
        told = list(results)
    else:
        Xml.SubElement(root, "Success")
        told = [result for result in results if result["outcome"] != Outcome.APPLIED]
        list_of, each = Xml.SubElement(root, "Warnings") if told else root, "Warning"
    for result in told:
        item = _item(result, words, language)
        Xml.SubElement(
            list_of,
            each,
            {
                "Type": _ADVISORY if result["outcome"] == Outcome.OLDER else _BUSINESS_RULE,
                "Code": item["reason"] or result["outcome"],
                "RecordID": str(result["index"] + 1),
                "ShortText": _sentence(item, result, language),
            },
        )
    message: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return message


# OTA's code list EWT, "error warning type"
_BUSINESS_RULE = "3"
_ADVISORY = "11"
_OLDER = {"zh": "已有更新或更权威的消息", "en": "Newer or weightier news is here already"}


def _sentence(item: Mapping[str, Any], result: Mapping[str, Any], language: str) -> str:
    if result["outcome"] == Outcome.OLDER:
        return _OLDER["en" if language == "en" else "zh"]
    fields = "; ".join(f"{entry['field']} {entry['detail']}" for entry in item.get("errors", ()))
    sentence: str = item["message"] or ""
    return f"{sentence}: {fields}" if fields else sentence


def _item(result: Mapping[str, Any], words: Words, language: str) -> dict[str, Any]:
    detail = {key: value for key, value in (result.get("detail") or {}).items() if key != "fields"}
    item = {
        "index": result["index"],
        "outcome": result["outcome"],
        "flight_id": result.get("flight_id"),
        "reason": result.get("reason"),
        "message": refusal_words.of_result(result, language),
        "detail": detail or None,
    }
    fields = refusal_words.fields_of(result, words, language)
    if fields:
        item["errors"] = fields
    return item
