"""Three blog posts of an invented firm, as text; `documents` gives each a format. Written for the demo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """A heading or a paragraph, as one line."""

    text: str
    heading: bool


@dataclass(frozen=True, slots=True)
class Post:
    """One article; `weeks_ago` is when it was published. In `body` a blank line ends a block, "## " opens a heading."""

    title: str
    author: str
    weeks_ago: int
    body: str

    def blocks(self) -> Iterator[Block]:
        """The headings and paragraphs, in order."""
        for block in self.body.strip().split("\n\n"):
            line = " ".join(block.split())
            yield Block(line.removeprefix("## "), line.startswith("## "))


WALKING = Post(
    title="Your pickers walk a half marathon a week. Here is how to give it back",
    author="Ingrid Solberg",
    weeks_ago=5,
    body="""
Last month we strapped step counters to eleven people in a spare-parts warehouse outside Drammen
and asked them to work as usual. By Friday afternoon the average was 21.4 kilometres for the week,
and the longest was just over thirty. None of them was surprised. Their manager was.

We have repeated the exercise at six more sites since then, and the number hardly moves. A picker
in a small warehouse spends more than half of each hour walking, and most of that walk is with
empty hands: back to the packing bench, out to the aisle, back to the bench again.

## Why small warehouses walk more, not less

You would expect a smaller building to mean shorter walks. In practice the opposite happens. Big
sites can afford conveyor belts, zoned picking and somebody whose whole job is slotting. A team of
twelve cannot. Goods are stored where there was room on the day they came in, and the fast movers
end up in the far corner because the far corner was free in March.

There is a second reason. Orders in small warehouses are short. Two lines, sometimes one. When
every order is its own trip, the walking is spread over fewer items, so each item costs more
steps. Batch picking helps, but only until the trolley is full and the labels get mixed up.

## Three things that help before you buy anything

First, move your twenty fastest items. Not the whole range, only twenty. Print last month's pick
list, count, and put those items on the two shelves nearest the bench at waist height. One of our
customers cut walking by eleven per cent in a single Saturday and a box of pizza.

Second, let people collect four orders at a time with four differently coloured totes. It sounds
like a toy. It works because colour is faster to check than a number, and mistakes show up at the
bench instead of in a customer's kitchen.

Third, stop bringing paper to the shelf. A phone on a wrist strap costs less than a pair of safety
shoes, and it saves the walk back for the list that was left on the desk.

## And then, let something else do the empty half

After that you are left with the walk nobody can tidy away: carrying full totes to the bench and
empty ones back out. That is the part we built our carts for. The picker stays in the aisle, the
cart drives. In Drammen the weekly average is now 9.8 kilometres, and Friday afternoons are a good
deal quieter than they used to be.

If you would like to measure your own team before deciding anything, we will happily lend you the
step counters. They fit in an envelope.
""",
)

FIRST_WEEK = Post(
    title="What really happens in the first week with a warehouse robot",
    author="Jonas Vik",
    weeks_ago=11,
    body="""
Brochures jump straight from unpacking to happiness. I have now been present at twenty-three
installations, and there is always a week in between. It is a good week, but it is not a quiet
one, and I think you should know what is coming before you sign anything.

## Monday: everyone stands in its way

The first cart comes off the pallet at nine. By ten it has driven every aisle twice and made its
map. By eleven half the team has stepped in front of it to see whether it stops. It does, every
time, and that is exactly why we let people try. Nobody trusts a machine they were told not to
touch.

We do not pick a single order on Monday. If somebody from our side tells you otherwise, please
call me.

## Tuesday and Wednesday: the building tells you its secrets

A robot is the most honest visitor a warehouse ever gets. It finds the doorway that is four
centimetres narrower than the drawing, the pallet that has lived in aisle seven since spring, and
the corner where the wireless network has never worked. At one site it found a leaking roof,
because it refused to drive through the puddle.

Make a list and fix the top five. Please do not fix everything; by Thursday you will know which of
the rest matter.

## Thursday: the first real orders

We start with a single order type, usually the small parcels that leave at two o'clock. The
numbers on Thursday are worse than they were without us, by about fifteen per cent in my notes.
People are watching the cart instead of the shelf. That is fine. Say so in the morning briefing,
and say it again after lunch.

## Friday: somebody gives it a name

I cannot explain this one, I can only report it. At nineteen of twenty-three sites the cart had a
name by Friday. There is a Gunnar, a Dolly and two called Kevin. From that moment on people warn
each other when it is low on battery, and the numbers go up.

In the second week you will be level with where you started, and in the fourth you will be around
a third ahead. I used to promise that earlier. Now I promise the puddle first, and customers thank
me for it.

My advice, then, is simple. Choose a week without a sale, tell the team what will go wrong, and
keep the afternoon of the first Monday free for questions. Put the one person who does not want
the machine in charge of switching it on. The rest is only driving.
""",
)

LEASING = Post(
    title="Buy, lease or pay per pick? An honest calculation for small teams",
    author="Ingrid Solberg",
    weeks_ago=18,
    body="""
We earn money whichever way you pay us, so you may want to take this article with a grain of salt.
Still, the same question comes up in every first call, and most people get it wrong in the same
direction: they compare the price of a machine with the wage of a person. Neither number is the
one that decides.

## Start with your quiet months

Take the three weakest months of last year and count your order lines. If a cart would have stood
still for more than two hours of each shift, buying it means paying for those hours for seven
years. Seasonal businesses, toys and garden furniture above all, should look at pay per pick
before anything else, although the price of a single pick looks painful in December.

If your quiet months are not much quieter than the rest, ownership wins after about thirty months.
Spare-parts traders and pharmacies are the classic case. Nobody stops needing brake pads in
February.

## What leasing really buys

Leasing sits in between and is often sold as a matter of taste. It is not. What you buy with a
lease is the right to be wrong about how many carts you need. We see customers start with three
and settle at two, or start with two and ask for a fourth before Easter. A lease lets you change
your mind once a year for the price of a phone call.

It also moves the repair bill to us, which changes how we behave. A supplier who pays for the
wheels designs better wheels. Ask any supplier, including me, who pays for the wheels.

## The two costs nobody writes down

The first is your own time. Count one person for one week at the start, and half a day each month
afterwards. It is not much, yet in a team of ten it is somebody's evening if you do not plan for
it. The second is the floor. Cracks, ramps and thresholds cost our customers four thousand euros
on average, once, before the first cart can drive.

## A rule of thumb to argue with

Under four hundred order lines a day, pay per pick. Between four hundred and a thousand, lease.
Above that, and with steady months, buy. We publish this although it sometimes sends people away
for a year, because the ones who come back have done their sums and stay.

You can download our spreadsheet without leaving an address. Change every number in it. If your
result differs from my rule of thumb, trust your result, and write to me: I collect the
exceptions, and the best of them will be the subject of next month's article.
""",
)
