import pytest

from tests.integration.accounts_command import Accounts
from worker.postgres.transaction import Database

TENANT = "INSERT INTO tenant (tenant_id, cell) VALUES ('acme', 0)"
ACCOUNT = """
    INSERT INTO account (cell, account_id, tenant_id, currency, timezone, rate_deck, depleted, opened_hash)
    VALUES (0, 1, 'acme', 'USD', 'UTC', 'standard', true, 0)
"""


@pytest.fixture
def accounts(dsn: str, monkeypatch: pytest.MonkeyPatch) -> Accounts:
    """No broker answers: what these commands refuse, they refuse without one."""
    monkeypatch.setenv("TALKTIME_POSTGRES_DSN", dsn)
    monkeypatch.setenv("TALKTIME_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    return Accounts()


@pytest.mark.parametrize(
    ("arguments", "hint", "words"),
    [
        (("allowance", "acme", "b", "--minutes", "1000001"), "--minutes", "1000000"),
        (("allowance", "acme", "none", "--minutes", "1"), "NAME", ""),
        (("allowance", "acme", "b", "--minutes", "1", "--service", "sms"), "--service", "outbound"),
        (("allowance", "acme", "b", "--minutes", "1", "--number-type", "tol"), "--number-type", "toll"),
        (("allowance", "acme", "b", "--minutes", "1", "--prefix", "+49x"), "--prefix", ""),
        (("allowance", "acme", "b", "--minutes", "1", "--effective-from", "2026-02-30T00:00:00Z"),
         "--effective-from", ""),
        (("alerts", "acme"), "--level, --off", "one of the two"),
        (("alerts", "acme", "--off", "--level", "5"), "--level, --off", "one of the two"),
        (("alerts", "acme", "--level", "0.001"), "--level", "steps of 0.01"),
        (("alerts", "acme", "--level", "low"), "--level", ""),
        (("payment-method", "acme"), "METHOD, --default", "one of the two"),
        (("payment-method", "acme", "pm", "--default"), "METHOD, --default", "one of the two"),
        (("payment-method", "acme", "--default", "--label", "x"), "--label", "METHOD"),
        (("adjust", "acme", "0", "--adjustment-id", "a", "--kind", "fee", "--description", "d", "--by", "me"),
         "AMOUNT", "not be 0"),
        (("adjust", "acme", "1", "--adjustment-id", "a", "--kind", "tip", "--description", "d", "--by", "me"),
         "--kind", "goodwill"),
        (("adjust", "acme", "1", "--kind", "fee", "--description", "d", "--by", "me"), "--adjustment-id", ""),
        (("add-credit", "acme", "-5"), "AMOUNT", "negative"),
        (("add-credit", "acme", "-5", "--already-paid", "p"), "AMOUNT", "negative"),
        (("add-credit", "acme", "5", "--alredy-paid", "p"), "", "--alredy-paid"),
        (("add-credit", "acme", "0"), "AMOUNT", "not be 0"),
        (("add-credit", "acme", "0.99"), "AMOUNT", "1 to 10000"),
        (("add-credit", "acme", "10000.01"), "AMOUNT", "1 to 10000"),
    ],
)  # fmt: skip
async def test_what_cannot_be_set_is_refused_by_its_option(
    accounts: Accounts, pool: Database, arguments: tuple[str, ...], hint: str, words: str
) -> None:
    await pool.execute(TENANT)
    await pool.execute(ACCOUNT)

    code, text, complaint = await accounts.text(*arguments)

    assert (code, text) == (2, ""), complaint
    plain = " ".join(complaint.split())
    assert hint in plain
    assert words in plain
