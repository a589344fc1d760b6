extension Scripts {
    /// A gateway that an Alertmanager posts to, and that can't tell people.
    static let notifications = SceneScript(
        name: "notifications",
        settings: SceneSettings(
            sections: """
                queue: {capacity: 20}
                alerts:
                  clients: [orders]
                  sinks: {phone: {type: custom, to: [\(Scene.openIDs)], text: "{alerts}", rate: 1000/s}}
                  routes: [{to: [phone]}]
                """
        ),
        provocations: [
            Provocation(
                "a client posts that may not",
                fires: [ExpectedAlert("WeirNotificationsRefused", ["result": "forbidden"])],
                provoke: { scene in scene.every(.seconds(1)) { try await $0.notify(as: "greedy") } },
                mend: { await $0.quiet() }
            ),
            Provocation(
                "WeChat refuses the recipient",
                fires: [ExpectedAlert("WeirNotificationsLost", ["state": "failed"])],
                provoke: { scene in
                    try await scene.fault(Scene.custom, "errcode", errcode(45015))
                    scene.every(.seconds(1)) { try await $0.notify() }
                },
                mend: { scene in
                    await scene.quiet()
                    try await scene.sandbox.endFaults()
                }
            ),
            Provocation(
                "the queue is full, and alerts find no room in it",
                fires: [ExpectedAlert("WeirNotificationsNotStored", ["sink": "phone"])],
                provoke: { scene in
                    try await scene.pause()
                    // More than its capacity, with the part that is kept for urgent ones.
                    for _ in 0..<25 { try await scene.send(",\"priority\":\"urgent\"") }
                    scene.every(.milliseconds(200)) { try await $0.notify() }
                },
                mend: { scene in
                    await scene.quiet()
                    try await scene.resume()
                }
            ),
        ]
    )
}
