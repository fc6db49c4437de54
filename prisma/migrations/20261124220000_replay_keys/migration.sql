-- What of a delivery may be used once beside its delivery key, and for which event it was.

-- The event whose replay key came again with another claim. Null for nearly all.
ALTER TABLE "events" ADD COLUMN "suspected_replay_of" UUID;

CREATE TABLE "replay_keys" (
    "provider" TEXT NOT NULL,
    -- sha256, so that a key of any length fits into the index.
    "key" BYTEA NOT NULL,
    "claim" TEXT NOT NULL,
    "event_id" UUID NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "refusals" BIGINT NOT NULL DEFAULT 0,
    "audited_at" TIMESTAMPTZ(3),

    CONSTRAINT "replay_keys_pkey" PRIMARY KEY ("provider", "key"),
    CONSTRAINT "replay_keys_event_id_fkey" FOREIGN KEY ("event_id") REFERENCES "events" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT
);

-- What was used stays used, and for what. Only refusals are counted on.
CREATE TRIGGER "replay_keys_written_once" BEFORE UPDATE ON "replay_keys"
    FOR EACH ROW
    WHEN ((OLD.provider, OLD.key, OLD.claim, OLD.event_id, OLD.received_at)
          IS DISTINCT FROM (NEW.provider, NEW.key, NEW.claim, NEW.event_id, NEW.received_at))
    EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "replay_keys_not_deleted" BEFORE DELETE ON "replay_keys"
    FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "replay_keys_not_truncated" BEFORE TRUNCATE ON "replay_keys"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
