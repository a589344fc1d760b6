import Foundation

extension RunbookGroup {
    static let limits = RunbookGroup(
        description: "callers who want more than the limits give",
        settings: {
            $0.limits = "{\(Scene.template): {rate: 1/m, burst: 1}, default: {rate: 100000/s}}"
            let budget = ", budgets: [{api: \(Scene.custom), limit: 10/d}]"
            $0.sections = $0.sections.replacing(", callbacks: [", with: "\(budget), callbacks: [")
        },
        troubles: [
            RunbookTrouble(
                what: "messages and calls wait for permits",
                sections: [
                    "limits#WeirLimiterRefusing", "limits#WeirRelayOverloaded", "queue#WeirQueueGrowing",
                    "queue#WeirMessagesWaiting",
                ],
                bring: { desk in
                    try await desk.wait(try await desk.send(), for: "sent")
                    let id = try await desk.send(nil, ",\"priority\":\"urgent\"")
                    try await desk.wait(id, because: "rate_limited")
                    let weir = desk.weir
                    let token = try await weir.token(secret: Stage.key(of: "orders"))
                    let body = Message.templateBody(to: desk.openID())
                    Task {
                        try await weir.api.call(
                            "POST",
                            "\(Scene.template)?access_token=\(token)",
                            headers: [("X-Weir-Timeout", "200")],
                            body: body
                        )
                    }
                    try await eventually("a call waits") {
                        try await weir.admin.get("/v1/state").data?["relayed_calls"]?.int == 1
                    }
                    return ["ID": id, "APP": "main"]
                },
                tells: [
                    RunbookCommand.state: [
                        "\"waits_for\": \"rate_limited\"", "rate_per_second", "\"burst\": 1", "\"waiting\": 2",
                        "\"relayed_calls\": 1", "capacity",
                    ],
                    "weir list --admin --state pending --app APP": ["ID", "rate_limited"],
                    "weir explain --admin ID": ["client: orders"],
                    "weir cancel --admin ID": ["cancelled"],
                ]
            ),
            RunbookTrouble(
                what: "a client has used most of its budget",
                sections: ["limits#WeirBudgetSoftPassed"],
                bring: { desk in
                    try await desk.pause()
                    for _ in 0..<8 { try await desk.send(.custom(to: desk.openID())) }
                    return [
                        "CLIENT": "orders", "API": Scene.custom, "N": "20", "WHY": "sale",
                        "TIME": Date().addingTimeInterval(3600).ISO8601Format(),
                    ]
                },
                tells: [
                    RunbookCommand.state: ["\"soft_passed\": true", "\"left\": 2", "resets_at"],
                    "weir list --admin --state pending --client CLIENT": ["orders"],
                    cancel("--client CLIENT"): ["cancelled"],
                    "weir raise --client CLIENT --api API --limit N --until TIME --reason WHY": ["0 of 20 used"],
                    reload: ["reloaded"],
                ],
                helps: { desk, _ in
                    try await desk.resume()
                    try await desk.wait(try await desk.send(.custom(to: desk.openID())), for: "sent")
                }
            ),
        ]
    )

    static let queue = RunbookGroup(
        description: "a campaign that fills the queue",
        settings: { $0.sections += "\nqueue: {capacity: 10}" },
        troubles: [
            RunbookTrouble(
                what: "the queue is full",
                sections: ["queue#WeirQueueFull"],
                bring: { desk in
                    try await desk.pause()
                    for _ in 0..<9 { try await desk.send() }
                    let surplus = try await desk.weir.send(
                        .template(to: "o-x"),
                        headers: Stage.authorization(of: "orders")
                    )
                    guard surplus.error == "queue_full" else { throw NeverHappened(description: surplus.text) }
                    return ["CLIENT": "orders"]
                },
                tells: [cancel("--client CLIENT"): ["cancelled", "client: orders"]],
                helps: { desk, _ in
                    try await desk.send()
                    try await desk.resume()
                }
            )
        ]
    )

