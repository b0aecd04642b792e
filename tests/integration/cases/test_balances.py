import asyncio
from random import Random

import pytest

from tests.integration.cases.crediting import adjusted, books_agree, reinstated, reversed_payment
from tests.integration.cases.events import Sent, call, completed, conference, credit, leg, moment, opened
from tests.integration.cases.house import House
from tests.integration.cases.revising import voided

TENANTS = 12
ROUNDS = 4
EACH = 25
# Two prefixes with whole prices, and a length that makes fractions of a cent of the cheaper one.
NUMBERS = ("4930123456", "15551234567")


class Load:
    """Whatever may happen to a tenant's money, at random, late and twice."""

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        self.chance = Random(tenant)
        self.payments: list[str] = []
        self.reversals: list[str] = []
        self.sent: list[Sent] = []

    def events(self) -> list[Sent]:
        return [self.event() for _ in range(EACH)]

    def event(self) -> Sent:
        if self.sent and self.chance.random() < 0.1:
            return self.chance.choice(self.sent)
        kinds = [self.call, self.call, self.call, self.meeting, self.credit, self.credit, self.reversal]
        made = self.chance.choice([*kinds, self.won, self.adjustment, self.void, self.answer])()
        self.sent.append(made)
        return made

    def call(self) -> Sent:
        return call(
            self.tenant,
            started_at=moment(-self.chance.randrange(5 * 86_400)),
            rated_number=self.chance.choice(NUMBERS),
            duration_s=self.chance.randrange(400),
        )

    def meeting(self) -> Sent:
        return conference(self.tenant, leg("one", duration_s=61), leg("two", started_at=moment(-90_000)))

    def credit(self) -> Sent:
        self.payments.append(f"p-{len(self.payments)}")
        kind = self.chance.choice(["purchase", "purchase", "promotion"])
        amount = str(self.chance.randrange(1, 9)) if kind == "purchase" else "1.234567"
        # Some of it has expired when it is booked, and late usage has that back.
        expires = moment(self.chance.choice([-3 * 86_400, -86_400, 10 * 86_400, 400 * 86_400]))
        return credit(self.tenant, amount, payment_id=self.payments[-1], kind=kind, expires_at=expires)

    def answer(self) -> Sent:
        self.payments.append(f"p-{len(self.payments)}")
        return completed(
            self.tenant, f"{self.tenant}-{len(self.payments)}", "3", payment_id=self.payments[-1]
        )

    def reversal(self) -> Sent:
        self.reversals.append(f"r-{len(self.reversals)}")
        payment = self.chance.choice(self.payments or ["p-0"])
        return reversed_payment(self.tenant, payment, str(self.chance.randrange(1, 6)), self.reversals[-1])

    def won(self) -> Sent:
        return reinstated(self.tenant, self.chance.choice(self.reversals or ["r-0"]))

    def adjustment(self) -> Sent:
        return adjusted(self.tenant, self.chance.choice(["2.5", "-0.333333", "-7"]))

    def void(self) -> Sent:
        usages = [
            one for one in self.sent if one.role == "usage" and b"usage.voided" not in (one.value or b"")
        ]
        return voided(self.chance.choice(usages or [self.call()]))


@pytest.mark.parametrize("seed", range(3))
async def test_case_17_under_random_load_every_balance_is_the_sum_of_its_entries_lot_by_lot(
    town: House, tenant: str, seed: int
) -> None:
    loads = [Load(f"{tenant}-{seed}-{number}") for number in range(TENANTS)]
    await town.charge(*(opened(load.tenant) for load in loads))

    for _ in range(ROUNDS):
        # Keys of their own bring one tenant's events to both workers, in any order.
        events = [one for load in loads for one in load.events()]
        keys = [b"%d" % number for number in range(len(events))]
        halves = (slice(0, None, 2), slice(1, None, 2))
        await asyncio.gather(*(town.send(*events[half], keys=keys[half]) for half in halves))
    await town.all_read()

    for load in loads:
        await books_agree(town, load.tenant)
    assert await town.letters(tenant) == []
