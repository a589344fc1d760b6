import Foundation

extension Scripts {
    private static let idle = IdleConnections()

    static let process = SceneScript(
        name: "process",
        settings: SceneSettings(wrapper: ["prlimit", "--nofile=50:50"]),
        provocations: [
            Provocation(
                "the gateway is gone",
                fires: ["WeirDown"],
                provoke: { try await $0.weir.crash() },
                mend: { try await $0.start() }
            ),
            Provocation(
                "the gateway starts again and again",
                fires: ["WeirRestarting"],
                provoke: { scene in
                    for _ in 0..<3 {
                        try await scene.weir.stop()
                        try await scene.start()
                        try await scene.isScraped()
                    }
                },
                mend: { _ in }
            ),
            Provocation(
                "the gateway answers no scrape now and then",
                fires: ["WeirScrapeFailing"],
                provoke: { scene in
                    // Longer than a scrape may take, and long enough awake for the next one.
                    scene.every(.seconds(2)) { scene in
                        try scene.weir.process.signal(SIGSTOP)
                        try? await Task.sleep(for: .seconds(2))
                        try scene.weir.process.signal(SIGCONT)
                    }
                },
                mend: { await $0.quiet() }
            ),
            Provocation(
                "file descriptors run out",
                fires: ["WeirFileDescriptors"],
                provoke: { scene in
                    // As many as are accepted with so few descriptors.
                    try idle.open(8, to: scene.weir.api.port)
                },
                mend: { _ in idle.closeAll() }
            ),
            Provocation(
                "a changed configuration is wrong",
                fires: ["WeirReloadRefused"],
                provoke: { scene in try await scene.reload { $0.sections = "quue: {capacity: 100}" } },
                mend: { scene in try await scene.reload { $0.sections = "" } }
            ),
            Provocation(
                "one instance was not updated",
                fires: ["WeirVersionsDiffer"],
                provoke: { try await $0.stage.scrape($0, labels: ["passes_for": "0.0.1"]) },
                mend: { try await $0.stage.scrape($0) }
            ),
        ]
    )
}
