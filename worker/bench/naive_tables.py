"""The naive worker's tables: what most people would begin with."""

from typing import Final

CREATE: Final = """
    CREATE TABLE naive_account (
        tenant_id text PRIMARY KEY,
        balance_micros bigint NOT NULL
    );

    CREATE TABLE naive_charge (
        tenant_id text NOT NULL,
        event_id uuid NOT NULL,
        amount_micros bigint NOT NULL,
        number text NOT NULL,
        started_s bigint NOT NULL,
        duration_s integer NOT NULL,
        charged_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, event_id)
    )
"""

OPEN: Final = """
    INSERT INTO naive_account (tenant_id, balance_micros)
    SELECT tenant_id, 100000000000000 FROM unnest($1::text []) AS given (tenant_id)
"""

# A charge that is there already leaves the balance alone: events may come twice.
CHARGE: Final = """
    INSERT INTO naive_charge (tenant_id, event_id, amount_micros, number, started_s, duration_s)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (tenant_id, event_id) DO NOTHING
    RETURNING event_id
"""

DEBIT: Final = """
    UPDATE naive_account SET balance_micros = balance_micros - $2
    WHERE tenant_id = $1
"""

COUNT: Final = "SELECT count(*) FROM naive_charge"

# What was taken from all balances, and what the charges say.
TAKEN: Final = """
    SELECT
        (SELECT sum(100000000000000 - balance_micros) FROM naive_account)::bigint AS debited,
        (SELECT sum(amount_micros) FROM naive_charge)::bigint AS charged
"""
