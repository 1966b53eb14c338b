"""From an address to a file: through redirects, each of which is checked like the first."""

from __future__ import annotations

import http.client
import ssl
import time
from urllib.parse import urljoin

from intake.errors import TransientError
from intake.fetch.addresses import Line, Resolver, system_resolver
from intake.fetch.outcomes import FetchPolicy, NeedsAccess, Outcome, Refusal, Refused, RefusedError
from intake.fetch.places import place_of
from intake.fetch.wire import Redirect, answer_at
from intake.links import download_address, is_sign_in

MOST_REDIRECTS = 5


def fetch(url: str, policy: FetchPolicy, *, resolver: Resolver = system_resolver) -> Outcome:
    """Get the file at an address, or where the service hands it out. Raises TransientError where it may work later.

    GET only, by no proxy, without cookies, with certificates verified; at most five redirects, each checked like the
    first; never more octets or seconds than the policy allows.
    """
    line = Line(time.monotonic() + policy.seconds, resolver, policy.ca_file)
    target = download_address(url)
    try:
        for _ in range(MOST_REDIRECTS + 1):
            place = place_of(target, policy)
            answer = answer_at(place, policy, line)
            if not isinstance(answer, Redirect):
                return answer
            target = _joined(place.url, answer.location)
            if is_sign_in(target):
                return NeedsAccess()
            if place.scheme == "https" and not target.lower().startswith("https:"):
                return Refused(Refusal.NOT_TRUSTED)
    except RefusedError as refused:
        return Refused(refused.reason)
    except TimeoutError:
        return Refused(Refusal.TOO_SLOW)
    except ssl.SSLCertVerificationError:
        return Refused(Refusal.NOT_TRUSTED)
    except OSError as error:
        raise TransientError("A link could not be fetched: the connection failed.") from error
    except http.client.HTTPException:  # whose text may be the server's
        raise TransientError("A link could not be fetched: the answer is no HTTP.") from None
    return Refused(Refusal.TOO_MANY_REDIRECTS)


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise RefusedError(Refusal.NOT_AN_ADDRESS) from None
