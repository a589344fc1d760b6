-- A journal as the gateway of schema 2 (migrations 1 and 2) left it when it was killed at 1795938414153 ms: written by that
-- gateway before a sandbox, then dumped. Tests make a file of it. What is in it, by recipient:
--   o-sent          sent, under the idempotency key order-1-shipped
--   o-unfollowed    failed, o-dead dead, o-cancelled cancelled, o-expired expired
--   o-waiting       waits for its first attempt, under the idempotency key order-8-shipped
--   o-scheduled     waits for its not_before, eight seconds after the kill
--   o-retried       waits for its third attempt, nine seconds after the kill
--   o-doubtful      the same after two attempts of unknown outcome
--   o-redriven      failed, and was redriven
--   o-in-flight     a template message in flight, which WeChat knows again by its client_msg_id
--   o-custom        a customer-service message in flight, which it does not
PRAGMA application_id = 1466263922;
BEGIN TRANSACTION;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    state INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    attempt_at INTEGER,
    counted_attempts INTEGER NOT NULL,
    first_attempt_at INTEGER,
    next_at INTEGER,
    ended_at INTEGER,
    msgid INTEGER,
    reason TEXT,
    app TEXT NOT NULL,
    client TEXT NOT NULL,
    type TEXT NOT NULL,
    priority INTEGER NOT NULL,
    retry_class TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    not_before INTEGER,
    not_after INTEGER,
    recipient TEXT NOT NULL,
    recipient_hash INTEGER,
    segment INTEGER,
    trace_id TEXT NOT NULL,
    idempotency_key TEXT,
    idempotency_digest BLOB,
    idempotency_hash INTEGER,
    metadata BLOB
) STRICT;
CREATE TABLE bodies (
    message_id INTEGER PRIMARY KEY,
    body BLOB NOT NULL
) STRICT;
CREATE TABLE attempts (
    message_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    duration INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    errcode INTEGER,
    errmsg TEXT,
    rid TEXT, waits TEXT, next_at INTEGER, next_reason TEXT, next_cost TEXT,
    PRIMARY KEY (message_id, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE probes (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT;
INSERT INTO grdb_migrations VALUES (
    '1'
);
INSERT INTO grdb_migrations VALUES (
    '2'
);
INSERT INTO messages VALUES (
    1883177916534215477, 6, 0, NULL, 0, NULL, NULL, 1795938413999, NULL, 'not_after passed', 'main', '', 'template',
    2, 'available', 1795938412222, NULL, 1795938414000, 'o-expired', 320992978, 0,
    '31927801ecf87f93980bf7193a0f4d67', NULL, NULL, NULL, NULL
);
INSERT INTO messages VALUES (
    1883177916538427320, 7, 0, NULL, 0, NULL, NULL, 1795938412231, NULL, 'cancelled by its client', 'main', '',
    'template', 2, 'available', 1795938412226, 1795942012000, NULL, 'o-cancelled', 1566102791, 0,
    'c1834462cdb2e29b9c3a6b7c18bb7c2c', NULL, NULL, NULL, NULL
);
INSERT INTO messages VALUES (
    1883177918402669366, 2, 1, NULL, 0, 1795938414004, NULL, 1795938414008, 3557254367693750001, NULL, 'main', '',
    'template', 2, 'available', 1795938414004, NULL, NULL, 'o-sent', 2178571106, 0,
    '55b9f2e678fb98e58fc4ad1b7e989f6d', 'order-1-shipped',
    X'e604887e66c10376a0b0b878dc96ba40a133cc39f4d06377cf2145bd8d6c9213', -2122574249291111655, NULL
);
INSERT INTO messages VALUES (
    1883177918432175396, 4, 1, NULL, 1, 1795938414032, NULL, 1795938414034, NULL, 'require subscribe (43004)',
    'main', '', 'template', 2, 'available', 1795938414032, NULL, NULL, 'o-unfollowed', 3077683848, 0,
    '47a55477015e0b5da4f209f6eddd9534', NULL, NULL, NULL, NULL
);
INSERT INTO messages VALUES (
    1883177918441751490, 5, 1, NULL, 1, 1795938414041, NULL, 1795938414043, NULL, 'system error (-1)', 'main', '',
    'custom', 2, 'consistent', 1795938414041, NULL, NULL, 'o-dead', 2001858, 0, '892e00d6bd56b933c11c8ee5a7ffc441',
    NULL, NULL, NULL, NULL
);
INSERT INTO messages VALUES (
    1883177918450265169, 0, 1, NULL, 0, NULL, 1795938414134, NULL, NULL, NULL, 'main', '', 'template', 2,
    'available', 1795938414049, NULL, NULL, 'o-redriven', 3261050410, 0, 'cad73e32b8dafd451d7c6acbc2971941', NULL,
    NULL, NULL, NULL
);
INSERT INTO messages VALUES (
    1883177918457313845, 0, 2, NULL, 2, 1795938414056, 1795938423069, NULL, NULL, 'retry after system error (-1)',
    'main', '', 'template', 1, 'available', 1795938414056, NULL, NULL, 'o-retried', 940530042, 0,
    'de85df4cfd0113a5b5d5fe2b1755472f', NULL, NULL, NULL, CAST('{"订单": "7"}' AS BLOB)
);
INSERT INTO messages VALUES (
    1883177918489932985, 0, 2, NULL, 2, 1795938414087, 1795938423098, NULL, NULL, 'retry after no answer: reset',
    'main', '', 'template', 2, 'available', 1795938414087, NULL, NULL, 'o-doubtful', 2219010048, 0,
    '1bd172f761684b473300fae9d49e40ea', NULL, NULL, NULL, NULL
);
INSERT INTO messages VALUES (
    1883177918523539861, 1, 1, 1795938414119, 0, NULL, NULL, NULL, NULL, NULL, 'main', '', 'template', 2,
    'available', 1795938414119, NULL, NULL, 'o-in-flight', 386569970, 0, '6c9f7a76c4e06447e3776ca600b9a40b', NULL,
    NULL, NULL, NULL
);
INSERT INTO messages VALUES (
    1883177918527794150, 1, 1, 1795938414123, 0, NULL, NULL, NULL, NULL, NULL, 'main', '', 'custom', 2, 'available',
    1795938414123, NULL, NULL, 'o-custom', 4029319498, 0, '324d6ef037d8eb8d657296465eabb357', NULL, NULL, NULL, NULL
);
INSERT INTO messages VALUES (
    1883177918536234970, 0, 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, 'main', '', 'template', 2, 'available',
    1795938414131, NULL, NULL, 'o-waiting', 1284121672, 0, 'da6133bc617ee21dd7d67ff96b71390c', 'order-8-shipped',
    X'9be10a0254f0dc091c086d774f69e892ae2a71159c68edca3b037cb9e2b08409', -2461596112242396656,
    CAST('{"order": "8"}' AS BLOB)
);
INSERT INTO messages VALUES (
    1883177918540481264, 0, 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, 'main', '', 'template', 3, 'available',
    1795938414135, 1795938422000, NULL, 'o-scheduled', 103886137, 0, '940d50939eeeeb77b2fe090ac336fc5c', NULL, NULL,
    NULL, NULL
);
INSERT INTO bodies VALUES (
    1883177916534215477,
    CAST('{"touser": "o-expired", "template_id": "order-shipped", "data": {"thing1": {"value": "订单已发货"}},"client_msg_id":"1m8k4asny3msn"}' AS BLOB)
);
INSERT INTO bodies VALUES (
    1883177916538427320,
    CAST('{"touser": "o-cancelled", "template_id": "order-shipped", "data": {"thing1": {"value": "订单已发货"}},"client_msg_id":"1m8k4asp245xr"}' AS BLOB)
);
INSERT INTO bodies VALUES (
    1883177918402669366,
    CAST('{"touser": "o-sent", "template_id": "order-shipped", "data": {"thing1": {"value": "您的订单一已发货"}},"client_msg_id":"1m8k4avdm0asp"}' AS BLOB)
);
INSERT INTO bodies VALUES (
    1883177918432175396,
    CAST('{"touser": "o-unfollowed", "template_id": "order-shipped", "data": {"thing1": {"value": "订单已发货"}},"client_msg_id":"1m8k4aveg4s94"}' AS BLOB)
);
INSERT INTO bodies VALUES (
    1883177918441751490, CAST('{"touser": "o-dead", "msgtype": "text", "text": {"content": "这条消息没有送达"}}' AS BLOB)
);
INSERT INTO bodies VALUES (
    1883177918450265169,
    CAST('{"touser": "o-redriven", "template_id": "order-shipped", "data": {"thing1": {"value": "重新发送"}},"client_msg_id":"1m8k4avf1cv2h"}' AS BLOB)
);
INSERT INTO bodies VALUES (
    1883177918457313845,
    CAST('{"touser": "o-retried", "template_id": "order-shipped", "data": {"thing1": {"value": "“引号”与 emoji 🚚"}},"client_msg_id":"1m8k4avf83yhn"}' AS BLOB)
);
INSERT INTO bodies VALUES (
    1883177918489932985,
    CAST('{"touser": "o-doubtful", "template_id": "order-shipped", "data": {"thing1": {"value": "结果未知"}},"client_msg_id":"1m8k4avg77d5s"}' AS BLOB)
);
INSERT INTO bodies VALUES (
    1883177918523539861,
    CAST('{"touser": "o-in-flight", "template_id": "order-shipped", "data": {"thing1": {"value": "正在发送"}},"client_msg_id":"1m8k4avh790cn"}' AS BLOB)
);
INSERT INTO bodies VALUES (
    1883177918527794150, CAST('{"touser": "o-custom", "msgtype": "text", "text": {"content": "正在发送的客服消息"}}' AS BLOB)
);
INSERT INTO bodies VALUES (
    1883177918536234970,
    CAST('{"touser": "o-waiting", "template_id": "order-shipped", "data": {"thing1": {"value": "您的订单八已发货"}},"client_msg_id":"1m8k4avhkcdyt"}' AS BLOB)
);
INSERT INTO bodies VALUES (
    1883177918540481264,
    CAST('{"touser": "o-scheduled", "template_id": "order-shipped", "data": {"thing1": {"value": "明天见"}},"client_msg_id":"1m8k4avhqe0qg"}' AS BLOB)
);
INSERT INTO attempts VALUES (
    1883177918402669366, 1, 1795938414004, 3801886, 'accepted', 0, 'ok', NULL, NULL, NULL, NULL, NULL
);
INSERT INTO attempts VALUES (
    1883177918432175396, 1, 1795938414032, 2112704, 'recipient', 43004, 'require subscribe',
    '6b0bd86e-d9dce2b4-9f57cc8b', NULL, NULL, NULL, NULL
);
INSERT INTO attempts VALUES (
    1883177918441751490, 1, 1795938414041, 2130419, 'transient', -1, 'system error', '6b0bd86e-81751b02-9a1ffae0',
    NULL, NULL, NULL, NULL
);
INSERT INTO attempts VALUES (
    1883177918450265169, 1, 1795938414049, 1046106, 'request', 47003, 'sandbox fault', '6b0bd86e-318f3774-1fb27b5b',
    NULL, NULL, NULL, NULL
);
INSERT INTO attempts VALUES (
    1883177918457313845, 1, 1795938414056, 2307632, 'transient', -1, 'system error', '6b0bd86e-ff6cb81c-4e656460',
    NULL, 1795938414067, 'retry after system error (-1)', 'paid'
);
INSERT INTO attempts VALUES (
    1883177918457313845, 2, 1795938414066, 1916220, 'transient', -1, 'system error', '6b0bd86e-e0d244df-dc73a12e',
    NULL, 1795938423069, 'retry after system error (-1)', 'paid'
);
INSERT INTO attempts VALUES (
    1883177918489932985, 1, 1795938414087, 1910772, 'unknown', NULL, 'no answer: reset', NULL, NULL, 1795938414096,
    'retry after no answer: reset', 'paid'
);
INSERT INTO attempts VALUES (
    1883177918489932985, 2, 1795938414095, 2121466, 'unknown', NULL, 'no answer: reset', NULL, NULL, 1795938423098,
    'retry after no answer: reset', 'paid'
);
CREATE INDEX messages_state ON messages (state) WHERE state NOT IN (2, 3);
CREATE INDEX messages_app ON messages (app);
CREATE INDEX messages_client ON messages (client) WHERE client <> '';
CREATE INDEX messages_recipient ON messages (segment, recipient_hash) WHERE segment IS NOT NULL;
CREATE INDEX messages_idempotency ON messages (idempotency_hash) WHERE idempotency_hash IS NOT NULL;
COMMIT;
