"""Who takes part in the demo: three clients, a freelancer and a stranger. All of them are invented."""

from __future__ import annotations

from dataclasses import dataclass, field

DESK = "intake@studio.example"
"""The address of the intake desk."""
MAIL_SERVER = "mx.studio.example"
"""The server that vouches for senders (RFC 8601); the demo plays it."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an address; `signature` is what stands under every mail."""

    name: str = field(repr=False)
    address: str = field(repr=False)
    firm: str = field(repr=False)
    signature: tuple[str, ...] = field(repr=False)

    @property
    def domain(self) -> str:
        """What follows the @."""
        return self.address.partition("@")[2]


@dataclass(frozen=True, slots=True)
class Engagement:
    """A client's project with the studio. Its address is DESK with the token after a plus."""

    contact: Person
    title: str
    token: str

    @property
    def address(self) -> str:
        """Where mail for this project goes (RFC 5233)."""
        return DESK.replace("@", f"+{self.token}@")


INGRID = Person(
    "Ingrid Solberg",
    "ingrid.solberg@halden-robotics.example",
    "Halden Robotics",
    ("Ingrid Solberg", "Head of Marketing, Halden Robotics", "Tollbugata 4, Drammen"),
)
JONAS = Person(
    "Jonas Vik",
    "jonas.vik@halden-robotics.example",
    "Halden Robotics",
    ("Jonas", "Product, Halden Robotics"),
)
TOM = Person(
    "Tom Okafor",
    "tom.okafor@brightleaf-energy.example",
    "Brightleaf Energy",
    ("Tom Okafor", "Marketing Manager", "Brightleaf Energy, Leeds"),
)
PRIYA = Person(
    "Priya Raman",
    "priya@meridian-learning.example",
    "Meridian Learning",
    ("Priya Raman (she/her)", "Meridian Learning"),
)
STRANGER = Person(
    "Kit Marlow",
    "kit@growth-sprinters.example",
    "Growth Sprinters",
    ("Kit Marlow", "Chief Sprinter"),
)
MAYA = Person("Maya Lindqvist", "maya@lindqvist.example", "freelancer", ("Maya",))

HALDEN = Engagement(INGRID, "Cart 2 launch", "halden")
BRIGHTLEAF = Engagement(TOM, "Warm streets campaign", "brightleaf")
MERIDIAN = Engagement(PRIYA, "Say it kindly", "meridian")

ENGAGEMENTS = (HALDEN, BRIGHTLEAF, MERIDIAN)
EVERYONE = (INGRID, JONAS, TOM, PRIYA, STRANGER, MAYA)
