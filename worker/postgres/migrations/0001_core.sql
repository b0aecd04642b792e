-- Accounts, ledger, read positions, parking, dead letters, outbox.
--
-- `cell` comes first in every key: one cell today, a distributed engine or several databases later.
-- Money is in micros, times ending in _s are Unix seconds, days are UTC days.

CREATE TABLE installation (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    installation_id uuid NOT NULL DEFAULT gen_random_uuid(),
    open_days integer NOT NULL DEFAULT 62
);

INSERT INTO installation DEFAULT VALUES;

-- The counters of a cell; a row lock here comes after the account locks, never before.
CREATE TABLE cell (
    cell smallint PRIMARY KEY,
    next_account_id integer NOT NULL DEFAULT 1,
    next_text_id integer NOT NULL DEFAULT 1,
    next_source_number smallint NOT NULL DEFAULT 1,
    system_sequence bigint NOT NULL DEFAULT 0
);

-- Which cell a tenant lives in: for those who hold no record of it (console, commands).
CREATE TABLE tenant (
    tenant_id text PRIMARY KEY,
    cell smallint NOT NULL
);

CREATE TABLE source (
    cell smallint NOT NULL,
    source_number smallint NOT NULL,
    source text NOT NULL,
    PRIMARY KEY (cell, source_number),
    UNIQUE (cell, source)
);

-- Texts that entries repeat (user ids), each once an account.
CREATE TABLE dictionary (
    cell smallint NOT NULL,
    account_id integer NOT NULL,
    text_id integer NOT NULL,
    text text NOT NULL,
    PRIMARY KEY (cell, account_id, text)
);

-- What changes with every debit stands together and first, so that an update's log record stays short;
-- no index names any of it, so that updates stay in their page.
CREATE TABLE account (
    cell smallint NOT NULL,
    account_id integer NOT NULL,
    balance_micros bigint NOT NULL DEFAULT 0,
    debt_micros bigint NOT NULL DEFAULT 0 CHECK (debt_micros >= 0),
    lot_left_micros bigint NOT NULL DEFAULT 0 CHECK (lot_left_micros >= 0),
    lot_expires_s bigint NOT NULL DEFAULT 0,
    lot_number integer NOT NULL DEFAULT 0,
    sequence bigint NOT NULL DEFAULT 0,
    depleted boolean NOT NULL,
    more_lots boolean NOT NULL DEFAULT false,
    lots_made integer NOT NULL DEFAULT 0,
    open_recharge_id text NOT NULL DEFAULT '',
    recharge_cycle integer NOT NULL DEFAULT 0,
    recharge_block text NOT NULL DEFAULT '',
    declines integer NOT NULL DEFAULT 0,
    blocked_until_s bigint NOT NULL DEFAULT 0,
    stray_settlements boolean NOT NULL DEFAULT false,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'closed')),
    credit_limit_micros bigint NOT NULL DEFAULT 0 CHECK (credit_limit_micros >= 0),
    recharge_enabled boolean NOT NULL DEFAULT false,
    trigger_micros bigint,
    recharge_amount_micros bigint,
    recharge_target_micros bigint,
    max_units integer NOT NULL DEFAULT 1,
    monthly_cap_micros bigint,
    daily_count integer NOT NULL DEFAULT 5,
    cooldown_s integer NOT NULL DEFAULT 0,
    next_due_at timestamptz,
    opened_hash bigint NOT NULL,
    tenant_id text NOT NULL CHECK (length(tenant_id) BETWEEN 1 AND 128),
    name text NOT NULL DEFAULT '',
    currency text NOT NULL,
    timezone text NOT NULL,
    rate_deck text NOT NULL,
    payment_method text,
    opened_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (cell, account_id),
    UNIQUE (cell, tenant_id),
    CONSTRAINT lots_make_the_balance CHECK (more_lots OR lot_left_micros - debt_micros = balance_micros)
) WITH (fillfactor = 50);

CREATE INDEX account_due ON account (cell, next_due_at) WHERE next_due_at IS NOT NULL;

-- A lot of credit. What is left of the account's current lot (account.lot_number) stands in the account.
CREATE TABLE lot (
    cell smallint NOT NULL,
    account_id integer NOT NULL,
    lot_number integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('purchase', 'promotion', 'goodwill', 'refund')),
    amount_micros bigint NOT NULL CHECK (amount_micros > 0),
    left_micros bigint NOT NULL CHECK (left_micros BETWEEN 0 AND amount_micros),
    paid_s bigint NOT NULL,
    expires_s bigint NOT NULL,
    payment_id text,
    recharge_id text,
    PRIMARY KEY (cell, account_id, lot_number)
);

-- A payment is credited at most once, for ever.
CREATE UNIQUE INDEX lot_payment ON lot (cell, account_id, payment_id) WHERE payment_id IS NOT NULL;

