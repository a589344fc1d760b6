import HTTPServing
import Queueing
import Resilience
import Timekeeping
import WeChat
import Weir
import WireJSON

/// The answer of `GET /v1/state`.
struct StateReport {
    private let gateway: Gateway
    private let snapshot: DispatchSnapshot
    private let tickets: [TicketExpiry]
    private let suppressions: [String: Int]

    init(_ gateway: Gateway) {
        self.gateway = gateway
        snapshot = gateway.snapshot()
        tickets = gateway.tickets()
        suppressions = gateway.suppressionCounts()
    }

    func reply(traceID: String) -> OutgoingReply {
        Envelope.success(200, "ok", traceID: traceID) { data in
            data.member(
                "breakers",
                array: { list in
                    for breaker in snapshot.breakers { list.object { write(breaker, to: &$0) } }
                }
            )
            data.member(
                "lanes",
                array: { list in
                    for gate in snapshot.gates { list.object { write(gate, to: &$0) } }
                }
            )
            data.member(
                "apps",
                array: { list in
                    for (name, token) in gateway.tokens() { list.object { write(name, token, to: &$0) } }
                }
            )
            data.member(
                "absent_apps",
                array: { list in
                    for app in snapshot.absentApps { list.object { write(app, to: &$0) } }
                }
            )
            data.member(
                "parked_paths",
                array: { list in
                    for parked in snapshot.parkedPaths { list.object { write(parked, to: &$0) } }
                }
            )
            data.member("queue", object: { write(snapshot.queue, to: &$0) })
            data.member("journal", object: { write(gateway.journalStatus(), to: &$0) })
            data.member(
                "ledger",
                object: { json in
                    json.member("entries", snapshot.ledgerEntries)
                    json.member("written", !snapshot.isLedgerBehind)
                }
            )
            data.member(
                "deliveries",
                array: { list in
                    for one in gateway.deliveries() { list.object { write(one, to: &$0) } }
                }
            )
            data.member(
                "budgets",
                array: { list in
                    for one in gateway.budgets() { list.object { one.write(to: &$0) } }
                }
            )
            data.member(
                "operations",
                array: { list in
                    for one in gateway.operations where one.state.isOpen { list.object { write(one, to: &$0) } }
                }
            )
            data.member("in_flight", snapshot.inFlight)
            data.member("relayed_calls", snapshot.relayedWaiting)
        }
    }

    private func write(_ operation: BulkOperation, to json: inout JSONWriter) {
        json.member("id", operation.id.description)
        json.member("kind", operation.kind.rawValue)
        json.member("state", operation.state.rawValue)
        json.member("who", operation.who)
        json.member("left", operation.left)
    }

    private func write(_ backlog: DeliveryBacklog, to json: inout JSONWriter) {
        json.member("kind", backlog.destination.kind.rawValue)
        json.member("destination", backlog.destination.name)
        json.member("waiting", backlog.waiting)
        json.member("in_flight", backlog.inFlight)
        json.member("oldest", backlog.oldest?.rfc3339)
        json.member("failing_since", backlog.failingSince?.rfc3339)
    }

    private func write(_ breaker: DispatchSnapshot.Breaker, to json: inout JSONWriter) {
        json.member("name", breaker.name)
        json.member("app", breaker.app)
        json.member("group", breaker.group)
        json.member("state", breaker.state.rawValue)
        json.member("mode", breaker.mode.rawValue)
        json.member("retry_after", breaker.retryAfter?.retryAfterSeconds)
        json.member("reason", breaker.stop?.reason)
        json.member("since", breaker.stop?.since.rfc3339)
    }

    private func write(_ gate: DispatchSnapshot.Gate, to json: inout JSONWriter) {
        json.member("app", gate.app)
        json.member("api", gate.api)
        json.member("waiting", gate.waiting)
        json.member("permits", gate.available)
        json.member("rate_per_second", Double(gate.limit.permits) / gate.limit.per.inSeconds)
        json.member("burst", gate.limit.burst)
        if let share = gate.slowedTo { json.member("slowed_to", share) }
        json.member("waits_for", gate.obstacle?.reason.rawValue)
        json.member("until", gate.obstacle?.until?.rfc3339)
        write(gate.park, as: "park", to: &json)
        write(gate.hold, as: "hold", to: &json)
        if let quota = gate.quota { json.member("quota", object: { QuotaReport.write(quota, to: &$0) }) }
    }

    private func write(_ parked: DispatchSnapshot.ParkedPath, to json: inout JSONWriter) {
        json.member("app", parked.app)
        json.member("path", parked.path)
        write(parked.park, to: &json)
    }

    /// Left out where nothing is stopped.
    private func write(_ stop: DispatchSnapshot.Stop?, as name: String, to json: inout JSONWriter) {
        guard let stop else { return }
        json.member(name, object: { write(stop, to: &$0) })
    }

    private func write(_ stop: DispatchSnapshot.Stop, to json: inout JSONWriter) {
        json.member("reason", stop.reason)
        json.member("since", stop.since.rfc3339)
        json.member("until", stop.until?.rfc3339)
    }

    private func write(_ name: String, _ token: TokenStatus, to json: inout JSONWriter) {
        let app = snapshot.apps.first { $0.name == name }
        json.member("name", name)
        json.member("paused", app?.isPaused ?? false)
        write(app?.pause, as: "pause", to: &json)
        json.member("held", app?.hold?.reason)
        write(app?.hold, as: "hold", to: &json)
        json.member("quiet_until", app?.quietUntil?.rfc3339)
        json.member("retry_budget", app?.retryBudget ?? 0)
        json.member("token_expires_at", token.expiresAt?.rfc3339)
        json.member("token_fault", token.fault)
        json.member("failing_since", app?.failingSince?.rfc3339)
        json.member("token_superseded", token.superseded)
        json.member("suppressions", suppressions[name] ?? 0)
        json.member(
            "hosts",
            array: { list in
                for host in app?.hosts ?? [] {
                    list.object { json in
                        json.member("host", host.name)
                        json.member("breaker", host.breaker.rawValue)
                        json.member("in_use", host.isInUse)
                    }
                }
            }
        )
        let tickets = tickets.filter { $0.app == name }
        guard !tickets.isEmpty else { return }
        json.member(
            "tickets",
            array: { list in
                for ticket in tickets {
                    list.object { json in
                        json.member("type", ticket.type.rawValue)
                        json.member("expires_at", ticket.at.rfc3339)
                    }
                }
            }
        )
    }

    private func write(_ app: DispatchSnapshot.AbsentApp, to json: inout JSONWriter) {
        json.member("name", app.name)
        json.member("since", app.since.rfc3339)
        json.member("messages", app.messages)
    }

    private func write(_ queue: QueueSnapshot, to json: inout JSONWriter) {
        json.member("capacity", queue.capacity)
        json.member("messages", queue.durableCount)
        json.member(
            "priorities",
            array: { list in
                for level in queue.levels {
                    list.object { json in
                        json.member("priority", level.priority.name)
                        json.member("ready", level.counts.ready)
                        json.member("scheduled", level.counts.scheduled)
                        json.member("retrying", level.counts.retrying)
                        json.member("in_flight", level.counts.inFlight)
                        json.member("oldest", level.oldestReady?.rfc3339)
                    }
                }
            }
        )
    }

    private func write(_ status: JournalStatus, to json: inout JSONWriter) {
        json.member("writable", status.failure == nil)
        json.member("problem", status.failure?.message)
        json.member("bytes", status.bytes)
        json.member("free_bytes", status.freeBytes)
        json.member("commits", status.commits)
        json.member("pending_writes", status.pendingWrites)
    }
}
