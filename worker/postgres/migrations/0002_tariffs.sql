-- Rate decks: reference tables, the same for every cell, so no key begins with it.
--
-- Versions and their rows are written once, by one transaction, and never changed: the statement of a charge
-- is computed again from them for as long as the charge is kept.

CREATE TABLE rate_deck (
    deck_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 256),
    currency text NOT NULL
);

CREATE TABLE rate_deck_version (
    version_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    deck_id integer NOT NULL REFERENCES rate_deck (deck_id),
    effective_from_s bigint NOT NULL,
    timezone text NOT NULL,
    round_to_micros bigint NOT NULL CHECK (round_to_micros > 0),
    rounding text NOT NULL CHECK (rounding IN ('up', 'down', 'half_up', 'half_even')),
    row_count integer NOT NULL CHECK (row_count > 0),
    digest bytea NOT NULL,
    imported_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (deck_id, effective_from_s)
);

-- No foreign key: half a million rows of a version would each look up the row that was written beside them.
CREATE TABLE tariff (
    version_id integer NOT NULL,
    row_number integer NOT NULL,
    service text NOT NULL,
    number_type text NOT NULL,
    origin text NOT NULL,
    prefix text NOT NULL,
    label text NOT NULL,
    connection_fee_micros bigint NOT NULL CHECK (connection_fee_micros >= 0),
    from_s integer NOT NULL CHECK (from_s >= 0),
    price_per_minute_micros bigint NOT NULL CHECK (price_per_minute_micros >= 0),
    initial_s integer NOT NULL CHECK (initial_s >= 0),
    increment_s integer NOT NULL CHECK (increment_s > 0),
    weekdays smallint NOT NULL CHECK (weekdays BETWEEN 1 AND 127),
    from_minute smallint NOT NULL CHECK (from_minute BETWEEN 0 AND 1439),
    to_minute smallint NOT NULL CHECK (to_minute BETWEEN 0 AND 1440),
    free_under_s integer NOT NULL CHECK (free_under_s >= 0),
    max_charge_micros bigint CHECK (max_charge_micros >= 0),
    PRIMARY KEY (version_id, row_number)
);

-- One number for all decks, raised by every import: who compiled under another one loads again.
CREATE TABLE rate_generation (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    generation bigint NOT NULL DEFAULT 0
);

INSERT INTO rate_generation DEFAULT VALUES;

CREATE FUNCTION refuse_deck_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'versions of a rate deck never change: import a new one instead';
END
$$;

CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON rate_deck_version
FOR EACH STATEMENT EXECUTE FUNCTION refuse_deck_change();

CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON tariff
FOR EACH STATEMENT EXECUTE FUNCTION refuse_deck_change();
