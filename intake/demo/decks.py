"""Two slide decks of an invented firm, as text: one for investors, one for customers. `documents` gives them a format."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide: a title, its points, and a table whose first row is the heading."""

    title: str
    points: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Deck:
    """Slides in order; the first is the cover, its points are the lines under the title."""

    title: str
    slides: tuple[Slide, ...]


def investor_deck(month: str) -> Deck:
    """The Series A deck, as shown in `month` ("November 2026")."""
    return Deck(
        "Halden Robotics investor deck",
        (
            Slide(
                "Halden Robotics", ("Carts that walk, so that pickers don't", f"Series A, {month}")
            ),
            Slide(
                "The problem",
                (
                    "Pickers in small warehouses walk 20 km a week, half of it with empty hands",
                    "Automation is built for sites with 200 people; 94 % of sites have fewer than 25",
                    "Every second vacancy stays open for more than four months",
                ),
            ),
            Slide(
                "Our solution",
                (
                    "A cart that follows the picker and drives the empty half alone",
                    "No beacons, no floor work, no new warehouse software",
                    "Picking on day four, measured over 23 installations",
                ),
            ),
            Slide(
                "Product",
                (
                    "Cart: 60 kg payload, eleven hours on one charge, stops within 12 cm",
                    "Fleet desk: a web page that shows where time is lost",
                    "Connects to eleven warehouse systems by file or by API",
                ),
            ),
            Slide(
                "Why now",
                (
                    "Depth cameras cost a fifth of what they did in 2019",
                    "Wages in logistics rose 31 % in five years",
                    "Next-day delivery has reached the twelve-person warehouse",
                ),
            ),
            Slide(
                "Market size",
                (
                    "TAM 14.2 bn EUR: 310,000 small warehouses in Europe",
                    "SAM 3.1 bn EUR: parts, pharmacy and fashion in nine countries",
                    "SOM 240 m EUR: what forty partners can install by year five",
                ),
            ),
            Slide(
                "Business model",
                (
                    "Lease at 690 EUR per cart and month, or 4 cents per pick",
                    "Gross margin 58 %, rising to 66 % with the second cart generation",
                    "Payback on acquisition cost: nine months",
                ),
            ),
            Slide(
                "Traction",
                ("Net revenue retention of 138 %, and no customer lost so far",),
                (
                    ("", "2024", "2025", "Run rate"),
                    ("Customers", "4", "13", "23"),
                    ("Carts in use", "9", "41", "96"),
                    ("ARR (EUR)", "74 k", "339 k", "795 k"),
                ),
            ),
            Slide(
                "Competition",
                (
                    "Conveyor builders: projects of a year, from 1 m EUR",
                    "Large robot fleets: need mapped floors and a control room",
                    "Trolleys and good will: the real competitor",
                ),
            ),
            Slide(
                "Go-to-market",
                (
                    "Forty regional dealers of shelving and forklifts",
                    "A step-counter study that 1 in 4 sites turns into an order",
                    "Expansion inside the account: 1.4 carts become 4.2 in a year",
                ),
            ),
            Slide(
                "Team",
                (
                    "Astrid Halden, CEO: ran operations for a parts trader for nine years",
                    "Jonas Vik, product: 23 installations, two patents on docking",
                    "Dr Mei Tan, CTO: motion planning, formerly in underwater vehicles",
                    "34 people in Drammen and Tallinn",
                ),
            ),
            Slide(
                "Financials",
                ("Break-even at 410 carts, planned for the third year after closing",),
                (
                    ("EUR m", "Year 1", "Year 2", "Year 3"),
                    ("Revenue", "1.6", "4.1", "9.8"),
                    ("Gross profit", "0.9", "2.5", "6.4"),
                    ("EBITDA", "-2.2", "-1.4", "0.7"),
                ),
            ),
            Slide(
                "The ask",
                (
                    "We are raising 6 m EUR in a Series A round",
                    "55 % dealers and installation, 30 % second generation, 15 % reserve",
                    "Runway of 26 months to break-even",
                ),
            ),
        ),
    )


def sales_deck(month: str) -> Deck:
    """The deck that the sales team shows to customers."""
    return Deck(
        "Halden Robotics company presentation",
        (
            Slide(
                "Less walking. More picking.", ("Company presentation", f"Halden Robotics, {month}")
            ),
            Slide(
                "Who we are",
                (
                    "Founded in Drammen, 34 people in Norway and Estonia",
                    "23 customers, 96 carts, nobody has sent one back",
                    "Service partners within two hours of every site",
                ),
            ),
            Slide(
                "The problem we solve",
                (
                    "Half of every picking hour is walking with empty hands",
                    "New colleagues are hard to find and harder to keep",
                    "Large automation does not fit into a small building",
                ),
            ),
            Slide(
                "How the solution works",
                (
                    "1. The picker stays in the aisle and fills the tote",
                    "2. The cart drives the full tote to the bench",
                    "3. It brings the next one back, by the shortest way",
                ),
            ),
            Slide(
                "Your benefits",
                (
                    "A third more orders with the same team",
                    "12 km less walking for each picker and week",
                    "Fewer picking mistakes: coloured totes, one order each",
                ),
            ),
            Slide(
                "What our customers say",
                (
                    '"By Friday it had a name." Fjordparts, Drammen',
                    '"We paid for it with the first Christmas." Lumo Toys, Tartu',
                    '"My knees voted for it." Apotek Nord, Bergen',
                ),
            ),
            Slide(
                "Traction in numbers",
                (
                    "Customers: 4, then 13, then 23 in three years",
                    "1.9 million picks driven, 99.4 % without a human hand",
                    "Four days from the pallet to the first order",
                ),
            ),
            Slide(
                "Safety",
                (
                    "Stops within 12 cm, tested to EN 1525",
                    "No lasers at eye level, no moving arms",
                    "One red button that everybody understands",
                ),
            ),
            Slide(
                "Pricing",
                (
                    "Lease: 690 EUR per cart and month, service included",
                    "Pay per pick: 4 cents, for seasonal businesses",
                    "Purchase: 31,000 EUR, seven years of parts",
                ),
            ),
            Slide(
                "The team you will meet",
                (
                    "Jonas Vik, installation and training",
                    "Ingrid Solberg, your contact for everything else",
                    "Eight service partners, one telephone number",
                ),
            ),
            Slide(
                "Next steps",
                (
                    "Borrow our step counters for a week, free of charge",
                    "A site visit of two hours, a proposal within five days",
                    "Questions: ingrid.solberg@halden-robotics.example",
                ),
            ),
        ),
    )
