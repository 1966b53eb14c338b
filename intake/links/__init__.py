"""Addresses in what a sender wrote: found, unwrapped, told apart, brought into one form to compare.

Nothing is ever fetched here. Whether an article counts toward an item is decided where the checklist is known; this
package only says that it could.
"""

from __future__ import annotations

from intake.links.compare import canonical
from intake.links.downloads import download_address, is_sign_in
from intake.links.find import MAX_LINKS, find, joined
from intake.links.redirects import unwrapped
from intake.links.services import judge

__all__ = [
    "MAX_LINKS",
    "canonical",
    "download_address",
    "find",
    "is_sign_in",
    "joined",
    "judge",
    "unwrapped",
]
