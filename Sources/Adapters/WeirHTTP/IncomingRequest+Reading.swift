import HTTPServing
import Weir

/// What Weir's own APIs read of a request, each by one rule for all paths and both listeners.
extension IncomingRequest {
    /// The whole body of a request to Weir's own API: every path under /v1 reads it here.
    ///
    /// - Parameter excess: what to say of one that is longer than `limit` bytes.
    func body(upTo limit: Int, orSay excess: String) async throws(MessageRefusal) -> [UInt8] {
        guard !isCoded else { throw .codedBody }
        do throws(BodyError) {
            return try await body(upTo: limit)
        } catch {
            throw MessageRefusal(RelayBodyError(error), tooLarge: excess)
        }
    }

    /// Whether the body has a content coding.
    var isCoded: Bool {
        headerList("content-encoding").contains { $0.lowercased() != "identity" }
    }

    /// The body for whoever decides later whether to read it.
    var unreadBody: @Sendable (Int) async throws(RelayBodyError) -> [UInt8] {
        { limit async throws(RelayBodyError) in
            do throws(BodyError) { return try await body(upTo: limit) } catch { throw RelayBodyError(error) }
        }
    }

    /// The key of `Authorization: Bearer`.
    var bearer: String? {
        guard let header = header("authorization") else { return nil }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1].drop { $0 == " " })
    }

    /// Whether a program on this machine made the request itself: the one rule for whom both listeners trust without a key.
    ///
    /// Not a proxy for somebody else, and not a page in a browser: that names its origin or says that it is cross-site, and one that
    /// had its own name rebound to 127.0.0.1 asks for that name.
    var isDirect: Bool {
        guard isLoopback, let host, LoopbackHost.isLoopback(host) else { return false }
        return headerPairs.allSatisfy { field in
            switch field.name.lowercased() {
            case "host": LoopbackHost.isLoopback(field.value)
            case "sec-fetch-site": field.value == "none" || field.value == "same-origin"
            case "forwarded", "origin": false
            case let name: !name.hasPrefix("x-forwarded-")
            }
        }
    }

    /// All lines of a list field as one, for whoever reads such a list; `nil` without any.
    func joinedHeader(_ lowercasedName: String) -> String? {
        let elements = headerList(lowercasedName)
        return elements.isEmpty ? nil : elements.joined(separator: ", ")
    }
}
