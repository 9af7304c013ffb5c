"""The Official Account's door: WeChat's callback, the chat behind it, the menu, WeChat Pay's notifications.

`menu.json` beside this file is the account's menu as WeChat takes it.
"""

from __future__ import annotations

from gateway.wechat.door import routes

__all__ = ["routes"]
