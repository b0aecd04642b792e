-- How long things are kept: days close, are forwarded and dropped; what names persons goes earlier.

-- `persons`: whether the day still names users and whole numbers.
ALTER TABLE ledger_day
ADD COLUMN persons text NOT NULL DEFAULT 'kept' CHECK (persons IN ('kept', 'leaving', 'gone'));

-- When a user was seen last, so that a name that nothing refers to any more can go.
ALTER TABLE dictionary
ADD COLUMN seen_on date NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')::date;

CREATE INDEX dictionary_unseen ON dictionary (cell, seen_on);

-- A person has vouched that this usage of a dropped day was never charged.
ALTER TABLE parked
ADD COLUMN vouched boolean NOT NULL DEFAULT false;

CREATE INDEX parked_closed ON parked (cell, closed_at) WHERE closed_at IS NOT NULL AND value IS NOT NULL;

CREATE INDEX dead_letter_settled ON dead_letter (cell, settled_at) WHERE settled_at IS NOT NULL;

-- What was deleted after its time, so that every record's first outcome can still be counted.
CREATE TABLE forgotten (
    cell smallint NOT NULL,
    what text NOT NULL CHECK (what IN ('parked', 'dead_letter')),
    ended_as text NOT NULL,
    records bigint NOT NULL,
    PRIMARY KEY (cell, what, ended_as)
);

-- Triggers of a statement are not handed down to partitions, so each gets its own.
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON ledger_entry
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON entry_line
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON entry_text
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON entry_text
FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION protect_ledger_day(guarded_day date) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    parent text;
BEGIN
    FOREACH parent IN ARRAY ARRAY['ledger_entry', 'entry_line', 'entry_text'] LOOP
        EXECUTE format(
            'CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I'
            ' FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
            parent || to_char(guarded_day, '_YYYYMMDD')
        );
    END LOOP;
END
$$;

SELECT protect_ledger_day(day) FROM ledger_day;

CREATE OR REPLACE FUNCTION make_ledger_days(wanted_open_days integer, wanted_days_ahead integer)
RETURNS integer
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
        FROM generate_series(today - wanted_open_days, today + wanted_days_ahead, interval '1 day') AS wanted
        EXCEPT
        SELECT day FROM ledger_day
        ORDER BY 1
    LOOP
        PERFORM make_ledger_day(missing);
        PERFORM protect_ledger_day(missing);
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;

