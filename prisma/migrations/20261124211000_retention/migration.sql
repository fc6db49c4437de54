-- The one way in which payloads go: whole months, written into the audit. Events and transitions stay for ever.

-- A partition is a table of its own: what is refused for `payloads` must be refused for it, too. Triggers for rows
-- come to it by themselves, those for statements don't.
CREATE FUNCTION "protect_payload_partition"("partition" TEXT) RETURNS VOID
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE OR REPLACE TRIGGER partition_not_truncated BEFORE TRUNCATE ON %I
         FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', partition);
END
$$;

SELECT "protect_payload_partition"(inhrelid::regclass::text)
FROM pg_inherits WHERE inhparent = 'payloads'::regclass;

-- Makes the partitions of this month (UTC) and of as many that follow; the service calls it ahead of time.
CREATE OR REPLACE FUNCTION "ensure_payload_partitions"("months_ahead" INTEGER) RETURNS VOID
LANGUAGE plpgsql AS $$
DECLARE
    first_day DATE := date_trunc('month', now() AT TIME ZONE 'UTC');
    partition TEXT;
BEGIN
    FOR month IN 0..months_ahead LOOP
        partition := 'payloads_' || to_char(first_day + make_interval(months => month), 'YYYY_MM');
        IF to_regclass(partition) IS NULL THEN
            -- Two instances that start together must not both try.
            PERFORM pg_advisory_xact_lock(hashtext('ensure_payload_partitions'));
            CONTINUE WHEN to_regclass(partition) IS NOT NULL;
            BEGIN
                EXECUTE format(
                    'CREATE TABLE IF NOT EXISTS %I PARTITION OF payloads FOR VALUES FROM (%L) TO (%L)',
                    partition,
                    to_char(first_day + make_interval(months => month), 'YYYY-MM-DD') || ' 00:00:00+00',
                    to_char(first_day + make_interval(months => month + 1), 'YYYY-MM-DD') || ' 00:00:00+00'
                );
                PERFORM protect_payload_partition(partition);
            EXCEPTION WHEN check_violation THEN
                -- The default partition has rows of this month already, so it keeps them all.
                RAISE WARNING 'No partition for %: the default partition has rows of that month', partition;
            END;
        END IF;
    END LOOP;
END
$$;

-- Drops the payload partitions of months that ended before a date (UTC), and writes each into the audit. A month
-- in which a run is open stays, for a later call; so does what is in the default partition. Called inside a
-- transaction that may take longer than a request: it counts what it drops.
--
-- Nobody may record or redrive between the last look at the open runs and the drop, so `payloads` is locked, for
-- as short as possible: the counting comes before. A partition that is dropped needs no lock of `events`, as one
-- that is detached first would.
CREATE FUNCTION "retire_payloads"("before" DATE, "actor" TEXT)
RETURNS TABLE ("partition" TEXT, "row_count" BIGINT, "byte_count" BIGINT, "retired" BOOLEAN)
LANGUAGE plpgsql
SET lock_timeout = '2s'
SET timezone = 'UTC'
AS $$
DECLARE
    month RECORD;
BEGIN
    -- One instance does it.
    IF NOT pg_try_advisory_xact_lock(hashtext('retire_payloads')) THEN
        RETURN;
    END IF;
    FOR month IN
        SELECT relname::text AS name, first_day::timestamptz AS lower, (first_day + interval '1 month')::timestamptz AS upper
        FROM pg_inherits
        JOIN pg_class ON pg_class.oid = inhrelid
        CROSS JOIN LATERAL (SELECT to_date(substring(relname FROM '^payloads_(\d{4}_\d{2})$'), 'YYYY_MM')) AS of_month (first_day)
        WHERE inhparent = 'payloads'::regclass AND (first_day + interval '1 month')::date <= before
        ORDER BY first_day
    LOOP
        partition := month.name;
        EXECUTE format('SELECT count(*), pg_total_relation_size(%L) FROM %I', partition, partition)
            INTO row_count, byte_count;
        retired := NOT has_open_runs(month.lower, month.upper);
        IF retired THEN
            LOCK TABLE payloads IN ACCESS EXCLUSIVE MODE;
            retired := NOT has_open_runs(month.lower, month.upper);
        END IF;
        IF retired THEN
            EXECUTE format('DROP TABLE %I', partition);
            INSERT INTO audit (actor, action, subject, detail)
            VALUES (retire_payloads.actor, 'payloads_retired', partition, jsonb_build_object(
                'rows', row_count, 'bytes', byte_count, 'from', month.lower, 'to', month.upper));
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;

-- True if a run of an event received in this time is not at its end yet.
CREATE FUNCTION "has_open_runs"("received_from" TIMESTAMPTZ, "received_before" TIMESTAMPTZ) RETURNS BOOLEAN
LANGUAGE sql VOLATILE AS $$
    SELECT EXISTS (
        SELECT FROM runs run JOIN events event ON event.id = run.event_id
        WHERE (run.status = 'pending' OR run.status = 'retrying' OR run.status = 'compensating'
               OR run.lease_until IS NOT NULL)
          AND event.received_at >= received_from AND event.received_at < received_before
    )
$$;
