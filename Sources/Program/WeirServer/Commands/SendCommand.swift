import ArgumentParser
import Foundation
import Weir
import WireJSON

/// `weir send`
struct SendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Hands a message over; it is accepted when it is on the gateway's disk."
    )

    @OptionGroup var gateway: GatewayOptions

    @Option(help: "template, subscribe, mini_program, custom or mass.")
    var type = "template"

    @Option(help: "The app's name or AppID; may be left out where there is only one.")
    var app: String?

    @Option(help: "urgent, high, normal or low.")
    var priority: String?

    @Option(help: "The retry class.")
    var retryClass: String?

    @Option(help: "Under which the same message may be handed over again without being sent again.")
    var idempotencyKey: String?

    @Option(
        help:
            "A message that still waits, to the same recipient and with the same template and key, is replaced by this one."
    )
    var collapseKey: String?

    @Option(help: "Waits up to so many seconds for the final state.")
    var wait: Int?

    @Argument(help: "WeChat's body as JSON; a dash reads standard input.")
    var message: String

    func run() async throws {
        let body = message == "-" ? Array(FileHandle.standardInput.readDataToEndOfFile()) : Array(message.utf8)
        var json = JSONWriter()
        json.object { json in
            json.member("app", app)
            json.member("type", type)
            json.member("priority", priority)
            json.member("retry_class", retryClass)
            json.member("collapse_key", collapseKey)
            json.member("message", raw: body)
        }
        var headers = [HeaderField("Content-Type", "application/json")]
        if let idempotencyKey { headers.append(HeaderField("Idempotency-Key", idempotencyKey)) }
        if let wait { headers.append(HeaderField("Prefer", "wait=\(wait)")) }
        try await gateway.run(
            "POST",
            "/v1/messages",
            headers: headers,
            body: json.bytes,
            show: GatewayOptions.describe
        )
    }
}
