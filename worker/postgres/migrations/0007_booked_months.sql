-- A statement says what was booked in a month of its tenant, and a past month never changes: so what is left of
-- a day that is gone is kept by that month. Which seconds a month has only the calendar knows, so whoever
-- forwards a day says it.

ALTER TABLE balance_forward
ADD COLUMN booked_month integer;

-- Of days that went before, nothing tells any more when their entries were booked.
UPDATE balance_forward SET booked_month = to_char(day, 'YYYYMM')::integer;

ALTER TABLE balance_forward
ALTER COLUMN booked_month SET NOT NULL,
DROP CONSTRAINT balance_forward_pkey,
ADD PRIMARY KEY (cell, account_id, day, booked_month, kind);

DROP FUNCTION forward_ledger_day(date);

-- A closed day's sums by account, month and kind take its place. False when another worker is at it, or it is
-- gone. `months` begin at `begins_s` where `timezones` hold; no month turns within a quarter of an hour. An
-- account that has changed to a zone which nobody has told of has its months by UTC: no entry is ever left out.
-- The parents are locked last and for a moment: who waits longer than `lock_timeout` for them begins again.
CREATE FUNCTION forward_ledger_day(
    old_day date, timezones text[], former_timezones text[], months integer[], begins_s bigint[]
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public SET lock_timeout = '500ms' AS $$
DECLARE
    parent text;
    child text;
BEGIN
    PERFORM FROM ledger_day WHERE day = old_day AND state = 'closed' FOR UPDATE SKIP LOCKED;
    IF NOT found THEN
        RETURN false;
    END IF;
    INSERT INTO balance_forward (cell, account_id, day, booked_month, kind, entries, amount_micros)
    SELECT
        booked.cell, booked.account_id, old_day,
        coalesce(turned.month, to_char(to_timestamp(booked.moment_s) AT TIME ZONE 'UTC', 'YYYYMM')::integer),
        booked.kind, sum(booked.entries), sum(booked.amount_micros)
    FROM (
        SELECT
            cell, account_id, kind, booked_s / 900 * 900 AS moment_s,
            count(*) AS entries, sum(amount_micros) AS amount_micros
        FROM ledger_entry
        WHERE day = old_day
        GROUP BY cell, account_id, kind, booked_s / 900
    ) AS booked
    LEFT JOIN account ON booked.cell = account.cell AND booked.account_id = account.account_id
    LEFT JOIN (
        SELECT
            known.timezone, known.former, known.month, known.from_s,
            lead(known.from_s, 1, 9223372036854775807) OVER (
                PARTITION BY known.timezone, known.former ORDER BY known.from_s
            ) AS to_s
        FROM unnest(timezones, former_timezones, months, begins_s) AS known (timezone, former, month, from_s)
    ) AS turned
        ON account.timezone = turned.timezone AND account.former_timezones = turned.former
        AND booked.moment_s >= turned.from_s AND booked.moment_s < turned.to_s
    GROUP BY 1, 2, 4, 5;
    UPDATE ledger_day SET state = 'forwarded' WHERE day = old_day;
    LOCK TABLE ONLY ledger_entry, ONLY entry_line, ONLY entry_text IN ACCESS EXCLUSIVE MODE;
    FOREACH parent IN ARRAY ARRAY['ledger_entry', 'entry_line', 'entry_text'] LOOP
        child := parent || to_char(old_day, '_YYYYMMDD');
        EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent, child);
        EXECUTE format('DROP TABLE %I', child);
    END LOOP;
    RETURN true;
END
$$;

REVOKE EXECUTE ON FUNCTION
forward_ledger_day(date, text[], text[], integer[], bigint[])
FROM public;
