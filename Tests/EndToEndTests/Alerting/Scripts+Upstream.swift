extension Scripts {
    static let breaker = SceneScript(
        name: "breaker",
        settings: SceneSettings(breaker: "{window: 5s, minimum_calls: 3, open: 1s, open_max: 1s, probes: 1}"),
        provocations: [
            Provocation(
                "WeChat answers 500",
                fires: [
                    "WeirBreakerOpen",
                    ExpectedAlert("WeirAppFailing", ["severity": "critical"]),
                    ExpectedAlert("WeirAppFailing", ["severity": "warning"]),
                ],
                provoke: { scene in
                    try await scene.fault(Scene.template, "status", ",\"status\":500")
                    scene.every(.milliseconds(100)) { try await $0.relay() }
                },
                mend: { try await $0.sandbox.endFaults() }
            ),
            Provocation(
                "WeChat is half well",
                fires: ["WeirBreakerFlapping"],
                provoke: { scene in
                    scene.every(.milliseconds(50)) { try await $0.relay() }
                    scene.every(.zero) { scene in
                        try await scene.fault(Scene.template, "status", ",\"status\":500")
                        try await scene.breaker(is: "open")
                        try await scene.sandbox.endFaults()
                        try await scene.breaker(is: "closed")
                    }
                },
                mend: { await $0.quiet() }
            ),
        ]
    )

    static let slow = SceneScript(
        name: "slow",
        settings: SceneSettings(sections: "relay: {max_waiting: 14}\nupstream: {timeout: 30s, max_in_flight: 12}"),
        provocations: [
            Provocation(
                "WeChat takes its time",
                fires: ["WeirUpstreamSlow", "WeirRelaySlow"],
                provoke: { scene in
                    try await scene.fault(Scene.template, "latency", ",\"ms\":4600")
                    // One after the other, as the shortened windows are no longer than an answer takes.
                    for turn in 0..<10 {
                        scene.every(.zero, after: .milliseconds(460 * turn)) { try await $0.relay(timeout: "20") }
                    }
                },
                mend: { scene in
                    try await scene.sandbox.endFaults()
                    await scene.quiet()
                }
            ),
            Provocation(
                "more calls come than may wait",
                fires: ["WeirRelayOverloaded", "WeirInFlightAtLimit"],
                provoke: { scene in
                    try await scene.fault(Scene.template, "latency", ",\"ms\":2000")
                    for _ in 0..<30 { scene.every(.milliseconds(400)) { try await $0.relay() } }
                },
                mend: { scene in
                    try await scene.sandbox.endFaults()
                    await scene.quiet()
                }
            ),
        ]
    )

    /// Windows are shortened: an attempt that hangs is stuck after seconds.
    static let stuck = SceneScript(
        name: "stuck",
        settings: SceneSettings(sections: "upstream: {max_in_flight: 1, timeout: 2m}"),
        provocations: [
            Provocation(
                "the only attempt that may be in flight does not end",
                fires: ["WeirDispatcherStuck"],
                provoke: { scene in
                    try await scene.fault(Scene.custom, "hang", ",\"ms\":30000,\"count\":1")
                    for _ in 0..<3 { try await scene.send(.custom(to: scene.openID())) }
                },
                mend: { try await $0.sandbox.endFaults() }
            )
        ]
    )

    /// Errcodes for which an operator has to act.
    static let account = SceneScript(
        name: "account",
        provocations: [
            Provocation(
                "WeChat refuses the api to the account",
                fires: ["WeirLaneHeld", ExpectedAlert("WeirAccountErrcode", ["errcode": "48001"])],
                provoke: { scene in
                    try await scene.fault(Scene.template, "errcode", errcode(48001))
                    try await scene.send()
                },
                mend: { scene in
                    try await scene.sandbox.endFaults()
                    try await scene.resume()
                }
            ),
            Provocation(
                "the account does not allow this machine's address",
                fires: [ExpectedAlert("WeirAppHeld", ["reason": "account"])],
                provoke: { scene in
                    try await scene.fault(Scene.template, "errcode", errcode(40164))
                    try await scene.send()
                },
                mend: { scene in
                    try await scene.sandbox.endFaults()
                    try await scene.resume()
                }
            ),
        ]
    )

    static let quota = SceneScript(
        name: "quota",
        provocations: [
            Provocation(
                "the day's calls will not last",
                fires: ["WeirQuotaGoneBeforeMidnight"],
                provoke: { scene in
                    // They last for minutes, so that all is told before they are used up.
                    try await scene.configure("\"daily\":{\"\(Scene.template)\":2000}")
                    scene.every(.milliseconds(250)) { try await $0.send() }
                },
                mend: { scene in
                    await scene.quiet()
                    try await scene.configure("\"daily\":{\"\(Scene.template)\":1000000}")
                    // WeChat is asked every five minutes; what the file says holds at once.
                    try await scene.reload { $0.quota = "{\(Scene.template): {limit: 1000000/d}}" }
                }
            ),
            Provocation(
                "the day's calls are used up",
                fires: ["WeirQuotaExhausted"],
                provoke: { scene in
                    try await scene.configure("\"daily\":{\"\(Scene.template)\":2}")
                    for _ in 0..<5 { try await scene.send() }
                },
                mend: { scene in
                    try await scene.configure("\"daily\":{\"\(Scene.template)\":1000000}")
                    try await scene.resume()
                }
            ),
            Provocation(
                "an operator has the minute's quota met again and again",
                fires: ["WeirMinuteQuota"],
                provoke: { scene in
                    try await scene.fault(Scene.template, "errcode", errcode(45011))
                    try await scene.send()
                    scene.every(.seconds(1)) { try await $0.resume() }
                },
                mend: { try await $0.sandbox.endFaults() }
            ),
        ]
    )
}
