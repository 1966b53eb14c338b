"""Random casts: nobody is taken for a contact or a freelancer by what a sender alone can write."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from intake.domains import is_aligned
from intake.identify import forwarded_senders, identify
from intake.model import (
    Accepted,
    Acquaintance,
    Address,
    Authentication,
    Client,
    ClientId,
    Identification,
    InboundMessage,
    Project,
    ProjectId,
    ProjectState,
    Submission,
    Token,
    is_among,
)
from intake.parse import parse
from intake.vet import VetPolicy, vet

OURS = "mx.studio.example"
STRICT = VetPolicy(
    frozenset({Address("intake@studio.example")}), frozenset({OURS}), accept_unverified=False
)
DOMAINS = st.sampled_from(
    ["acme.example", "eu.acme.example", "gmail.com", "googlemail.com", "acme.co.uk", "evil.example"]
)
NAMES = st.sampled_from(["ana", "a.na", "ana+x", "bo", "fay"])
ADDRESSES = st.builds(lambda name, domain: Address(f"{name}@{domain}"), NAMES, DOMAINS)
TOKENS = st.sampled_from([None, Token("p1"), Token("p2"), Token("p3"), Token("none")])


@dataclass(frozen=True, slots=True)
class Cast:
    """Clients and their projects, and what a ledger would tell of a sender."""

    projects: tuple[Project, ...]

    def acquaintance(self, sender: Address | None, token: Token | None) -> Acquaintance:
        clients = {entry.client.id: entry.client for entry in self.projects}.values()
        host = (sender or "").rpartition("@")[2]
        return Acquaintance(
            sender=sender,
            clients=tuple(one.id for one in clients if sender and is_among(sender, one.contacts)),
            colleague_of=tuple(one.id for one in clients if host in one.domains),
            projects=self.projects,
            token_exists=any(entry.token == token for entry in self.projects),
        )


def _project(number: int, client: Client, freelancers: list[Address]) -> Project:
    return Project(
        id=ProjectId(number),
        client=client,
        title=f"Project {number}",
        token=Token(f"p{number}"),
        checklist="onboarding",
        freelancers=tuple(freelancers),
        state=ProjectState.OPEN,
        timezone="UTC",
        opened_on=date(2026, 11, 1),
    )


CLIENTS = st.tuples(st.lists(ADDRESSES, max_size=2), st.lists(DOMAINS, max_size=1))
CASTS = st.lists(st.tuples(CLIENTS, st.lists(ADDRESSES, max_size=2)), max_size=3).map(
    lambda drawn: Cast(
        tuple(
            _project(
                number,
                Client(ClientId(number), f"Client {number}", tuple(contacts), tuple(domains)),
                freelancers,
            )
            for number, ((contacts, domains), freelancers) in enumerate(drawn, start=1)
        )
    )
)


@dataclass(frozen=True, slots=True)
class Result:
    """One Authentication-Results field."""

    server: str
    method: str
    result: str
    domain: str

    def __str__(self) -> str:
        named = {"dmarc": "header.from", "dkim": "header.d", "spf": "smtp.mailfrom"}[self.method]
        return f"Authentication-Results: {self.server}; {self.method}={self.result} {named}={self.domain}"


SERVERS = st.sampled_from([OURS, "mx.evil.example", f"x.{OURS}", f"({OURS}) mx.evil.example"])
RESULTS = st.builds(
    Result,
    server=SERVERS,
    method=st.sampled_from(["dmarc", "dkim", "spf"]),
    result=st.sampled_from(["pass", "fail", "none", "temperror", "softfail"]),
    domain=st.one_of(DOMAINS, st.sampled_from(["co.uk", "com", "example"])),
)


@dataclass(frozen=True, slots=True)
class Mail:
    """What somebody sends: the address it claims to be from, and everything that might persuade us."""

    sender: Address
    results: tuple[Result, ...] = ()
    others: tuple[Address, ...] = ()
    token: Token | None = field(default=None)

    def message(self) -> InboundMessage:
        lines = [*map(str, self.results), f"From: Somebody <{self.sender}>"]
        lines += [f"Subject: {self.token}", "To: intake@studio.example"]
        lines += [
            f"{name}: {other}" for name in ("Reply-To", "Sender") for other in self.others[:1]
        ]
        forwarded = [f"From: {other}" for other in self.others]
        return parse("\r\n".join([*lines, "", "fyi", *forwarded]).encode())


MAILS = st.builds(
    Mail,
    sender=ADDRESSES,
    results=st.lists(RESULTS, max_size=3).map(tuple),
    others=st.lists(ADDRESSES, max_size=2).map(tuple),
    token=TOKENS,
)


def decided(mail: Mail, cast: Cast) -> Identification | None:
    """Whom a message is taken to be from; None where it is not believed at all."""
    message = mail.message()
    if not isinstance(vet(message, documents=True, policy=STRICT), Accepted):
        return None
    sender = message.sender.address if message.sender else None
    known = cast.acquaintance(sender, mail.token)
    return identify(message, known, token=mail.token, forwarded=forwarded_senders(message))


@settings(max_examples=150)
@given(MAILS, CASTS)
def test_only_a_proven_address_of_the_projects_own_people_gets_in(mail: Mail, cast: Cast) -> None:
    found = decided(mail, cast)
    believed = next((entry for entry in mail.results if entry.server == OURS), None)
    proven = (
        believed is not None
        and believed.result == "pass"
        and is_aligned(believed.domain, mail.sender.rpartition("@")[2])
    )

    assert proven or found is None
    assert not isinstance(found, Submission) or (
        found.sender == mail.sender
        and is_among(mail.sender, (*found.project.client.contacts, *found.project.freelancers))
    )


@settings(max_examples=80)
@given(MAILS, CASTS, st.lists(RESULTS, min_size=1, max_size=3))
def test_what_stands_below_our_servers_own_field_changes_nothing(
    mail: Mail, cast: Cast, forged: list[Result]
) -> None:
    ours = Result(OURS, "dmarc", "fail", "acme.example")
    honest = Mail(mail.sender, (ours,), mail.others, mail.token)
    attempt = Mail(mail.sender, (ours, *forged), mail.others, mail.token)

    assert decided(attempt, cast) == decided(honest, cast)


@settings(max_examples=80)
@given(ADDRESSES, TOKENS, CASTS)
def test_without_a_proof_nobody_is_identified(
    sender: Address, token: Token | None, cast: Cast
) -> None:
    assert decided(Mail(sender, token=token), cast) is None


@settings(max_examples=80)
@given(MAILS, st.sampled_from([Authentication.NONE, Authentication.FAIL]))
def test_our_own_look_lets_nobody_in_unless_it_finds_a_signature(
    mail: Mail, own: Authentication
) -> None:
    message = mail.message()
    alone = vet(message, documents=True, policy=STRICT)
    looked = vet(message, documents=True, policy=STRICT, own=own)

    assert isinstance(looked, Accepted) is isinstance(alone, Accepted)