CREATE TABLE recharge (
    cell smallint NOT NULL,
    recharge_id text NOT NULL,
    account_id integer NOT NULL,
    reason text NOT NULL CHECK (reason IN ('trigger', 'manual', 'unknown')),
    state text NOT NULL CHECK (
        state IN ('open', 'pending', 'completed', 'declined', 'unavailable', 'expired', 'cancelled')
    ),
    amount_micros bigint NOT NULL,
    units integer NOT NULL DEFAULT 1,
    attempt integer NOT NULL DEFAULT 1,
    requested_s bigint NOT NULL,
    answer_by_s bigint NOT NULL,
    expires_s bigint NOT NULL,
    balance_micros bigint NOT NULL,
    trigger_micros bigint,
    request_id text,
    requested_by text,
    payment_id text,
    granted_micros bigint,
    closed_s bigint,
    PRIMARY KEY (cell, recharge_id)
);

-- At most one automatic request is open an account: held by the database too.
CREATE UNIQUE INDEX recharge_one_open ON recharge (cell, account_id)
WHERE reason = 'trigger' AND state IN ('open', 'pending');

CREATE INDEX recharge_account ON recharge (cell, account_id, requested_s);

-- Every account and payment event, for ever: a known identity has no effect.
CREATE TABLE account_event (
    cell smallint NOT NULL,
    account_id integer NOT NULL,
    event_key uuid NOT NULL,
    content_hash bigint NOT NULL,
    PRIMARY KEY (cell, account_id, event_key)
);

-- `started_s` of an entry that is no usage: when it happened. `codes`, `number_shape`: worker.domain.entry.
CREATE TABLE ledger_entry (
    started_s bigint NOT NULL,
    booked_s bigint NOT NULL,
    amount_micros bigint NOT NULL,
    number bigint NOT NULL,
    content_hash bigint NOT NULL,
    event_key uuid NOT NULL,
    account_id integer NOT NULL,
    duration_s integer NOT NULL,
    bundle_s integer NOT NULL,
    version_id integer NOT NULL,
    lot_number integer NOT NULL,
    user_number integer NOT NULL,
    day date NOT NULL,
    cell smallint NOT NULL,
    source_number smallint NOT NULL,
    kind smallint NOT NULL,
    prefix_length smallint NOT NULL,
    number_shape smallint NOT NULL,
    codes smallint NOT NULL
) PARTITION BY RANGE (day);

-- Legs of a conference and the shares of an entry that was paid from several lots; lot 0 is debt.
CREATE TABLE entry_line (
    started_s bigint NOT NULL,
    amount_micros bigint NOT NULL,
    number bigint NOT NULL,
    event_key uuid NOT NULL,
    account_id integer NOT NULL,
    duration_s integer NOT NULL,
    bundle_s integer NOT NULL,
    version_id integer NOT NULL,
    lot_number integer NOT NULL,
    day date NOT NULL,
    cell smallint NOT NULL,
    source_number smallint NOT NULL,
    line smallint NOT NULL,
    part smallint NOT NULL,
    prefix_length smallint NOT NULL,
    number_shape smallint NOT NULL,
    codes smallint NOT NULL,
    leg_id text NOT NULL DEFAULT ''
) PARTITION BY RANGE (day);

-- The texts of an entry, only where present: a hashed identity, a call or conference id, a description.
CREATE TABLE entry_text (
    cell smallint NOT NULL,
    account_id integer NOT NULL,
    source_number smallint NOT NULL,
    event_key uuid NOT NULL,
    day date NOT NULL,
    source text NOT NULL,
    event_id text NOT NULL,
    call_id text NOT NULL
) PARTITION BY RANGE (day);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: post a correcting entry instead';
END
$$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_entry
FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON entry_line
FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE ledger_day (
    day date PRIMARY KEY,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed', 'forwarded'))
);

-- What was forwarded from dropped days; the audit takes each day from exactly one of the two.
CREATE TABLE balance_forward (
    cell smallint NOT NULL,
    account_id integer NOT NULL,
    day date NOT NULL,
    kind smallint NOT NULL,
    entries bigint NOT NULL,
    amount_micros bigint NOT NULL,
    PRIMARY KEY (cell, account_id, day, kind)
);

-- A day's tables are made alone and attached: ATTACH does not wait behind readers of the parent.
CREATE FUNCTION make_ledger_day(new_day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    parent text;
    child text;
BEGIN
    FOREACH parent IN ARRAY ARRAY['ledger_entry', 'entry_line', 'entry_text'] LOOP
        child := parent || to_char(new_day, '_YYYYMMDD');
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS)', child, parent);
        EXECUTE format(
            'ALTER TABLE %I ADD CONSTRAINT one_day CHECK (day = %L)', child, new_day
        );
        IF parent = 'ledger_entry' THEN
            EXECUTE format(
                'CREATE UNIQUE INDEX %I ON %I (cell, source_number, account_id, event_key)',
                child || '_key', child
            );
            EXECUTE format('ALTER TABLE %I REPLICA IDENTITY USING INDEX %I', child, child || '_key');
        ELSE
            EXECUTE format(
                'CREATE INDEX %I ON %I (cell, account_id, event_key)', child || '_key', child
            );
        END IF;
        EXECUTE format(
            'ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
            parent, child, new_day, new_day + 1
        );
        EXECUTE format('ALTER TABLE %I DROP CONSTRAINT one_day', child);
    END LOOP;
    INSERT INTO ledger_day (day) VALUES (new_day);
