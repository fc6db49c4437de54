-- Statuses of a run that undoes what it has done. Apart from what uses them: PostgreSQL knows a new value of an
-- enum only after its commit.

ALTER TYPE "run_status" ADD VALUE 'compensating' BEFORE 'completed';
ALTER TYPE "run_status" ADD VALUE 'compensated';
ALTER TYPE "run_status" ADD VALUE 'compensation_failed';
