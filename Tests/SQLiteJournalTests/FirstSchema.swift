/// A journal as a gateway with only the first migration left it when it was killed: a message that was sent, one that WeChat refused,
/// one that waits for its fourth attempt, one that is scheduled, and one in flight.
enum FirstSchema {
    static let sql = """
        PRAGMA application_id = 1466263922;
        BEGIN TRANSACTION;
        CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
        INSERT INTO grdb_migrations VALUES('1');
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
        INSERT INTO messages VALUES (
            1882472699029579757, 2, 1, NULL, 0, 1795265864400, NULL, 1795265864424, 3557254367693750001, NULL,
            'main', '', 'template', 2, 'available', 1795265864400, NULL, NULL, 'o-1', 3114926374, 0,
            '4bf92f3577b34da6a3ce929d0e0e4736', 'k-1',
            X'1c6fec22f189f98e7d5c6c0e8b411f6e46667f89452cba3eed90d902974300ef', 4721625020027186904, NULL
        );
        INSERT INTO messages VALUES (
            1882472699082873797, 4, 1, NULL, 1, 1795265864451, NULL, 1795265864458, NULL,
            'require subscribe (43004)', 'main', '', 'template', 2, 'available', 1795265864451, NULL, NULL,
            'o-unfollowed', 3077683848, 0, '4bf92f3577b34da6a3ce929d0e0e4736', NULL, NULL, NULL, NULL
        );
        INSERT INTO messages VALUES (
            1882472699139260460, 0, 3, NULL, 3, 1795265864505, 1795269464521, NULL, NULL,
            'retry after system error (-1)', 'main', '', 'template', 1, 'quick', 1795265864504, NULL, NULL,
            'o-2', 3115873449, 0, '4bf92f3577b34da6a3ce929d0e0e4736', NULL, NULL, NULL,
            X'7b226f72646572223a2231227d'
        );
        INSERT INTO messages VALUES (
            1882472700236278636, 0, 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, 'main', '', 'template', 2,
            'available', 1795265865551, 4070908800000, 4070995200000, 'o-3', 3114823152, 0,
            '4bf92f3577b34da6a3ce929d0e0e4736', NULL, NULL, NULL, NULL
        );
        INSERT INTO messages VALUES (
            1882472700289826307, 1, 1, 1795265865602, 0, NULL, NULL, NULL, NULL, NULL, 'main', '', 'custom', 2,
            'available', 1795265865602, NULL, NULL, 'o-4', 3115827579, 0, '4bf92f3577b34da6a3ce929d0e0e4736',
            NULL, NULL, NULL, NULL
        );
        CREATE TABLE bodies (
            message_id INTEGER PRIMARY KEY,
            body BLOB NOT NULL
        ) STRICT;
        INSERT INTO bodies VALUES (
            1882472699029579757,
            CAST('{"touser":"o-1","template_id":"T"'
                || ',"data":{"a":{"value":"1"}},"client_msg_id":"1m7z2y8pgeszd"}' AS BLOB)
        );
        INSERT INTO bodies VALUES (
            1882472699082873797,
            CAST('{"touser":"o-unfollowed","template_id":"T"'
                || ',"data":{"a":{"value":"1"}},"client_msg_id":"1m7z2y8r396y5"}' AS BLOB)
        );
        INSERT INTO bodies VALUES (
            1882472699139260460,
            CAST('{"touser":"o-2","template_id":"T"'
                || ',"data":{"a":{"value":"1"}},"client_msg_id":"1m7z2y8ss201c"}' AS BLOB)
        );
        INSERT INTO bodies VALUES (
            1882472700236278636,
            CAST('{"touser":"o-3","template_id":"T"'
                || ',"data":{"a":{"value":"1"}},"client_msg_id":"1m7z2y9tf8avc"}' AS BLOB)
        );
        INSERT INTO bodies VALUES (
            1882472700289826307,
            CAST('{"touser":"o-4","msgtype":"text","text":{"content":"hi"}}' AS BLOB)
        );
        CREATE TABLE attempts (
            message_id INTEGER NOT NULL,
            number INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            duration INTEGER NOT NULL,
            outcome TEXT NOT NULL,
            errcode INTEGER,
            errmsg TEXT,
            rid TEXT,
            PRIMARY KEY (message_id, number)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO attempts VALUES(1882472699029579757,1,1795265864400,23724863,'accepted',0,'ok',NULL);
        INSERT INTO attempts VALUES (
            1882472699082873797, 1, 1795265864451, 7322454, 'recipient', 43004, 'require subscribe',
            '6b019548-14ee75f7-07792ac2'
        );
        INSERT INTO attempts VALUES (
            1882472699139260460, 1, 1795265864505, 6870198, 'transient', -1, 'system error',
            '6b019548-34b6be58-6f173095'
        );
        INSERT INTO attempts VALUES (
            1882472699139260460, 2, 1795265864516, 1875831, 'transient', -1, 'system error',
            '6b019548-fac5a55e-5e715768'
        );
        INSERT INTO attempts VALUES (
            1882472699139260460, 3, 1795265864519, 1603372, 'transient', -1, 'system error',
            '6b019548-afccbf5f-91d042e0'
        );
        CREATE TABLE probes (
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX messages_state ON messages (state) WHERE state NOT IN (2, 3);
        CREATE INDEX messages_app ON messages (app);
        CREATE INDEX messages_client ON messages (client) WHERE client <> '';
        CREATE INDEX messages_recipient ON messages (segment, recipient_hash) WHERE segment IS NOT NULL;
        CREATE INDEX messages_idempotency ON messages (idempotency_hash) WHERE idempotency_hash IS NOT NULL;
        COMMIT;
        """
}
