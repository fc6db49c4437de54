-- The trace of a run that was redriven: a new one, since the old one has come to its end.

ALTER TABLE "runs" ADD COLUMN "traceparent" TEXT;

-- The beginning of a trace that is sampled (https://www.w3.org/TR/trace-context/): what has failed is worth seeing.
CREATE FUNCTION "new_traceparent"() RETURNS TEXT
LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    SELECT '00-' || replace(gen_random_uuid()::text, '-', '')
        || '-' || right(replace(gen_random_uuid()::text, '-', ''), 16) || '-01'
$$;
