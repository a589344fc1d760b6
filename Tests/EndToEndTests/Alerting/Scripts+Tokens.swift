extension Scripts {
    static let tokens = SceneScript(
        name: "tokens",
        startsLater: true,
        provocations: [
            Provocation(
                "there is no token at the start",
                fires: ["WeirTokenMissing"],
                provoke: { scene in
                    try await scene.fault(Scene.token, "errcode", errcode(-1))
                    try await scene.start()
                },
                mend: { try await $0.sandbox.endFaults() }
            ),
            Provocation(
                "the token ends soon",
                fires: ["WeirTokenExpiring"],
                provoke: { scene in
                    try await scene.configure("\"token_lifetime\":242")
                    try await scene.rival()
                    try await scene.send()
                },
                mend: { scene in
                    try await scene.configure("\"token_lifetime\":7200")
                    try await scene.rival()
                    try await scene.send()
                }
            ),
            Provocation(
                "somebody else refreshes the token by force",
                fires: ["WeirTokenRejected"],
                provoke: { scene in
                    scene.every(.milliseconds(300)) { try await $0.send() }
                    scene.every(.seconds(2)) { try await $0.rival() }
                },
                mend: { await $0.quiet() }
            ),
            Provocation(
                "the AppSecret was changed, and an operator tries others",
                fires: [ExpectedAlert("WeirAppHeld", ["reason": "credentials"])],
                provoke: { scene in
                    scene.evidence.protect(wrongSecret)
                    let number = Counter(0)
                    scene.every(.seconds(1)) { scene in
                        try await scene.reload { $0.secret = wrongSecret + "\(number.next(1))" }
                    }
                },
                mend: { scene in
                    await scene.quiet()
                    try await scene.reload { $0.secret = SandboxProcess.secret }
                }
            ),
        ]
    )

    private static let wrongSecret = "WrongSecret0123456789abcdef"
}
