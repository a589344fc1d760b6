-- A journal as the gateway with the migrations up to `deliveries` left it when it was killed at 1796141529745 ms: written by that gateway,
-- before a sandbox, for a client whose address takes nothing, then dumped. Tests make a file of it. What is in it, by recipient:
--   o-sent          sent, and its client is still to be told
--   o-unfollowed    failed (43004), and is suppressed
--   o-dead          dead after an errcode -1, of template T2
--   o-waiting       waits for its first attempt, as its app is paused
PRAGMA application_id = 1466263922;
BEGIN TRANSACTION;
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
INSERT INTO "attempts" VALUES(1883390896413734109,1,1796141525663,6207842,'accepted',0,'ok',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "attempts" VALUES(1883390896425565276,1,1796141525674,23032224,'recipient',43004,'require subscribe','6b0ef1d5-d3309158-62bc3ecf',NULL,NULL,NULL,NULL);
INSERT INTO "attempts" VALUES(1883390897504314590,1,1796141526703,8402576,'transient',-1,'system error','6b0ef1d6-4669fa52-06d92fc4',NULL,NULL,NULL,NULL);
CREATE TABLE bodies (
    message_id INTEGER PRIMARY KEY,
    body BLOB NOT NULL
) STRICT;
INSERT INTO "bodies" VALUES(1883390896413734109,X'7B22746F75736572223A20226F2D73656E74222C202274656D706C6174655F6964223A20225431222C202264617461223A207B227468696E6731223A207B2276616C7565223A20225C75386261325C7535333535227D7D2C22636C69656E745F6D73675F6964223A22316D38733631616D7A33783678227D');
INSERT INTO "bodies" VALUES(1883390896425565276,X'7B22746F75736572223A20226F2D756E666F6C6C6F776564222C202274656D706C6174655F6964223A20225431222C202264617461223A207B227468696E6731223A207B2276616C7565223A20225C75386261325C7535333535227D7D2C22636C69656E745F6D73675F6964223A22316D38733631616E61637A3277227D');
INSERT INTO "bodies" VALUES(1883390897504314590,X'7B22746F75736572223A20226F2D64656164222C202274656D706C6174655F6964223A20225432222C202264617461223A207B227468696E6731223A207B2276616C7565223A20225C75386261325C7535333535227D7D2C22636C69656E745F6D73675F6964223A22316D38733631626E6635733679227D');
INSERT INTO "bodies" VALUES(1883390899613871712,X'7B22746F75736572223A20226F2D77616974696E67222C202274656D706C6174655F6964223A20225431222C202264617461223A207B227468696E6731223A207B2276616C7565223A20225C75386261325C7535333535227D7D2C22636C69656E745F6D73675F6964223A22316D38733631646D6230626B30227D');
CREATE TABLE contradictions (
    message_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT,
    PRIMARY KEY (message_id, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE deliveries (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    destination TEXT NOT NULL,
    app TEXT NOT NULL,
    message_id INTEGER,
    bytes INTEGER NOT NULL,
    digest INTEGER,
    created_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_at INTEGER,
    state INTEGER NOT NULL,
    kept_until INTEGER,
    body BLOB
) STRICT;
INSERT INTO "deliveries" VALUES(1,'client/orders','main',1883390896413734109,24,NULL,1796141525669,1,1796141530138,0,NULL,NULL);
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO "grdb_migrations" VALUES('1');
INSERT INTO "grdb_migrations" VALUES('2');
INSERT INTO "grdb_migrations" VALUES('3');
INSERT INTO "grdb_migrations" VALUES('4');
INSERT INTO "grdb_migrations" VALUES('receipts');
INSERT INTO "grdb_migrations" VALUES('suppressions');
INSERT INTO "grdb_migrations" VALUES('deliveries');
CREATE TABLE ledger (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "ledger" VALUES('pause/main',X'7B22617070223A226D61696E222C22776879223A227468652066697874757265222C2273696E6365223A313739363134313532383731327D',1796141528712);
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
, redriven_after INTEGER NOT NULL DEFAULT 0, followed_at INTEGER, receipt_state TEXT, receipt_at INTEGER, receipt_reason TEXT, callback_url TEXT) STRICT;
INSERT INTO "messages" VALUES(1883390896413734109,2,1,NULL,0,1796141525663,NULL,1796141525669,3557254367693750001,NULL,'main','orders','template',2,'available',1796141525663,NULL,NULL,'o-sent',2178571106,0,'3e9bac173490e669cf8b8d19837544e8',NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,'http://127.0.0.1:9/ended');
INSERT INTO "messages" VALUES(1883390896425565276,4,1,NULL,1,1796141525674,NULL,1796141525697,NULL,'require subscribe (43004)','main','orders','template',2,'available',1796141525674,NULL,NULL,'o-unfollowed',3077683848,0,'f7861bb6e169c7d15c9bcfcdd6b11403',NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "messages" VALUES(1883390897504314590,5,1,NULL,1,1796141526703,NULL,1796141526711,NULL,'system error (-1)','main','orders','template',2,'once',1796141526703,NULL,NULL,'o-dead',2001858,0,'05cc1892a11b9b95bd8404fe6a18519b',NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "messages" VALUES(1883390899613871712,0,0,NULL,0,NULL,NULL,NULL,NULL,NULL,'main','orders','template',2,'available',1796141528715,NULL,NULL,'o-waiting',1284121672,0,'b165104ecf8391abbaeaac0c3888cbcf',NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE probes (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT;
CREATE TABLE receipts (
    seq INTEGER PRIMARY KEY,
    app TEXT NOT NULL,
    digest INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    types TEXT NOT NULL,
    msgid INTEGER,
    recipient TEXT NOT NULL,
    state TEXT NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT,
    search INTEGER NOT NULL
) STRICT;
CREATE TABLE suppressions (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    app TEXT NOT NULL,
    recipient TEXT NOT NULL,
    reach TEXT NOT NULL,
    errcode INTEGER,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT;
INSERT INTO "suppressions" VALUES(1,'main','o-unfollowed','following',43004,1796141525697,1796142125697);
CREATE INDEX messages_state ON messages (state) WHERE state NOT IN (2, 3);
CREATE INDEX messages_app ON messages (app);
CREATE INDEX messages_client ON messages (client) WHERE client <> '';
CREATE INDEX messages_recipient ON messages (segment, recipient_hash) WHERE segment IS NOT NULL;
CREATE INDEX messages_idempotency ON messages (idempotency_hash) WHERE idempotency_hash IS NOT NULL;
CREATE INDEX messages_msgid ON messages (msgid) WHERE followed_at IS NOT NULL AND msgid IS NOT NULL;
CREATE INDEX messages_awaited ON messages (app, followed_at)
    WHERE followed_at IS NOT NULL AND receipt_state IS NULL;
CREATE INDEX messages_awaited_recipient ON messages (recipient_hash, followed_at)
    WHERE followed_at IS NOT NULL AND receipt_state IS NULL AND recipient_hash IS NOT NULL;
CREATE UNIQUE INDEX receipts_digest ON receipts (digest, app);
CREATE INDEX receipts_due ON receipts (seq) WHERE search = 0;
CREATE INDEX receipts_msgid ON receipts (msgid) WHERE search < 2 AND msgid IS NOT NULL;
CREATE INDEX receipts_recipient ON receipts (recipient) WHERE search = 1;
CREATE UNIQUE INDEX suppressions_recipient ON suppressions (recipient, app, reach);
CREATE INDEX suppressions_app ON suppressions (app, place);
CREATE INDEX suppressions_until ON suppressions (until);
CREATE INDEX messages_callback ON messages (id) WHERE callback_url IS NOT NULL;
CREATE UNIQUE INDEX deliveries_digest ON deliveries (digest, destination) WHERE digest IS NOT NULL;
CREATE INDEX deliveries_waiting ON deliveries (place) WHERE state = 0;
CREATE INDEX deliveries_dead ON deliveries (destination, place) WHERE state = 1;
CREATE INDEX deliveries_kept ON deliveries (kept_until) WHERE kept_until IS NOT NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('deliveries',1);
INSERT INTO "sqlite_sequence" VALUES('suppressions',1);
COMMIT;
