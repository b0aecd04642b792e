import pytest

from tests.integration.accounts_command import OPEN, Accounts, point_at
from worker.postgres.transaction import Database
from worker.settings.model import Settings

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


async def test_what_no_worker_has_applied_yet_is_said_to_be_accepted(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(settings, monkeypatch)

    code, document = await Accounts()(*OPEN)

    assert (code, document) == (0, {"tenant_id": "acme", "applied": False})


@pytest.mark.parametrize(
    ("arguments", "hint", "words"),
    [
        ((*OPEN[:3], "EURO", *OPEN[4:]), "--currency", "ISO 4217"),
        ((*OPEN[:3], "QQQ", *OPEN[4:]), "--currency", "ISO 4217"),
        ((*OPEN[:5], "Mars/Phobos", *OPEN[6:]), "--timezone", "IANA"),
        ((*OPEN, "--credit-limit", "0.001"), "--credit-limit", "steps of 0.01"),
        (("open", "a" * 129, *OPEN[2:]), "TENANT", "128"),
        (("add-credit", "acme", "ten", "--already-paid", "p-1"), "AMOUNT", "decimal"),
        (("add-credit", "acme", "-5", "--already-paid", "p-1"), "AMOUNT", "decimal"),
        (("add-credit", "acme", "10", "--already-payed", "p-1"), "", "unexpected extra argument"),
        (("add-credit", "acme", "10.001", "--already-paid", "p-1"), "AMOUNT", "steps of 0.01"),
        (("add-credit", "acme", "10", "--kind", "promotion"), "", "--already-paid"),
        (("auto-recharge", "acme", "--amount", "20"), "--trigger", "needed"),
        (("auto-recharge", "acme", "--trigger", "5"), "--amount", "exactly one"),
        (("auto-recharge", "acme", "--trigger", "5", "--amount", "0.5"), "--amount", "1 to 10000"),
        (("auto-recharge", "acme", "--trigger", "0", "--amount", "20"), "--trigger", "0.01"),
        (("auto-recharge", "acme", "--trigger", "5", "--amount", "20", "--cooldown", "-1"), "--cooldown", ""),
        (("auto-recharge", "acme", "--off", "--amount", "20"), "--off", "alone"),
        (("change", "acme"), "", "at least one"),
        (OPEN, "TENANT", "accounts change"),
    ],
)
async def test_what_cannot_work_is_refused_by_its_option(
    accounts: Accounts, pool: Database, arguments: tuple[str, ...], hint: str, words: str
) -> None:
    await pool.execute(TENANT)
    await pool.execute(ACCOUNT)

    code, _, complaint = await accounts.text(*arguments)

    assert code == 2, complaint
    plain = " ".join(complaint.split())
    assert hint in plain
    assert words in plain
