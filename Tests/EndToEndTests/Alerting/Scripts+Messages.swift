import Foundation

extension Scripts {
    /// It ends by itself: the long windows remember it for minutes.
    static let burn = SceneScript(
        name: "burn",
        provocations: [
            Provocation(
                "messages of one api die while the other's arrive",
                fires: [
                    "WeirDeadLetters", "WeirUpstreamFailing",
                    ExpectedAlert("WeirRelayRefusing", ["errcode": "990012"]),
                    ExpectedAlert("WeirErrorBudgetBurn", ["long": "1h", "severity": "critical"]),
                    ExpectedAlert("WeirErrorBudgetBurn", ["long": "1d", "severity": "warning"]),
                    ExpectedAlert("WeirErrorBudgetBurn", ["long": "3d", "severity": "warning"]),
                ],
                provoke: { scene in
                    try await scene.fault(Scene.template, "errcode", errcode(-1))
                    scene.every(.milliseconds(400)) { try await $0.send() }
                    scene.every(.milliseconds(400)) { try await $0.relay() }
                    scene.every(.milliseconds(50)) { try await $0.send(.custom(to: $0.openID())) }
                    try await eventually("forty messages have died") {
                        try await scene.weir.metrics().sum("weir_messages_ended_total", "state=\"dead\"") >= 40
                    }
                },
                mend: { scene in
                    await scene.quiet()
                    try await scene.sandbox.endFaults()
                }
            )
        ]
    )

    static let messages = SceneScript(
        name: "messages",
        // Nobody listens there.
        settings: SceneSettings(
            retry: SceneSettings().retry + "\n  async: {attempts: 1, ladder: [2s], lifetime: 20s}",
            orders: ", callbacks: [\"\(nowhere)\"], callback_secret: callback-secret-0123456789",
            sections: "tracing: {endpoint: \"http://127.0.0.1:9\", ratio: 1}"
        ),
        provocations: [
            Provocation(
                "senders and callers make mistakes, and WeChat says strange things",
                fires: [
                    "WeirAmbiguousMessages", "WeirForeignTokens", "WeirSpansDropped",
                    ExpectedAlert("WeirErrcodeUnknown", ["api": "/cgi-bin/user/info"]),
                    ExpectedAlert("WeirMessagesInvalid", ["reason": "invalid"]),
                    ExpectedAlert("WeirRelayCallersWrong", ["errcode": "990006"]),
                    ExpectedAlert("WeirRequestsRefused", ["api": Scene.template]),
                    ExpectedAlert("WeirRecipientsRefusing", ["api": "/cgi-bin/message/subscribe/bizsend"]),
                ],
                provoke: { scene in
                    try await scene.fault(Scene.custom, "close_after_accept")
                    try await scene.fault("/cgi-bin/user/info", "errcode", errcode(987_654))
                    scene.every(.milliseconds(500)) { scene in
                        try await scene.send(.custom(to: scene.openID()))
                        try await scene.look(token: scene.token())
                    }
                    scene.every(.milliseconds(250)) { scene in
                        try await scene.send(.template(to: ""))
                        try await scene.look(token: nil)
                        try await scene.look(token: "somebodys-own-token")
                        try await scene.send(Scripts.mistaken(scene.openID()))
                        try await scene.send(Scripts.subscription(scene.openID("o-unfollowed-")))
                    }
                },
                mend: { scene in
                    await scene.quiet()
                    try await scene.sandbox.endFaults()
                }
            ),
            Provocation(
                "messages wait for longer than they are worth",
                fires: ["WeirMessagesExpired"],
                provoke: { scene in
                    try await scene.pause()
                    for _ in 0..<3 {
                        let end = Date().addingTimeInterval(2).ISO8601Format()
                        try await scene.send(",\"not_after\":\"\(end)\"")
                    }
                },
                mend: { try await $0.resume() }
            ),
            Provocation(
                "a client can't be told of its messages' ends",
                fires: [
                    ExpectedAlert("WeirDeliveriesFailing", ["kind": "client", "destination": "orders"]),
                    ExpectedAlert("WeirDeliveriesLost", ["destination": "orders", "result": "dead"]),
                ],
                provoke: { scene in
                    // Each is given up after some seconds, and more wait for their turn.
                    scene.every(.milliseconds(200)) { try await $0.send(",\"callback_url\":\"\(nowhere)ended\"") }
                },
                mend: { scene in
                    await scene.quiet()
                    try await scene.reload { $0.orders = "" }
                }
            ),
            Provocation(
                "an app leaves while messages wait for it",
                fires: ["WeirMessagesWithoutApp"],
                provoke: { scene in
                    try await scene.pause()
                    for _ in 0..<3 { try await scene.send() }
                    try await scene.reload { $0.app = "renamed" }
                },
                mend: { scene in
                    try await scene.reload { $0.app = nil }
                    try await scene.resume()
                }
            ),
        ]
    )

    private static let nowhere = "http://127.0.0.1:9/"

    private static func mistaken(_ openID: String) -> Message {
        Message(type: "template", body: #"{"touser":"\#(openID)","template_id":"bad","data":{}}"#)
    }

    private static func subscription(_ openID: String) -> Message {
        Message(
            type: "subscribe",
            body: #"{"touser":"\#(openID)","template_id":"t","data":{"thing1":{"value":"x"}}}"#
        )
    }
}
