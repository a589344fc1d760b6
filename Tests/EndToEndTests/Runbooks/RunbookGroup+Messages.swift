import Foundation

extension RunbookGroup {
    static var all: [RunbookGroup] {
        [messages, notifications, limits, queue, quota, tokens, noToken, breaker, stuck, process, disk]
    }

    static let listOfDead = "weir list --admin --state dead --app APP"
    static let listOfFailed = "weir list --admin --state failed --app APP"
    static let status = "weir status --admin ID"
    static let showQuota = "weir quota --admin --app APP"
    static let redrive = "weir redrive --admin ID"
    static let resume = "curl -X POST 127.0.0.1:8081/v1/apps/APP/resume"
    static let reload = "curl -X POST 127.0.0.1:8081/v1/reload"

    /// A campaign's messages are taken back.
    static func cancel(_ whose: String) -> String {
        "weir list --admin --state pending \(whose) --limit 1000 | awk '{print $1}' | xargs weir cancel --admin"
    }

    private static let messages = RunbookGroup(
        description: "messages that end badly",
        troubles: [
            RunbookTrouble(
                what: "any day",
                sections: ["README"],
                bring: { desk in
                    let dead = try await die(desk, count: 1)[0]
                    try await desk.wait(try await desk.send(), for: "sent")
                    let state = try await desk.weir.admin.get("/v1/state").data
                    let breaker = state?["breakers"]?.array.first?["name"]?.string ?? ""
                    return ["ID": dead, "APP": "main", "NAME": breaker, "FILE": desk.file]
                },
                tells: [
                    RunbookCommand.state: ["breakers", "lanes", "queue", "journal"],
                    status: ["dead", "client: orders"],
                    "weir list --admin --state dead,unknown --since 2026-11-21T09:00:00+08:00": ["ID", "orders"],
                    "weir explain --admin ID": ["client: orders", "errcode -1"],
                    showQuota: ["APP"],
                    "curl 127.0.0.1:8081/readyz": ["messages: ok"],
                    "curl -X POST 127.0.0.1:8081/v1/apps/APP/pause": ["paused"],
                    resume: ["resumed"],
                    "curl -X POST 127.0.0.1:8081/v1/breakers/NAME/open": ["NAME"],
                    "curl -X POST 127.0.0.1:8081/v1/breakers/NAME/auto": ["NAME"],
                    "weir check --config FILE": [": ok"],
                    reload: ["reloaded"],
                    "weir redrive --admin --state dead --limit 100": ["redriven: 1"],
                ],
                helps: { desk, words in try await desk.wait(words["ID"] ?? "", for: "sent") }
            ),
            RunbookTrouble(
                what: "messages died",
                sections: ["slo#WeirErrorBudgetBurn", "messages#WeirDeadLetters"],
                bring: { desk in
                    ["ID": try await die(desk, count: 3)[0], "TIME": "2026-01-01T00:00:00+08:00", "APP": "main"]
                },
                tells: [
                    RunbookCommand.state: ["breakers", "lanes"],
                    "weir list --admin --state pending,dead,unknown,expired --app APP": ["ID", "dead"],
                    "weir explain --admin ID": ["client: orders", "errcode -1"],
                    listOfDead: ["ID", "orders"],
                    status: ["transient", "errcode -1"],
                    "weir redrive --admin --state dead --since TIME --limit 100": ["redriven: 3, skipped: 0"],
                ],
                helps: { desk, words in try await desk.wait(words["ID"] ?? "", for: "sent") }
            ),
            RunbookTrouble(
                what: "WeChat is busy, and messages wait for their retry",
                sections: ["upstream#WeirUpstreamFailing", "messages#WeirRetryBudgetSpent"],
                bring: { desk in
                    try await desk.fault(Scene.template, errcode: -1)
                    let id = try await desk.send(nil, ",\"retry_class\":\"patient\"")
                    try await eventually("it was tried") { try await desk.message(id)?["attempts"]?.array.count == 1 }
                    try await desk.sandbox.endFaults()
                    return ["ID": id]
                },
                tells: [status: ["pending", "transient", "errcode -1", "rid"], RunbookCommand.state: ["retry_budget"]]
            ),
            RunbookTrouble(
                what: "answers did not come",
                sections: ["messages#WeirAmbiguousMessages"],
                bring: { desk in
                    try await desk.fault(Scene.custom, "close_after_accept")
                    let id = try await desk.send(.custom(to: desk.openID()))
                    try await desk.wait(id, for: "unknown")
                    try await desk.sandbox.endFaults()
                    return ["ID": id, "APP": "main"]
                },
                tells: [
                    "weir list --admin --state unknown --app APP": ["ID", "orders"],
                    status: ["attempt 1: unknown"],
                    "weir redrive --admin ID --force": ["pending"],
                ],
                helps: { desk, words in try await desk.wait(words["ID"] ?? "", for: "sent") }
            ),
            RunbookTrouble(
                what: "messages waited for longer than they are worth",
                sections: ["messages#WeirMessagesExpired"],
                bring: { desk in
                    try await desk.pause()
                    let end = Date().addingTimeInterval(2).ISO8601Format()
                    let id = try await desk.send(nil, ",\"not_after\":\"\(end)\"")
                    try await desk.wait(id, for: "expired")
                    try await desk.resume()
                    return ["ID": id, "APP": "main"]
                },
                tells: ["weir list --admin --state expired --app APP": ["ID", "orders"]]
            ),
            RunbookTrouble(
                what: "an app left while messages waited for it",
                sections: ["messages#WeirMessagesWithoutApp"],
                bring: { desk in
                    try await desk.pause()
                    let id = try await desk.send()
                    try desk.rewrite { $0 = $0.replacingOccurrences(of: "  main:\n", with: "  renamed:\n") }
                    try await desk.reload()
                    try await desk.wait(id, because: "no_app")
                    return ["ID": id, "NAME": "main"]
                },
                tells: [
                    RunbookCommand.state: ["absent_apps", "\"main\"", "since"],
                    "weir list --admin --state pending --app NAME": ["ID", "orders", "no_app"],
                    cancel("--app NAME"): ["ID", "cancelled"],
                ],
                helps: { desk, words in
                    try await desk.wait(words["ID"] ?? "", for: "cancelled")
                    try desk.rewrite { _ in }
                    try await desk.reload()
                    try await desk.resume()
                }
            ),
            RunbookTrouble(
                what: "a client can't be told of its messages' ends",
                sections: ["messages#WeirDeliveriesFailing", "messages#WeirDeliveriesLost"],
                bring: { desk in
                    let id = try await desk.send(nil, ",\"callback_url\":\"\(RunbookDesk.nowhere)ended\"")
                    try await desk.wait(id, for: "sent")
                    try await eventually("the first attempt has failed") {
                        let waiting = try await desk.weir.admin.get("/v1/state").data?["deliveries"]?.array ?? []
                        return waiting.contains { $0["failing_since"] != nil }
                    }
                    return [:]
                },
                tells: [RunbookCommand.state: ["\"deliveries\"", "\"orders\"", "failing_since", "waiting"]]
            ),
            refused("the content", "upstream#WeirRequestsRefused", errcode: 40037),
            refused("what nobody knows", "upstream#WeirErrcodeUnknown", errcode: 987_654),
            RunbookTrouble(
                what: "people don't follow the account",
                sections: ["upstream#WeirRecipientsRefusing"],
                bring: { desk in
                    let id = try await desk.send(.template(to: desk.openID("o-unfollowed-")))
                    try await desk.wait(id, for: "failed")
                    return ["ID": id, "APP": "main"]
                },
                tells: [listOfFailed: ["ID", "orders"]]
            ),
        ]
    )

