-- Of an event only what must be kept: that it is one, its exact bytes, and what is done about it.

CREATE TABLE events (
    id UUID PRIMARY KEY,
    provider TEXT NOT NULL,
    delivery_key TEXT NOT NULL,
    type TEXT NOT NULL,
    body BYTEA NOT NULL,
    received_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (provider, delivery_key)
);

CREATE TABLE runs (
    id UUID PRIMARY KEY,
    status TEXT NOT NULL DEFAULT 'pending',
    epoch INTEGER NOT NULL DEFAULT 0,
    finished_at TIMESTAMPTZ
);

CREATE TABLE transitions (
    id BIGSERIAL PRIMARY KEY,
    run_id UUID NOT NULL,
    "from" TEXT NOT NULL,
    "to" TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE entities (
    key TEXT PRIMARY KEY,
    data JSONB NOT NULL,
    event_id UUID NOT NULL
);