END
$$;

-- Days from the oldest open one to a week ahead; safe to call at any time, by several at once.
CREATE FUNCTION make_ledger_days(wanted_open_days integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    missing date;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(7824255464);
    UPDATE installation SET open_days = wanted_open_days;
    FOR missing IN
        SELECT wanted::date
        FROM generate_series(today - wanted_open_days, today + 7, interval '1 day') AS wanted
        EXCEPT
        SELECT day FROM ledger_day
        ORDER BY 1
    LOOP
        PERFORM make_ledger_day(missing);
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;

-- How far each partition was read, and what became of its records; the outcomes add up to `records`.
CREATE TABLE read_position (
    cell smallint NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    cluster_id text NOT NULL,
    next_offset bigint NOT NULL,
    epoch bigint NOT NULL DEFAULT 0,
    records bigint NOT NULL DEFAULT 0,
    charged bigint NOT NULL DEFAULT 0,
    applied bigint NOT NULL DEFAULT 0,
    duplicate bigint NOT NULL DEFAULT 0,
    parked bigint NOT NULL DEFAULT 0,
    dead_lettered bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (cell, topic, partition),
    CONSTRAINT one_outcome_each CHECK (records = charged + applied + duplicate + parked + dead_lettered)
) WITH (fillfactor = 50);

-- Offsets that were passed over on purpose.
CREATE TABLE position_gap (
    cell smallint NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    cluster_id text NOT NULL,
    from_offset bigint NOT NULL,
    to_offset bigint NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (cell, topic, partition, cluster_id, from_offset)
);

-- `park_id` is made of tenant, identity and content, so a record is parked once however often it comes.
CREATE TABLE parked (
    cell smallint NOT NULL,
    park_id uuid NOT NULL,
    tenant_id text NOT NULL,
    reason text NOT NULL,
    field text NOT NULL,
    detail text NOT NULL,
    source text NOT NULL,
    event_id text NOT NULL,
    event_key uuid NOT NULL,
    content_hash bigint NOT NULL,
    started_s bigint NOT NULL,
    generation bigint NOT NULL,
    cluster_id text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    record_key bytea,
    header_names text[] NOT NULL,
    header_values bytea[] NOT NULL,
    value bytea,
    parked_at timestamptz NOT NULL DEFAULT now(),
    retry boolean NOT NULL DEFAULT false,
    closed_at timestamptz,
    closed_as text CHECK (closed_as IN ('charged', 'applied', 'duplicate', 'discarded')),
    PRIMARY KEY (cell, park_id)
);

-- What was discarded stays without effect, however often it is read again.
CREATE INDEX parked_discarded ON parked (cell, tenant_id) WHERE closed_as = 'discarded';

CREATE INDEX parked_waiting ON parked (cell, reason, tenant_id) WHERE closed_at IS NULL;

CREATE TABLE dead_letter (
    cell smallint NOT NULL,
    cluster_id text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    dead_letter_id uuid NOT NULL,
    reason text NOT NULL,
    field text NOT NULL,
    detail text NOT NULL,
    record_key bytea,
    header_names text[] NOT NULL,
    header_values bytea[] NOT NULL,
    value bytea,
    rejected_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    settled_as text CHECK (settled_as IN ('replayed', 'discarded')),
    PRIMARY KEY (cell, cluster_id, topic, partition, "offset")
);

CREATE UNIQUE INDEX dead_letter_id ON dead_letter (cell, dead_letter_id);

-- Messages promised and not yet acknowledged. Account 0 is the cell itself: dead letters and replays.
CREATE TABLE outbox (
    cell smallint NOT NULL,
    account_id integer NOT NULL,
    sequence bigint NOT NULL,
    lane smallint NOT NULL,
    topic text NOT NULL,
    record_key bytea,
    header_names text[] NOT NULL,
    header_values bytea[] NOT NULL,
    value bytea,
    enqueued_at timestamptz NOT NULL DEFAULT now(),
    set_aside text,
    PRIMARY KEY (cell, account_id, sequence)
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);

CREATE INDEX outbox_lane ON outbox (cell, lane, account_id, sequence) WHERE set_aside IS NULL;

CREATE TABLE relay_lane (
    cell smallint NOT NULL,
    lane smallint NOT NULL,
    holder uuid,
    leased_until timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (cell, lane)
);

-- The last complete pass of the audit, one row a check.
CREATE TABLE audit_result (
    cell smallint NOT NULL,
    name text NOT NULL,
    ok boolean NOT NULL,
    examined bigint NOT NULL,
    violations bigint NOT NULL,
    examples text[] NOT NULL,
    checked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (cell, name)
);

CREATE INDEX recharge_waiting ON recharge (cell, requested_s) WHERE state IN ('open', 'pending');

CREATE INDEX dead_letter_waiting ON dead_letter (cell, rejected_at) WHERE settled_at IS NULL;
