"""Gathering users: who calls in the very batch that opens the account has a number, too."""

from collections.abc import Mapping

from worker.domain.usage import Usage
from worker.postgres.dictionaries import add_texts, read_texts
from worker.postgres.transaction import Transaction
from worker.transactions.prepare import Prepared
from worker.transactions.registry import User


async def numbered_users(
    tx: Transaction, cell: int, prepared: Prepared, account_ids: Mapping[str, int]
) -> Mapping[User, int]:
    """Give the numbers of users; those of accounts that are opened now get theirs in this transaction.

    The others were numbered before it, as numbers of known accounts are for ever.
    """
    if not prepared.opening:
        return prepared.users
    opening = set(prepared.opening)
    texts = {
        (account_ids[one.tenant_id], one.user_id): (one.tenant_id, one.user_id)
        for one in prepared.decoded
        if isinstance(one, Usage)
        and one.tenant_id in opening
        and one.user_id
        and (one.tenant_id, one.user_id) not in prepared.users
    }
    if not texts:
        return prepared.users
    known = await read_texts(tx, cell, list(texts))
    unknown = [text for text in texts if text not in known]
    if unknown:
        await add_texts(tx, cell, unknown)
        known |= await read_texts(tx, cell, unknown)
    return {**prepared.users, **{texts[text]: number for text, number in known.items()}}
