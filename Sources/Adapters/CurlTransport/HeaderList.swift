import CCurl
import WeirPorts

/// Owns a list of header lines in libcurl's form.
@safe
final class HeaderList {
    private(set) var pointer: UnsafeMutablePointer<curl_slist>?
    /// The lines' length.
    private(set) var byteCount = 0

    /// The lines of `fields`, and those that keep libcurl from adding its own.
    init?(_ fields: [HeaderField]) {
        unsafe pointer = nil
        for field in fields where !Self.isTransports(field.name) {
            // libcurl reads `Name:` as "leave it out", `Name;` as a header without value.
            guard append(field.value.isEmpty ? field.name + ";" : "\(field.name): \(field.value)") else { return nil }
        }
        for name in ["Accept", "Content-Type", "User-Agent"] where !Self.contains(name, in: fields) {
            guard append(name + ":") else { return nil }
        }
        // libcurl's own decoding is off: it takes half of a coded body for the whole, and knows no limit.
        guard append("Accept-Encoding: identity") else { return nil }
        guard append("Expect:") else { return nil }
    }

    deinit {
        unsafe curl_slist_free_all(pointer)
    }

    private func append(_ line: String) -> Bool {
        guard let longer = unsafe curl_slist_append(pointer, line) else { return false }
        unsafe pointer = unsafe longer
        byteCount += line.utf8.count + 2
        return true
    }

    /// Whether a header is about the connection, or the framing or coding of a body, which a caller has no say in.
    static func isTransports(_ name: String) -> Bool {
        switch name.lowercased() {
        case "host", "content-length", "transfer-encoding", "connection", "keep-alive", "expect", "te", "trailer",
            "upgrade", "http2-settings", "proxy-connection", "proxy-authorization", "accept-encoding":
            true
        default: false
        }
    }

    private static func contains(_ name: String, in fields: [HeaderField]) -> Bool {
        fields.contains { $0.isNamed(name) }
    }
}

/// Header lists by the headers they hold: a gateway sends the same few sets over and over.
struct HeaderListCache {
    static let capacity = 64

    private(set) var lists: [[HeaderField]: HeaderList] = [:]

    /// `nil` only when memory is short.
    mutating func list(for fields: [HeaderField]) -> HeaderList? {
        if let known = lists[fields] { return known }
        guard let list = HeaderList(fields) else { return nil }
        // Sets that differ with each request would fill it: start anew. Lists in use are kept by their exchanges.
        if lists.count >= Self.capacity { lists.removeAll(keepingCapacity: true) }
        lists[fields] = list
        return list
    }
}
