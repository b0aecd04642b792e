-- Credit as customers know it: expiry, bundles, voids and corrections, reversals, adjustments, alerts; and
-- the life of a recharge request.

-- 253402300799 is the last second of the year 9999: never.
ALTER TABLE account
DROP COLUMN next_due_at,
ADD COLUMN lots_due_s bigint NOT NULL DEFAULT 253402300799,
ADD COLUMN recharge_due_s bigint NOT NULL DEFAULT 253402300799,
ADD COLUMN allowances_due_s bigint NOT NULL DEFAULT 253402300799,
ADD COLUMN forfeited_until_s bigint NOT NULL DEFAULT 0,
ADD COLUMN allowances_made smallint NOT NULL DEFAULT 0,
ADD COLUMN pending_revisions boolean NOT NULL DEFAULT false,
ADD COLUMN alert_levels text NOT NULL DEFAULT '',
ADD COLUMN alerts_passed smallint NOT NULL DEFAULT 0,
ADD COLUMN former_timezones text NOT NULL DEFAULT '',
ADD COLUMN cooling_until_s bigint NOT NULL DEFAULT 0,
ADD COLUMN recharge_day integer NOT NULL DEFAULT 0,
ADD COLUMN recharges_of_day integer NOT NULL DEFAULT 0,
ADD COLUMN recharge_month integer NOT NULL DEFAULT 0,
ADD COLUMN recharge_month_micros bigint NOT NULL DEFAULT 0,
ADD COLUMN suppressed text NOT NULL DEFAULT '',
ADD COLUMN open_by_hand smallint NOT NULL DEFAULT 0,
ADD COLUMN allowances_said text NOT NULL DEFAULT '',
ADD COLUMN allowance_changes integer NOT NULL DEFAULT 0;

-- What nobody's call brings up is found by its time. No debit changes it, so updates stay in their page.
ALTER TABLE account ADD COLUMN next_due_s bigint NOT NULL GENERATED ALWAYS AS (
    least(lots_due_s, recharge_due_s, allowances_due_s)
) STORED;

CREATE INDEX account_due ON account (cell, next_due_s, account_id) WHERE next_due_s < 253402300799;

-- What was forfeited may be given back to usage from before the expiry; `told` counts notices about it.
ALTER TABLE lot
ADD COLUMN forfeited_micros bigint NOT NULL DEFAULT 0 CHECK (forfeited_micros >= 0),
ADD COLUMN told smallint NOT NULL DEFAULT 0,
ADD CONSTRAINT no_more_than_came CHECK (left_micros + forfeited_micros <= amount_micros);

CREATE INDEX lot_live ON lot (cell, account_id) WHERE left_micros > 0;

CREATE INDEX lot_forfeited ON lot (cell, account_id, expires_s) WHERE forfeited_micros > 0;

-- A bundle's size and reach from a month (as 202603) on, until the next row of the same number.
CREATE TABLE allowance (
    cell smallint NOT NULL,
    account_id integer NOT NULL,
    allowance_number smallint NOT NULL,
    from_month integer NOT NULL,
    name text NOT NULL,
    minutes integer NOT NULL CHECK (minutes BETWEEN 0 AND 1000000),
    services text[] NOT NULL,
    number_types text[] NOT NULL,
    prefixes text[] NOT NULL,
    except_prefixes text[] NOT NULL,
    origins text[] NOT NULL,
    PRIMARY KEY (cell, account_id, allowance_number, from_month)
);

-- Seconds that a bundle has paid in a month, and the last share of it that was announced (0, 80, 100).
CREATE TABLE allowance_use (
    cell smallint NOT NULL,
    account_id integer NOT NULL,
    allowance_number smallint NOT NULL,
    month integer NOT NULL,
    used_s bigint NOT NULL CHECK (used_s >= 0),
    told smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (cell, account_id, allowance_number, month)
) WITH (fillfactor = 50);

-- Voids and corrections whose usage has not come: kept whole, in the order in which they came. While it waits
-- here, the event's identity is known by this row alone.
CREATE TABLE pending_revision (
    cell smallint NOT NULL,
    account_id integer NOT NULL,
    revision_key uuid NOT NULL,
    content_hash bigint NOT NULL,
    source_number smallint NOT NULL,
    event_key uuid NOT NULL,
    day date NOT NULL,
    kept_us bigint NOT NULL,
    cluster_id text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    record_key bytea,
    header_names text[] NOT NULL,
    header_values bytea[] NOT NULL,
    value bytea,
    arrived_s bigint NOT NULL,
    PRIMARY KEY (cell, account_id, revision_key)
);

CREATE INDEX pending_revision_usage ON pending_revision (cell, account_id, source_number, event_key);

-- A record that was counted as applied when it came, and is parked since it cannot take effect after all.
ALTER TABLE parked ADD COLUMN late boolean NOT NULL DEFAULT false;

-- Money that went back, and from which lots it was taken (lot 0: debt).
CREATE TABLE reversal (
    cell smallint NOT NULL,
    account_id integer NOT NULL,
    reversal_id text NOT NULL,
    payment_id text NOT NULL,
    content_hash bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('refund', 'dispute')),
    amount_micros bigint NOT NULL CHECK (amount_micros > 0),
    lot_numbers integer[] NOT NULL,
    lot_amounts bigint[] NOT NULL,
    reinstated boolean NOT NULL DEFAULT false,
    PRIMARY KEY (cell, account_id, reversal_id)
);

CREATE INDEX reversal_payment ON reversal (cell, account_id, payment_id);

-- An adjustment takes effect once, for ever.
CREATE TABLE adjustment (
    cell smallint NOT NULL,
    account_id integer NOT NULL,
    adjustment_id text NOT NULL,
    content_hash bigint NOT NULL,
    PRIMARY KEY (cell, account_id, adjustment_id)
);

-- A request by hand takes effect once, for ever.
CREATE UNIQUE INDEX recharge_request ON recharge (cell, account_id, request_id)
WHERE request_id IS NOT NULL;

-- When the same request is sent again (never: it is not), until when a payment under way holds it open (0: it
-- does not), and where the administrator was told to act ('': nowhere in particular).
ALTER TABLE recharge
ADD COLUMN retry_s bigint NOT NULL DEFAULT 0,
ADD COLUMN pending_until_s bigint NOT NULL DEFAULT 0,
ADD COLUMN action_url text;

-- What an account that is due waits for.
CREATE INDEX recharge_open ON recharge (cell, account_id) WHERE state IN ('open', 'pending');

-- The limits that stored settings were last held against, and the account up to which that was done.
CREATE TABLE recharge_limits (
    cell smallint PRIMARY KEY,
    limits text NOT NULL,
    checked_to integer NOT NULL
);

-- Where the caller was may decide the tariff, and the usage may name who pays: with both the price of an entry
-- can be computed again.
ALTER TABLE entry_text
ADD COLUMN origin text NOT NULL DEFAULT '',
ADD COLUMN allowance text NOT NULL DEFAULT '';

ALTER TABLE entry_line
ADD COLUMN origin text NOT NULL DEFAULT '',
ADD COLUMN allowance text NOT NULL DEFAULT '';

-- The payment that a parked reversal is about, or the reversal of a parked reinstatement.
ALTER TABLE parked ADD COLUMN waits_for text NOT NULL DEFAULT '';
