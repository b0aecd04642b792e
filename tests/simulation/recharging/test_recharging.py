"""Every way in which an account, its payment service, time and restored backups may mix."""

from datetime import datetime

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.simulation.recharging.payer import Asked
from tests.simulation.recharging.watched_life import Replay, Saved, WatchedLife
from tests.unit.domain.deciding import UNIT, armed, auto_recharge, call, credit, event
from worker.domain.draft import Outcome
from worker.domain.event import CreditRequested, PaymentBody, PaymentMethodSet, PaymentReversed, StatusSet
from worker.domain.recharge_blocks import STOPPED

MINUTE, HOUR, DAY = 60, 3600, 86_400

zones = st.sampled_from(["UTC", "Europe/Berlin", "Asia/Tokyo", "America/New_York", "Pacific/Kiritimati"])
# A plain day, and hours before months end and clocks change.
DAYS = ("2026-03-10T00:00", "2026-03-31T20:00", "2026-03-29T00:00", "2026-10-25T00:00", "2026-12-31T09:00")
moments = st.sampled_from([int(datetime.fromisoformat(f"{day}Z").timestamp()) for day in DAYS])
waits = st.sampled_from(
    [1, MINUTE, 15 * MINUTE, 16 * MINUTE, HOUR, 6 * HOUR, DAY, DAY + HOUR, 3 * DAY, 16 * DAY, 32 * DAY]
)
units = st.integers(1, 40)


REPLAYS: tuple[Replay, ...] = ("lost", "one by one", "in one batch")


class Recharging(RuleBasedStateMachine):
    life: WatchedLife

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self.backups: list[Saved] = []

    def new_id(self) -> str:
        self.number += 1
        return f"n-{self.number}"

    @initialize(zone=zones, moment=moments)
    def open(self, zone: str, moment: int) -> None:
        self.life = WatchedLife(armed(50 * UNIT, timezone=zone))
        self.life.now_s = moment

    @rule(minutes=st.integers(1, 60))
    def talk(self, minutes: int) -> None:
        started_s = self.life.now_s
        self.life.take(call(self.new_id(), duration_s=minutes * MINUTE, started_s=started_s))

    @rule(seconds=waits, asleep=st.booleans())
    def wait(self, seconds: int, asleep: bool) -> None:
        """Let time pass; a worker that is awake sweeps whenever something is due."""
        until_s = self.life.now_s + seconds
        while not asleep and self.life.row.next_due_s <= until_s:
            self.life.until_due()
        self.life.now_s = until_s
        self.life.sweep()

    @rule(
        trigger=st.integers(1, 30),
        size=st.integers(1, 40),
        by_target=st.booleans(),
        max_units=st.integers(1, 3),
        cap=st.none() | st.integers(1, 4),
        daily=st.integers(1, 4),
        cooldown=st.sampled_from([0, 0, MINUTE, 2 * DAY]),
        enabled=st.sampled_from([True, True, True, False]),
    )
    def set_policy(
        self,
        trigger: int,
        size: int,
        by_target: bool,
        max_units: int,
        cap: int | None,
        daily: int,
        cooldown: int,
        enabled: bool,
    ) -> None:
        wanted = auto_recharge(
            enabled=enabled,
            trigger_micros=trigger * UNIT,
            amount_micros=None if by_target else size * UNIT,
            target_micros=(trigger + size) * UNIT if by_target else None,
            max_units=max_units,
            monthly_cap_micros=cap and cap * size * UNIT + 500_000,
            daily_count=daily,
            cooldown_s=cooldown,
        )
        self.life.take(event(wanted, self.new_id()))

    @rule(status=st.sampled_from(["active", "active", "suspended", "closed"]))
    def set_status(self, status: str) -> None:
        self.life.take(event(StatusSet(status, "r"), self.new_id()))

    @rule()
    def change_payment_method(self) -> None:
        self.life.take(event(PaymentMethodSet("pm", None), self.new_id()))

    @rule(size=units)
    def pay_another_way(self, size: int) -> None:
        self.life.take(event(credit(size * UNIT, self.new_id()), self.new_id()))

    @rule(which=st.data())
    @precondition(lambda self: self.life.payer.known)
    def book_a_payment_by_hand(self, which: st.DataObject) -> None:
        """Money of a request, booked by a person before the answer comes, or after it."""
        asked = which.draw(st.sampled_from(list(self.life.payer.known.values())[-3:]))
        if asked.started:
            paid = credit(asked.amount_micros, f"pay-{asked.recharge_id}")
            self.life.take(event(paid, self.new_id()))

    @rule(which=st.data(), kind=st.sampled_from(["dispute", "refund"]))
    @precondition(lambda self: self.life.payments)
    def take_money_back(self, which: st.DataObject, kind: str) -> None:
        """All of a payment goes back; a dispute stops everything, a refund what is below the trigger then."""
        (_, payment_id), micros = which.draw(st.sampled_from(list(self.life.payments.items())[-3:]))
        body = PaymentReversed(payment_id, self.new_id(), micros, "USD", kind, "r")
        draft = self.life.take(event(body, self.new_id()))
        row = self.life.row
        below = row.trigger_micros is not None and row.balance_micros < row.trigger_micros
        if draft.outcomes[0] is Outcome.APPLIED and (kind == "dispute" or below):
            assert row.recharge_block == STOPPED

    @rule(size=units)
    def add_by_hand(self, size: int) -> None:
        self.life.take(event(CreditRequested(self.new_id(), size * UNIT, "USD", None), self.new_id()))

    @rule(said=st.data(), what=st.integers(0, 9))
    @precondition(lambda self: self.life.payer.known)
    def answer(self, said: st.DataObject, what: int) -> None:
        asked = said.draw(st.sampled_from(list(self.life.payer.known.values())[-4:]))
        body = self.words(asked, said, what)
        if body is not None:
            # Now and then the same event again.
            event_id = f"{asked.recharge_id}-{what}" if said.draw(st.booleans()) else self.new_id()
            self.life.take(event(body, event_id))

    def words(self, asked: Asked, said: st.DataObject, what: int) -> PaymentBody | None:
        payer, now_s = self.life.payer, self.life.now_s
        match what:
            case 0 | 1 | 2 | 3:
                return payer.completed(asked, now_s)
            case 4 | 5:
                return payer.declined(asked, said.draw(st.sampled_from([None, None, "never"])))
            case 6:
                return payer.unavailable(asked, said.draw(st.integers(1, 4)))
            case 7:
                payer.start(asked, now_s)
                return None
            case _:
                until_s = now_s + said.draw(waits)
                return payer.pending(
                    asked, until_s, said.draw(st.sampled_from([None, "https://a", "https://b"]))
                )

    @rule()
    def back_up(self) -> None:
        self.backups.append(self.life.backup())

    @rule(replay=st.sampled_from(REPLAYS), which=st.integers(0, 99))
    @precondition(lambda self: self.backups)
    def restore(self, replay: Replay, which: int) -> None:
        saved = self.backups[which % len(self.backups)]
        # What is newer than the backup is gone with the rest.
        self.backups = [one for one in self.backups if one[-1] <= saved[-1]]
        self.life.restore(saved, replay=replay)
        self.life.sweep()


Recharging.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestRecharging = Recharging.TestCase