-- A closed day's sums by account and kind take its place. False when another worker is at it, or it is gone.
-- The parents are locked last and for a moment: who waits longer than `lock_timeout` for them begins again.
CREATE FUNCTION forward_ledger_day(old_day date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public SET lock_timeout = '500ms' AS $$
DECLARE
    parent text;
    child text;
BEGIN
    PERFORM FROM ledger_day WHERE day = old_day AND state = 'closed' FOR UPDATE SKIP LOCKED;
    IF NOT found THEN
        RETURN false;
    END IF;
    INSERT INTO balance_forward (cell, account_id, day, kind, entries, amount_micros)
    SELECT cell, account_id, day, kind, count(*), sum(amount_micros)
    FROM ledger_entry
    WHERE day = old_day
    GROUP BY cell, account_id, day, kind;
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

-- Takes the last four digits and the user from the entries of a closed day, in these blocks of its table; how
-- many. Digits that are the price's own prefix stay: the price list says them anyway. Nothing else may ever
-- change an entry, so the trigger is off for this one statement, which nobody else can reach.
CREATE FUNCTION remove_persons(old_day date, parent text, first_block bigint, end_block bigint)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public SET lock_timeout = '500ms' AS $$
DECLARE
    child text := parent || to_char(old_day, '_YYYYMMDD');
    users text := CASE parent WHEN 'ledger_entry' THEN ', user_number = 0' ELSE '' END;
    named text := CASE parent WHEN 'ledger_entry' THEN 'user_number <> 0 OR ' ELSE '' END;
    masked text := 'greatest(number_shape %% 16, least(4, number_shape / 16 - prefix_length))';
    changed bigint;
BEGIN
    IF parent NOT IN ('ledger_entry', 'entry_line') THEN
        RAISE EXCEPTION 'there is nothing to remove from %', parent;
    END IF;
    PERFORM FROM ledger_day WHERE day = old_day AND state = 'closed' FOR SHARE;
    IF NOT found THEN
        RAISE EXCEPTION '% is no closed day: its entries stay as they are', old_day;
    END IF;
    EXECUTE format('ALTER TABLE %I DISABLE TRIGGER append_only', child);
    EXECUTE format(
        'UPDATE %I SET'
        ' number = number / (10 ^ (' || masked || ' - number_shape %% 16))::bigint,'
        ' number_shape = (number_shape / 16 * 16 + ' || masked || ')::smallint' || users
        || ' WHERE ctid >= $1 AND ctid < $2 AND (' || named || masked || ' <> number_shape %% 16)',
        child
    ) USING format('(%s,0)', first_block)::tid, format('(%s,0)', end_block)::tid;
    GET DIAGNOSTICS changed = ROW_COUNT;
    EXECUTE format('ALTER TABLE %I ENABLE TRIGGER append_only', child);
    RETURN changed;
END
$$;

-- The next so many identities of all open days in their order, of which only those are given that stand on two
-- days, and the last. Each day's unique key is sorted already: it is read alone, and all are merged.
CREATE FUNCTION repeated_identities(
    in_cell smallint, from_source smallint, from_account integer, from_key uuid, page_rows integer
)
RETURNS TABLE (source_number smallint, account_id integer, event_key uuid, place bigint, repeated boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
SET enable_sort = off SET enable_seqscan = off SET max_parallel_workers_per_gather = 0 AS $$
DECLARE
    days text;
BEGIN
    SELECT string_agg(
        format(
            'SELECT cell, source_number, account_id, event_key FROM %I',
            'ledger_entry' || to_char(day, '_YYYYMMDD')
        ), ' UNION ALL '
    ) INTO days FROM ledger_day WHERE state = 'open';
    IF days IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE
        'SELECT source_number, account_id, event_key, place, repeated FROM ('
        '   SELECT cell, source_number, account_id, event_key, row_number() OVER in_order AS place,'
        '     (source_number, account_id, event_key) IS NOT DISTINCT FROM ('
        '       lag(source_number) OVER in_order, lag(account_id) OVER in_order, lag(event_key) OVER in_order'
        '     ) AS repeated,'
        '     lead(cell) OVER in_order IS DISTINCT FROM cell AS is_last'
        '   FROM ('
        '     SELECT * FROM (' || days || ') AS entry'
        '     WHERE (cell, source_number, account_id, event_key) >= ($1, $2, $3, $4)'
        '     ORDER BY cell, source_number, account_id, event_key LIMIT $5'
        '   ) AS page'
        '   WINDOW in_order AS (ORDER BY cell, source_number, account_id, event_key)'
        ' ) AS looked_at WHERE cell = $1 AND (repeated OR is_last)'
    USING in_cell, from_source, from_account, from_key, page_rows;
END
$$;

-- A role of its own for the worker owns nothing: of what is append-only it may read and add, and what changes
-- the ledger's tables it may only ask for. Safe to repeat, and to be repeated with every new version.
CREATE FUNCTION grant_worker_rights(worker name) RETURNS void
LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
    one record;
    rights text;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', worker);
    FOR one IN
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
    LOOP
        rights := CASE
            WHEN one.relname IN ('schema_migration', 'balance_forward') THEN 'SELECT'
            WHEN one.relname IN (
                'ledger_entry', 'entry_line', 'entry_text', 'account_event', 'rate_deck_version', 'tariff'
            ) THEN 'SELECT, INSERT'
            ELSE 'SELECT, INSERT, UPDATE, DELETE'
        END;
        EXECUTE format('REVOKE ALL ON %I FROM %I', one.relname, worker);
        EXECUTE format('GRANT %s ON %I TO %I', rights, one.relname, worker);
    END LOOP;
    FOR one IN
        SELECT oid::regprocedure AS name FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proname IN (
            'make_ledger_days', 'forward_ledger_day', 'remove_persons', 'repeated_identities'
        )
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', one.name, worker);
    END LOOP;
END
$$;

-- Everybody might call a function that was just made; these act with the rights of the owner.
REVOKE EXECUTE ON FUNCTION
make_ledger_day(date),
make_ledger_days(integer, integer),
protect_ledger_day(date),
forward_ledger_day(date),
remove_persons(date, text, bigint, bigint),
repeated_identities(smallint, smallint, integer, uuid, integer),
grant_worker_rights(name)
FROM public;
