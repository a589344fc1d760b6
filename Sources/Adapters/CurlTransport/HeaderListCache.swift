import WeirPorts

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
