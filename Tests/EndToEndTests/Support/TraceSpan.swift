/// A span as a collector got it.
struct TraceSpan: Sendable {
    enum Kind: String {
        case server = "SPAN_KIND_SERVER"
        case client = "SPAN_KIND_CLIENT"
        case producer = "SPAN_KIND_PRODUCER"
        case `internal` = "SPAN_KIND_INTERNAL"
    }

    var json: JSONAny
    var kind: Kind
    var name: String
    var trace: String
    var id: String
    var parent: String
    var links: [String]

    init?(_ json: JSONAny) {
        guard let name = json["name"]?.string, let trace = json["trace"]?.string, let id = json["id"]?.string,
            let parent = json["parent"]?.string, let kind = json["kind"]?.string.flatMap(Kind.init)
        else { return nil }
        self.json = json
        self.kind = kind
        (self.name, self.trace, self.id, self.parent) = (name, trace, id, parent)
        links = json["links"]?.array.compactMap { $0["id"]?.string } ?? []
    }

    func attribute(_ name: String) -> JSONAny? {
        json["attributes"]?[name]
    }

    var start: Int { json["start"]?.int ?? 0 }
    var end: Int { json["end"]?.int ?? 0 }
    var isError: Bool { json["status"]?.string == "STATUS_CODE_ERROR" }
}
