"""Random histories whose days grow old: whatever was forwarded, blanked or deleted, the books are proved."""

from datetime import UTC, datetime
from random import Random
from uuid import uuid4

import pytest

from tests.integration.cases.aging import flaws
from tests.integration.cases.bundles import allowance
from tests.integration.cases.desk import Desk, desk_in
from tests.integration.cases.events import Sent, call, conference, credit, event, leg, moment, opened
from tests.integration.cases.house import House
from tests.integration.cases.parking import retried
from tests.integration.cases.revising import corrected, voided
from worker.transactions.retention import (
    Kept,
    close_old_days,
    forget_old_texts,
    forward_old_days,
    remove_old_persons,
)

TENANTS = ("acme", "globex", "later")
ZONES = ("UTC", "Asia/Kathmandu", "America/Los_Angeles")
BATCHES = 12
DAY_S = 86_400
NUMBERS = ("4930123456", "15551234567", "91123456789")


class History:
    """Draws what happens, and remembers the usage that may be revised."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.usage: list[Sent] = []

    def batch(self) -> list[Sent]:
        return [self._one() for _ in range(self.random.randrange(1, 12))]

    def _one(self) -> Sent:
        tenant = self.random.choice(TENANTS)
        draws = [self._usage] * 6 + [self._money] * 2 + [self._revision] * 3 + [self._adjusted, self._bundle]
        return self.random.choice(draws)(tenant)

    def _usage(self, tenant: str) -> Sent:
        if self.usage and self.random.random() < 0.1:
            return self.random.choice(self.usage)
        self.usage.append(self._fresh(tenant))
        return self.usage[-1]

    def _fresh(self, tenant: str, event_id: str | None = None) -> Sent:
        when = moment(-self.random.randrange(40 * DAY_S))
        seconds = self.random.choice((0, 30, 60, 61, 600, 4000, 90_000))
        who = self.random.choice(("ann", "bob", ""))
        if self.random.random() < 0.3:
            legs = [
                leg(f"leg-{n}", started_at=when, duration_s=seconds, rated_number=self.random.choice(NUMBERS))
                for n in range(self.random.randrange(1, 4))
            ]
            return conference(tenant, *legs, event_id=event_id or str(uuid4()))
        given = {"user_id": who} if who else {}
        number = self.random.choice(NUMBERS)
        return call(tenant, event_id, started_at=when, duration_s=seconds, rated_number=number, **given)

    def _money(self, tenant: str) -> Sent:
        amount = str(self.random.choice((1, 5, 50, 500)))
        if self.random.random() < 0.4:
            soon = moment(self.random.randrange(-20 * DAY_S, 20 * DAY_S))
            return credit(tenant, amount, kind="promotion", expires_at=soon, paid_at=moment(-30 * DAY_S))
        return credit(tenant, amount)

    def _revision(self, tenant: str) -> Sent:
        if not self.usage:
            return self._usage(tenant)
        usage = self.random.choice(self.usage)
        owner = (usage.key or b"").decode()
        return voided(usage) if self.random.random() < 0.5 else corrected(usage, self._fresh(owner))

    def _adjusted(self, tenant: str) -> Sent:
        data: dict[str, object] = {
            "tenant_id": tenant,
            "adjustment_id": str(uuid4()),
            "amount": str(self.random.choice((-7, 3))),
            "currency": "USD",
            "kind": self.random.choice(("fee", "goodwill", "write_off", "migration")),
            "description": "by hand",
            "by": "ops",
        }
        return event("accounts", "account.adjusted", data)

    def _bundle(self, tenant: str) -> Sent:
        return allowance(tenant, self.random.choice(("small", "large")), self.random.choice((1, 20, 300)))


async def begin(house: House, random: Random) -> Desk:
    desk = await desk_in(house)
    zones = list(ZONES)
    random.shuffle(zones)
    for tenant, zone in zip(TENANTS[:2], zones, strict=False):
        await desk.charge(opened(tenant, timezone=zone), credit(tenant, "20"))
    return desk


@pytest.mark.parametrize("seed", range(4))
async def test_books_are_proved_whatever_time_has_taken_away(house: House, seed: int) -> None:
    random = Random(seed)
    history, desk = History(random), await begin(house, random)
    now_s = int(datetime.now(UTC).timestamp())
    for number in range(BATCHES):
        if number == BATCHES // 2:
            await desk.charge(opened("later"))
        await desk.charge(*history.batch(), careful=True)
        if number > BATCHES // 2:
            kept = Kept(random.randrange(3, 40), random.randrange(1, 20), random.randrange(1, 30), 90)
            await close_old_days(house.pool, kept, now_s)
            await remove_old_persons(house.pool, kept, now_s)
            await retried(desk, vouched=random.random() < 0.5)
            await forward_old_days(house.pool, kept, now_s)
            await forget_old_texts(house.pool, 0, kept, now_s + random.choice((0, 91)) * DAY_S)
        assert await flaws(house.pool) == [], f"after batch {number}"

    assert await house.value("SELECT count(*) FROM balance_forward") > 0
    assert await house.value("SELECT count(*) FROM ledger_entry") > 0
