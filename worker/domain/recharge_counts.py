"""What is counted of recharges: towards the cap by the tenant's local month, and by the local day.

A request counts in the month and on the day of its opening, whenever it ends. The counts stand in the account
for its latest month and day; older ones decide nothing any more.
"""

from worker.domain.account import AccountRow
from worker.domain.calendar import Timezones, day_number, month_of
from worker.domain.recharge import Recharge


def zones_of(row: AccountRow) -> Timezones:
    """Give the zones by which the tenant's days and months turn."""
    return Timezones(row.timezone, row.former_timezones)


def counted_micros(row: AccountRow, now_s: int) -> int:
    """Sum up what counts towards the cap of the month that it is now."""
    return row.recharge_month_micros if row.recharge_month >= month_of(zones_of(row), now_s) else 0


def counted_today(row: AccountRow, now_s: int) -> int:
    """Count the automatic requests of the day that it is now."""
    return row.recharges_of_day if row.recharge_day >= day_number(zones_of(row), now_s) else 0


def count(row: AccountRow, request: Recharge) -> AccountRow:
    """Count a request in the month in which it was opened, unless that month is past."""
    month = month_of(zones_of(row), request.requested_s)
    if month < row.recharge_month:
        return row
    if month > row.recharge_month:
        # What was said of the cap's last month does not tell of this one.
        row = row._replace(recharge_month=month, recharge_month_micros=0, suppressed="")
    return row._replace(recharge_month_micros=row.recharge_month_micros + request.amount_micros)


def uncount(row: AccountRow, request: Recharge) -> AccountRow:
    """Free what a request took of its month's cap, if that is the month which is counted."""
    if month_of(zones_of(row), request.requested_s) != row.recharge_month:
        return row
    return row._replace(recharge_month_micros=row.recharge_month_micros - request.amount_micros)


def count_today(row: AccountRow, now_s: int) -> AccountRow:
    """Count one more automatic request of the local day, whatever becomes of it."""
    today = max(row.recharge_day, day_number(zones_of(row), now_s))
    return row._replace(recharge_day=today, recharges_of_day=counted_today(row, now_s) + 1)
