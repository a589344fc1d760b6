-- A journal as the gateway with the migrations up to `deliveries` left it when it was killed at 1796140154644 ms: written by that gateway,
-- before a sandbox, then dumped. Tests make a file of it. What is in it, by recipient:
--   o-sent          sent, under the idempotency key order-1-shipped; its client waits to be told
--   o-unfollowed-1  failed (43004)
--   o-waiting       waits for its first attempt, as its app is paused; it has an address to tell its end to
--   o-scheduled     waits for its not_before, in the year 2099
PRAGMA application_id = 1466263922;
BEGIN TRANSACTION;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO grdb_migrations VALUES('1');
INSERT INTO grdb_migrations VALUES('2');
INSERT INTO grdb_migrations VALUES('3');
INSERT INTO grdb_migrations VALUES('4');
INSERT INTO grdb_migrations VALUES('receipts');
INSERT INTO grdb_migrations VALUES('suppressions');
INSERT INTO grdb_migrations VALUES('deliveries');
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
INSERT INTO messages VALUES(1883389447917448345,2,1,NULL,0,1796140144269,NULL,1796140144273,3557254367693750001,NULL,'main','orders','template',2,'available',1796140144269,NULL,NULL,'o-sent',2178571106,0,'d5933d980b1ddf77a81e3cbed1feee16','order-1-shipped',X'94f1fa8581e9b6f7bc1c292864ede39c49abf8f0fd94cbcef5bb504cf5aefa0e',-4402427533662810812,NULL,0,NULL,NULL,NULL,NULL,'http://127.0.0.1:9/ended?order=1');
INSERT INTO messages VALUES(1883389447937278193,4,1,NULL,1,1796140144288,NULL,1796140144291,NULL,'require subscribe (43004)','main','orders','template',2,'available',1796140144288,NULL,NULL,'o-unfollowed-1',545072903,0,'eeb5ee7f6eec2d33676bff2d2d106e4d',NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO messages VALUES(1883389447967831471,0,0,NULL,0,NULL,NULL,NULL,NULL,NULL,'main','orders','template',2,'available',1796140144317,NULL,4070908800000,'o-waiting',1284121672,0,'f983a5e1dba2c3f9c4d3acc685098b3f',NULL,NULL,NULL,X'7b226f72646572223a2232227d',0,NULL,NULL,NULL,NULL,'http://127.0.0.1:9/ended?order=2');
INSERT INTO messages VALUES(1883389453226163039,0,0,NULL,0,NULL,NULL,NULL,NULL,NULL,'main','orders','template',2,'available',1796140149332,4070908800000,NULL,'o-scheduled',103886137,0,'21f01edc08bcac39d457343abf87e02f',NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE bodies (
    message_id INTEGER PRIMARY KEY,
    body BLOB NOT NULL
) STRICT;
INSERT INTO bodies VALUES(1883389447917448345,X'7b22746f75736572223a226f2d73656e74222c2274656d706c6174655f6964223a226f726465722d73686970706564222c2264617461223a7b227468696e6731223a7b2276616c7565223a22e682a8e79a84e8aea2e58d95e5b7b2e58f91e8b4a7227d7d2c22636c69656e745f6d73675f6964223a22316d38733471356d6464623473227d');
INSERT INTO bodies VALUES(1883389447937278193,X'7b22746f75736572223a226f2d756e666f6c6c6f7765642d31222c2274656d706c6174655f6964223a226f726465722d73686970706564222c2264617461223a7b227468696e6731223a7b2276616c7565223a22e682a8e79a84e8aea2e58d95e5b7b2e58f91e8b4a7227d7d2c22636c69656e745f6d73675f6964223a22316d38733471356e3061673768227d');
INSERT INTO bodies VALUES(1883389447967831471,X'7b22746f75736572223a226f2d77616974696e67222c2274656d706c6174655f6964223a226f726465722d73686970706564222c2264617461223a7b227468696e6731223a7b2276616c7565223a22e682a8e79a84e8aea2e58d95e5b7b2e58f91e8b4a7227d7d2c22636c69656e745f6d73675f6964223a22316d38733471356e7865786466227d');
INSERT INTO bodies VALUES(1883389453226163039,X'7b22746f75736572223a226f2d7363686564756c6564222c2274656d706c6174655f6964223a226f726465722d73686970706564222c2264617461223a7b227468696e6731223a7b2276616c7565223a22e682a8e79a84e8aea2e58d95e5b7b2e58f91e8b4a7227d7d2c22636c69656e745f6d73675f6964223a22316d38733471616a6d3665747a227d');
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
INSERT INTO attempts VALUES(1883389447917448345,1,1796140144269,3905475,'accepted',0,'ok',NULL,NULL,NULL,NULL,NULL);
INSERT INTO attempts VALUES(1883389447937278193,1,1796140144288,2602819,'recipient',43004,'require subscribe','6b0eec70-72b6c9e6-b8b75137',NULL,NULL,NULL,NULL);
CREATE TABLE probes (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT;
CREATE TABLE ledger (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO ledger VALUES('pause/main',X'7b22617070223a226d61696e222c22776879223a22627920616e206f70657261746f72222c2273696e6365223a313739363134303134343330347d',1796140144304);
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
CREATE TABLE contradictions (
    message_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT,
    PRIMARY KEY (message_id, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE suppressions (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    app TEXT NOT NULL,
    recipient TEXT NOT NULL,
    reach TEXT NOT NULL,
    errcode INTEGER,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT;
INSERT INTO suppressions VALUES(1,'main','o-unfollowed-1','following',43004,1796140144291,1796140744291);
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
INSERT INTO deliveries VALUES(1,'client/orders','main',1883389447917448345,32,NULL,1796140144273,2,1796140200834,0,NULL,NULL);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('deliveries',1);
INSERT INTO sqlite_sequence VALUES('suppressions',1);
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
COMMIT;