    private static func die(_ desk: RunbookDesk, count: Int) async throws -> [String] {
        try await desk.fault(Scene.template, errcode: -1)
        var ids: [String] = []
        for _ in 0..<count { ids.append(try await desk.send()) }
        for id in ids { try await desk.wait(id, for: "dead") }
        try await desk.sandbox.endFaults()
        return ids
    }

    private static func refused(_ what: String, _ section: String, errcode: Int) -> RunbookTrouble {
        RunbookTrouble(
            what: "WeChat refuses \(what)",
            sections: [section],
            bring: { desk in
                try await desk.fault(Scene.template, errcode: errcode)
                let id = try await desk.send()
                try await desk.wait(id, for: "failed")
                return ["ID": id, "APP": "main"]
            },
            tells: [listOfFailed: ["ID", "orders"], status: ["errcode \(errcode)", "rid"], redrive: ["pending"]],
            before: [redrive: { try await $0.sandbox.endFaults() }],
            helps: { desk, words in try await desk.wait(words["ID"] ?? "", for: "sent") }
        )
    }

    private static let notifications = RunbookGroup(
        description: "notifications that reach nobody",
        troubles: [
            RunbookTrouble(
                what: "WeChat refuses the recipient",
                sections: ["notifications#WeirNotificationsLost"],
                bring: { desk in
                    try await desk.fault(Scene.custom, errcode: 45015)
                    let alert = #"{"status":"firing","labels":{"alertname":"Test"}}"#
                    let body = #"{"version":"4","groupKey":"g","status":"firing","alerts":[\#(alert)]}"#
                    let key = Stage.authorization(of: "alertmanager")
                    let answer = try await desk.weir.api.call("POST", "/v1/alerts", headers: key, body: body)
                    guard answer.status == 200 else { throw NeverHappened(description: answer.text) }
                    let id = try await eventually("the notification is lost") {
                        let list = try await desk.weir.admin.get("/v1/messages?client=alertmanager&state=failed")
                        return list.data?["messages"]?.array.first?["id"]?.string
                    }
                    return ["ID": id, "CLIENT": "alertmanager"]
                },
                tells: [
                    "weir list --admin --state failed,dead,expired,unknown --client CLIENT": ["ID", "CLIENT"],
                    status: ["errcode 45015"], redrive: ["pending"],
                ],
                before: [redrive: { try await $0.sandbox.endFaults() }],
                helps: { desk, words in try await desk.wait(words["ID"] ?? "", for: "sent") }
            )
        ]
    )
}
