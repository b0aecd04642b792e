-- How many days are made before they come is a setting, like how many stay open.

DROP FUNCTION make_ledger_days(integer);

-- Days from the oldest open one to the last wanted ahead; safe to call at any time, by several at once.
CREATE FUNCTION make_ledger_days(wanted_open_days integer, wanted_days_ahead integer) RETURNS integer
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
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;
