internal import Queueing
internal import WeirPorts

/// What becomes of a person's rows when they are to be forgotten.
enum Eraser {
    static let messageSQL = """
        DELETE FROM messages WHERE id = ?1 AND app = ?2 AND recipient = ?3 AND state NOT IN (0, 1)
        """
    static let hasClientSQL = "SELECT 1 FROM messages WHERE id = ?1 AND callback_url IS NOT NULL"
    static let untoldSQL = """
        SELECT message_id FROM deliveries INDEXED BY deliveries_waiting WHERE state = 0 AND message_id IS NOT NULL
        """
    private static let hangingSQL = [
        "DELETE FROM bodies WHERE message_id = ?1", "DELETE FROM attempts WHERE message_id = ?1",
        "DELETE FROM contradictions WHERE message_id = ?1",
    ]
    static let deliverySQL = "DELETE FROM deliveries WHERE place = ?1 AND app = ?2 AND state = 1"
    /// Whether a delivery's message is the person's.
    private static let isTheirs = """
        message_id IN (SELECT id FROM messages WHERE id = message_id AND recipient = ?2)
        """
    static let oneSQL = "SELECT body, coalesce(\(isTheirs), 0) FROM deliveries WHERE place = ?1"

    /// - Returns: How many messages went.
    static func erase(_ erasure: Erasure, _ database: Database) throws(SQLiteFailure) -> Int {
        let (one, delivery) = (
            try PreparedStatement(database, oneSQL), try PreparedStatement(database, deliverySQL)
        )
        for place in erasure.deliveries {
            one.bind(place, at: 1)
            one.bind(erasure.person.recipient, at: 2)
            let isTold = try one.step() && tells(one, of: erasure.person)
            one.reset()
            guard isTold else { continue }
            delivery.bind(place, at: 1)
            delivery.bind(erasure.person.app, at: 2)
            try delivery.run()
        }
        let message = try PreparedStatement(database, messageSQL)
        var hanging: [PreparedStatement] = []
        for sql in hangingSQL { hanging.append(try PreparedStatement(database, sql)) }
        let untold = try untold(of: erasure.messages, database)
        var count = 0
        for id in erasure.messages where !untold.contains(id.stored) {
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
        return count
    }

    /// Messages whose client is to be told of their end. It passes what waits once for all of `ids`, and only where one of them has a
    /// `callbackURL`: an index of deliveries by their message would be one more for each delivery to write.
    private static func untold(of ids: [JobID], _ database: Database) throws(SQLiteFailure) -> Set<Int64> {
        let client = try PreparedStatement(database, hasClientSQL)
        var isTold = false
        for id in ids where !isTold {
            client.bind(id.stored, at: 1)
            isTold = try client.step()
            client.reset()
        }
        guard isTold else { return [] }
        let row = try PreparedStatement(database, untoldSQL)
        defer { row.reset() }
        var untold: Set<Int64> = []
        while try row.step() { untold.insert(row.integer(0)) }
        return untold
    }

    // MARK: What there is

    /// `instr` alone finds parts of longer openids, too: ``tells(_:of:)`` looks closer.
    private static let mayTell = "(\(isTheirs) OR instr(body, CAST(?2 AS BLOB)) > 0)"
    static let deadSQL = """
        SELECT body, coalesce(\(isTheirs), 0), place FROM deliveries INDEXED BY deliveries_dead
        WHERE state = 1 AND app = ?1 AND \(mayTell)
        """
    static let waitingSQL = """
        SELECT body, coalesce(\(isTheirs), 0), message_id FROM deliveries INDEXED BY deliveries_waiting
        WHERE state = 0 AND app = ?1 AND \(mayTell)
        """

    /// Whether a row's delivery is about a message to the person, or names them.
    private static func tells(_ row: PreparedStatement, of person: Person) -> Bool {
        row.integer(1) != 0 || person.isNamed(in: row.bytes(0))
    }

    /// It passes what waits and what was given up, of which there are bounded numbers.
    static func traces(_ database: Database, of person: Person) throws(SQLiteFailure) -> PersonTraces {
        var traces = PersonTraces()
        let dead = try PreparedStatement(database, deadSQL, isCached: false)
        dead.bind(person.app, at: 1)
        dead.bind(person.recipient, at: 2)
        while traces.dead.count < PersonTraces.mostDead, try dead.step() {
            if tells(dead, of: person) { traces.dead.append(dead.integer(2)) }
        }
        let waiting = try PreparedStatement(database, waitingSQL, isCached: false)
        waiting.bind(person.app, at: 1)
        waiting.bind(person.recipient, at: 2)
        while try waiting.step() {
            guard tells(waiting, of: person) else { continue }
            if let id = waiting.optionalInteger(2) {
                traces.untold.insert(JobID(stored: id))
            } else {
                traces.waitingEvents += 1
            }
        }
        return traces
    }
}
