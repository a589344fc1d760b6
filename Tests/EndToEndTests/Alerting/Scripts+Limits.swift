extension Scripts {
    static let limiter = SceneScript(
        name: "limiter",
        settings: SceneSettings(
            limits: "{\(Scene.template): {rate: 1/s, burst: 1}, default: {rate: 100000/s}}",
            orders: ", budgets: [{app: limiter, api: \(Scene.template), limit: 50/d, mode: shadow}]"
        ),
        provocations: [
            Provocation(
                "callers want more than the limits give",
                fires: [
                    ExpectedAlert("WeirLimiterRefusing", ["api": Scene.template]),
                    ExpectedAlert("WeirLimiterSaturated", ["api": Scene.template]),
                    // Calls that wait past their deadline have no answer of WeChat's, while others have.
                    ExpectedAlert("WeirRelayBudgetBurn", ["long": "1h", "severity": "critical"]),
                    ExpectedAlert("WeirClientOverRate", ["client": "greedy"]),
                    ExpectedAlert("WeirBudgetSoftPassed", ["client": "orders", "api": Scene.template]),
                ],
                provoke: { scene in
                    for _ in 0..<3 { scene.every(.milliseconds(300)) { try await $0.relay(timeout: "1") } }
                    scene.every(.milliseconds(700)) { try await $0.send(",\"priority\":\"high\"") }
                    scene.every(.milliseconds(300)) { scene in
                        try await scene.send(.custom(to: scene.openID()), as: "greedy")
                    }
                },
                mend: { scene in
                    await scene.quiet()
                    try await scene.reload {
                        $0.limits = "{default: {rate: 100000/s, burst: 100000}}"
                        $0.orders = ""
                    }
                }
            )
        ]
    )

    static let queue = SceneScript(
        name: "queue",
        settings: SceneSettings(sections: "queue: {capacity: 100}"),
        provocations: [
            Provocation(
                "an operator pauses the app and forgets it",
                fires: [
                    "WeirAppPaused", "WeirQueueGrowing", "WeirQueueNearlyFull", "WeirQueueFull",
                    ExpectedAlert("WeirMessagesWaiting", ["priority": "urgent", "severity": "critical"]),
                    ExpectedAlert("WeirMessagesWaiting", ["priority": "high", "severity": "critical"]),
                    ExpectedAlert("WeirMessagesWaiting", ["priority": "normal", "severity": "warning"]),
                    // The page is WeirQueueFull.
                    ExpectedAlert("WeirAcceptanceBudgetBurn", ["severity": "warning"]),
                    ExpectedAlert("WeirMessagesNotAccepted", ["reason": "queue_full"]),
                    ExpectedAlert("WeirRequestsFailing", ["route": "/v1/messages"]),
                ],
                provoke: { scene in
                    try await scene.pause()
                    for priority in ["urgent", "high"] { try await scene.send(",\"priority\":\"\(priority)\"") }
                    scene.every(.milliseconds(400)) { try await $0.send() }
                },
                mend: { scene in
                    await scene.quiet()
                    try await scene.resume()
                }
            )
        ]
    )

    static let budget = SceneScript(
        name: "budget",
        settings: SceneSettings(retry: "budget: {ratio: 0, floor: 1/s}"),
        provocations: [
            Provocation(
                "WeChat is busy and most calls fail",
                fires: ["WeirRetryBudgetSpent"],
                provoke: { scene in
                    try await scene.fault(Scene.template, "errcode", errcode(-1))
                    scene.every(.milliseconds(200)) { try await $0.send() }
                    scene.every(.milliseconds(200)) { try await $0.relay() }
                },
                mend: { scene in
                    await scene.quiet()
                    try await scene.sandbox.endFaults()
                }
            )
        ]
    )
}
