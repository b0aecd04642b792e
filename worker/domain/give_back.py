"""Giving back: a charge is returned, its money to the lots that it came from, its seconds to the bundles."""

from collections.abc import Iterable

from worker.domain.account import Account
from worker.domain.chain import Booked, ChainKey, revision_key
from worker.domain.draft import Draft
from worker.domain.entry import HAS_LINES, PART_SHARE, USAGE_RETURNED, EntryText, Line
from worker.domain.expiry import purchase_expires_s
from worker.domain.facts import Facts
from worker.domain.legs import share_lines
from worker.domain.lot import DEBT, Lot, Share
from worker.domain.pay_by_allowance import return_seconds


def give_back(
    key: ChainKey, chain: list[Booked], account: Account, draft: Draft, facts: Facts, content_hash: int
) -> None:
    """Return the live charge of a chain by its mirror image, which the chain then ends with.

    Only the shares are no mirror: they say where the money went. Lots that have expired lose it again once
    the caller lets them (`worker.domain.forfeit.begin_lots`).
    """
    charge = chain[-1]
    entry = charge.entry
    shares = return_money(paid_by(charge), account, facts)
    return_seconds(entry, charge.lines, account)
    own_key = revision_key(key.event_key, len(chain))
    several = len(shares) > 1
    returned = entry._replace(
        booked_s=facts.now_s,
        amount_micros=-entry.amount_micros,
        content_hash=content_hash,
        event_key=own_key,
        bundle_s=-entry.bundle_s,
        lot_number=shares[0].lot_number if len(shares) == 1 else 0,
        kind=USAGE_RETURNED,
    )
    lines = [mirrored(line, own_key) for line in charge.lines if line.part != PART_SHARE]
    if several:
        lines += share_lines(shares, returned)
    codes = entry.codes & ~HAS_LINES
    returned = returned._replace(codes=codes | HAS_LINES if lines else codes)
    text = text_of(charge, key, own_key)
    draft.entries.append(returned)
    draft.lines.extend(lines)
    draft.texts.append(text)
    draft.touched[account.row.tenant_id] = account
    chain.append(Booked(returned, tuple(lines), text))


def paid_by(charge: Booked) -> list[Share]:
    """Say which lots paid a charge, in amounts above 0; lot 0 is debt."""
    shares = [Share(line.lot_number, -line.amount_micros) for line in charge.lines if line.part == PART_SHARE]
    if shares or not charge.entry.amount_micros:
        return shares
    return [Share(charge.entry.lot_number, -charge.entry.amount_micros)]


def return_money(shares: Iterable[Share], account: Account, facts: Facts) -> list[Share]:
    """Fill lots up again and lower the debt; what of it was paid meanwhile becomes a lot of its own."""
    back = {share.lot_number: share.amount_micros for share in shares}
    owed = back.pop(DEBT, 0)
    went = [Share(*one) for one in back.items()]
    if back:
        lots = account.current_lots()
        assert back.keys() <= {lot.number for lot in lots}, "every lot that a charge names was read"
        account.balance += sum(back.values())
        account.hold(
            refilled(lot, back[lot.number], account, facts) if lot.number in back else lot for lot in lots
        )
    lowered = min(owed, account.debt)
    if lowered:
        account.balance += lowered
        account.debt -= lowered
        went.append(Share(DEBT, lowered))
    if owed > lowered:
        went += account.credit(refund(owed - lowered, account, facts))
    return went


def refilled(lot: Lot, amount_micros: int, account: Account, facts: Facts) -> Lot:
    """Put money back into a lot; promotions have expired with their account, those that were spent, too."""
    if lot.kind == "promotion" and account.row.status == "closed":
        lot = lot._replace(expires_s=min(lot.expires_s, facts.now_s))
    return lot._replace(left_micros=lot.left_micros + amount_micros)


def refund(amount_micros: int, account: Account, facts: Facts) -> Lot:
    """Make a lot of money that a later purchase has paid in place of the charge; it lasts like a purchase."""
    return Lot(
        number=account.row.lots_made + 1,
        kind="refund",
        amount_micros=amount_micros,
        left_micros=amount_micros,
        paid_s=facts.now_s,
        expires_s=purchase_expires_s(facts.now_s, account.row.timezones),
    )


def mirrored(line: Line, own_key: str) -> Line:
    """Turn a leg, or what a bundle paid, into its opposite."""
    return line._replace(event_key=own_key, amount_micros=-line.amount_micros, bundle_s=-line.bundle_s)


def text_of(charge: Booked, key: ChainKey, own_key: str) -> EntryText:
    """Keep what a charge was called, and which usage it is about: the revision's own key does not tell."""
    entry = charge.entry
    text = charge.text or EntryText(
        entry.cell, entry.account_id, entry.source_number, own_key, entry.day, "", "", ""
    )
    return text._replace(event_key=own_key, event_id=text.event_id or key.event_key)