    static let quota = RunbookGroup(
        description: "WeChat's quotas",
        troubles: [
            RunbookTrouble(
                what: "the day's calls will not last",
                sections: ["quota#WeirQuotaGoneBeforeMidnight"],
                bring: { desk in
                    try await desk.configure("\"daily\":{\"\(Scene.custom)\":500}")
                    let first = try await desk.send(.custom(to: desk.openID()))
                    try await desk.wait(first, for: "sent")
                    try await eventually("WeChat was asked") {
                        try await desk.weir.metrics().sum("weir_quota_limit", "api=\"\(Scene.custom)\"") == 500
                    }
                    let times = #","not_before":"2099-01-01T00:00:00Z","not_after":"2099-01-02T00:00:00Z""#
                    let id = try await desk.send(.custom(to: desk.openID()), times)
                    return ["ID": id, "CLIENT": "orders", "APP": "main"]
                },
                tells: [
                    showQuota: ["APP", Scene.custom, "500"],
                    "weir list --admin --state pending --app APP": ["ID", "orders"],
                    cancel("--client CLIENT"): ["ID", "cancelled"],
                    "curl -X POST 127.0.0.1:8081/v1/apps/APP/pause": ["paused"],
                    resume: ["resumed"],
                    reload: ["reloaded"],
                ],
                helps: { desk, _ in
                    try await desk.wait(try await desk.send(.custom(to: desk.openID())), for: "sent")
                }
            ),
            RunbookTrouble(
                what: "the day's calls are used up",
                sections: ["quota#WeirQuotaNotReset", "quota#WeirQuotaExhausted"],
                bring: { desk in
                    try await desk.configure("\"daily\":{\"\(Scene.template)\":2}")
                    for _ in 0..<2 { try await desk.wait(try await desk.send(), for: "sent") }
                    let id = try await desk.send()
                    try await desk.wait(id, because: "quota_exhausted")
                    return ["ID": id, "CLIENT": "orders", "APP": "main"]
                },
                tells: [
                    RunbookCommand.state: ["\"waits_for\": \"quota_exhausted\"", "until", "\"waiting\": 1"],
                    "weir list --admin --state pending --app APP": ["ID", "orders", "quota_exhausted"],
                    cancel("--client CLIENT"): ["ID", "cancelled"],
                    "weir clear-quota --app APP": ["cleared"],
                    resume: ["resumed"],
                ],
                before: [resume: { try await $0.configure("\"daily\":{\"\(Scene.template)\":1000000}") }],
                helps: { desk, _ in try await desk.wait(try await desk.send(), for: "sent") }
            ),
            RunbookTrouble(
                what: "the minute's calls are used up",
                sections: ["quota#WeirMinuteQuota"],
                bring: { desk in
                    try await desk.fault(Scene.template, errcode: 45011)
                    try await desk.wait(try await desk.send(), because: "throttled")
                    return [:]
                },
                tells: [RunbookCommand.state: ["\"waits_for\": \"throttled\"", "rate_per_second"]]
            ),
        ]
    )

    static let breaker = RunbookGroup(
        description: "a breaker that is open",
        settings: { settings in
            settings.sections =
                "breaker: {window: 30s, minimum_calls: 3, open: 5m, open_max: 5m, probes: 1}\n" + RunbookDesk.sections
        },
        troubles: [
            RunbookTrouble(
                what: "WeChat answers 500",
                sections: ["slo#WeirRelayBudgetBurn", "upstream#WeirAppFailing", "upstream#WeirBreakerOpen"],
                bring: { desk in
                    try await desk.fault(Scene.template, "status", ",\"status\":500")
                    for _ in 0..<4 { try await desk.send(nil, ",\"retry_class\":\"patient\"") }
                    let name = try await eventually("the breaker is open") { () -> String? in
                        let breakers = try await desk.weir.admin.get("/v1/state").data?["breakers"]?.array ?? []
                        return breakers.first { $0["state"]?.string == "open" }?["name"]?.string
                    }
                    let id = try await desk.send()
                    try await desk.wait(id, because: "breaker_open")
                    return ["ID": id, "NAME": name, "APP": "main"]
                },
                tells: [
                    "weir list --admin --state pending --app APP": ["ID", "orders", "breaker_open"],
                    "weir explain --admin ID": ["client: orders"],
                    "curl -sv https://api.weixin.qq.com/cgi-bin/get_api_domain_ip": ["errcode"],
                    RunbookCommand.state: ["\"state\": \"open\"", "\"mode\": \"auto\"", "retry_after", "NAME"],
                    "curl -X POST 127.0.0.1:8081/v1/breakers/NAME/auto": ["NAME"],
                ],
                before: [
                    // Somebody forces it although WeChat is well again.
                    "curl -X POST 127.0.0.1:8081/v1/breakers/NAME/auto": { desk in
                        try await desk.sandbox.endFaults()
                        let breakers = try await desk.weir.admin.get("/v1/state").data?["breakers"]?.array ?? []
                        for name in breakers.compactMap({ $0["name"]?.string }) {
                            _ = try await desk.weir.admin.post("/v1/breakers/\(name)/open")
                        }
                    }
                ],
                helps: { desk, words in try await desk.wait(words["ID"] ?? "", for: "sent") }
            )
        ]
    )

    static let stuck = RunbookGroup(
        description: "attempts that hang",
        settings: { $0.sections += "\nupstream: {max_in_flight: 1, timeout: 2m}" },
        troubles: [
            RunbookTrouble(
                what: "the only attempt that may be in flight does not end",
                sections: ["limits#WeirInFlightAtLimit", "queue#WeirDispatcherStuck"],
                bring: { desk in
                    try await desk.fault(Scene.custom, "hang", ",\"ms\":60000,\"count\":1")
                    for _ in 0..<3 { try await desk.send(.custom(to: desk.openID())) }
                    try await eventually("it is in flight") {
                        try await desk.weir.admin.get("/v1/state").data?["in_flight"]?.int == 1
                    }
                    return [:]
                },
                tells: [
                    "curl -s 127.0.0.1:8081/v1/state > state.json": ["\"in_flight\":1"],
                    "curl -s 127.0.0.1:8081/metrics > metrics.txt": ["weir_queue_depth"],
                    RunbookCommand.state: ["concurrency"],
                ]
            )
        ]
    )
}
