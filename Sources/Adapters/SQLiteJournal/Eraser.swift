internal import Queueing
internal import WeirPorts

/// What becomes of a person's rows when they are to be forgotten.
enum Eraser {
    static let messageSQL = """
        DELETE FROM messages WHERE id = ?1 AND app = ?2 AND recipient = ?3 AND state NOT IN (0, 1)
        """
    private static let hangingSQL = [
        "DELETE FROM bodies WHERE message_id = ?1", "DELETE FROM attempts WHERE message_id = ?1",
        "DELETE FROM contradictions WHERE message_id = ?1",
    ]
    static let deliverySQL = "DELETE FROM deliveries WHERE place = ?1 AND app = ?2 AND state <> 0"

    /// - Returns: How many messages went.
    static func erase(_ erasure: Erasure, _ database: Database) throws(SQLiteFailure) -> Int {
        let message = try PreparedStatement(database, messageSQL)
        var hanging: [PreparedStatement] = []
        for sql in hangingSQL { hanging.append(try PreparedStatement(database, sql)) }
        var count = 0
        for id in erasure.messages {
            message.bind(id.stored, at: 1)
            message.bind(erasure.person.app, at: 2)
            message.bind(erasure.person.recipient, at: 3)
            try message.run()
            guard message.changes > 0 else { continue }
            count += 1
            for statement in hanging {
                statement.bind(id.stored, at: 1)
                try statement.run()
            }
        }
        let delivery = try PreparedStatement(database, deliverySQL)
        for place in erasure.deliveries {
            delivery.bind(place, at: 1)
            delivery.bind(erasure.person.app, at: 2)
            try delivery.run()
        }
        return count
    }

    // MARK: What there is

    static let deadSQL = """
        SELECT place FROM deliveries INDEXED BY deliveries_dead
        WHERE state = 1 AND app = ?1 AND (
            message_id IN (SELECT id FROM messages WHERE id = message_id AND recipient = ?2)
            OR instr(body, CAST(?2 AS BLOB)) > 0
        ) LIMIT \(PersonTraces.mostDead)
        """
    static let waitingSQL = """
        SELECT message_id FROM deliveries INDEXED BY deliveries_waiting
        WHERE state = 0 AND app = ?1 AND (
            message_id IN (SELECT id FROM messages WHERE id = message_id AND recipient = ?2)
            OR instr(body, CAST(?2 AS BLOB)) > 0
        )
        """

    /// It passes what waits and what was given up, of which there are bounded numbers.
    static func traces(_ database: Database, of person: Person) throws(SQLiteFailure) -> PersonTraces {
        var traces = PersonTraces()
        let dead = try PreparedStatement(database, deadSQL, isCached: false)
        dead.bind(person.app, at: 1)
        dead.bind(person.recipient, at: 2)
        while try dead.step() { traces.dead.append(dead.integer(0)) }
        let waiting = try PreparedStatement(database, waitingSQL, isCached: false)
        waiting.bind(person.app, at: 1)
        waiting.bind(person.recipient, at: 2)
        while try waiting.step() {
            if let id = waiting.optionalInteger(0) {
                traces.untold.insert(JobID(stored: id))
            } else {
                traces.waitingEvents += 1
            }
        }
        return traces
    }
}
