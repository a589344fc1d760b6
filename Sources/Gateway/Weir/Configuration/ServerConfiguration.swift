public import Addressing

/// The listeners.
public struct ServerConfiguration: Equatable, Sendable {
    /// Where internal clients reach the relay and the messages API.
    public var api = HostPort(host: "127.0.0.1", port: 8080)
    /// Where metrics, health and the admin API are served.
    public var admin = HostPort(host: "127.0.0.1", port: 8081)
    /// What admin calls must carry as `Authorization: Bearer`; without it only loopback peers may do more than scrape.
    public var adminKey: String?

    public init() {}
}
