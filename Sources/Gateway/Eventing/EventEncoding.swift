/// How an event's body is written.
package enum EventEncoding: String, CaseIterable, Sendable {
    case json = "application/json"
    case messagePack = "application/msgpack"
    case protobuf = "application/x-protobuf"

    /// - Parameter contentType: A `Content-Type` header; its parameters say nothing here. `nil`: none was sent.
    package init?(contentType: String?) {
        let type = (contentType ?? "").prefix { $0 != ";" }
        self.init(rawValue: type.lowercased().filter { $0 != " " && $0 != "\t" })
    }

    /// For people: those that there are.
    package static let names = allCases.map(\.rawValue).joined(separator: ", ")
}
