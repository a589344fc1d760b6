-- Moves everything in journal-schema-2.sql so that the gateway was killed seven seconds ago. Ids begin with their time, 20 bits up.
BEGIN TRANSACTION;
CREATE TEMPORARY TABLE shift AS SELECT CAST(strftime('%s', 'now') AS INTEGER) * 1000 - 1795938414153 - 7000 AS ms;
UPDATE messages SET
    id = id + ((SELECT ms FROM shift) << 20),
    attempt_at = attempt_at + (SELECT ms FROM shift),
    first_attempt_at = first_attempt_at + (SELECT ms FROM shift),
    next_at = next_at + (SELECT ms FROM shift),
    ended_at = ended_at + (SELECT ms FROM shift),
    created_at = created_at + (SELECT ms FROM shift),
    not_before = not_before + (SELECT ms FROM shift),
    not_after = not_after + (SELECT ms FROM shift);
UPDATE bodies SET message_id = message_id + ((SELECT ms FROM shift) << 20);
UPDATE attempts SET
    message_id = message_id + ((SELECT ms FROM shift) << 20),
    started_at = started_at + (SELECT ms FROM shift),
    next_at = next_at + (SELECT ms FROM shift);
COMMIT;
