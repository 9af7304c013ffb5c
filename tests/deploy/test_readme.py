"""What the README says of the settings is what the code reads."""

from __future__ import annotations

import re

from deploy import readme_settings


def test_the_table_of_settings_is_up_to_date() -> None:
    text = readme_settings.README.read_text(encoding="utf-8")
    assert readme_settings.with_table(text) == text, "run: .venv/bin/python -m deploy.readme_settings"


def test_every_setting_in_the_code_is_in_the_table() -> None:
    found = set()
    for room in readme_settings.ROOMS:
        for path in (readme_settings.ROOT / room).rglob("*.py"):
            found |= set(re.findall(r'\bsetting\(\s*"([A-Z_]+)"', path.read_text(encoding="utf-8")))
    found = {key for key in found if not key.startswith("DEMO_")}
    assert found <= {row.key for row in readme_settings.setting_rows()}
    assert "AMQP_URL" in found
