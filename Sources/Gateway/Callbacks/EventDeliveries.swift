import Delivering
import Timekeeping
import WeChatCallback
import WeirPorts
import WireJSON

/// What subscribers are told of a push.
struct EventDeliveries: Sendable {
    private let subscribers: [(name: String, SubscriberConfiguration)]

    init(_ subscribers: [String: SubscriberConfiguration]) {
        self.subscribers = subscribers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// What the journal is to write where a push came; nothing where nobody wants to hear of it.
    func writes(
        _ push: CallbackPush,
        _ content: CallbackContent,
        app: String,
        at now: Timestamp
    ) -> [JournalWrite] {
        let wanted = subscribers.filter { $0.1.wants(app: app, type: push.type, event: push.event) }
        guard !wanted.isEmpty else { return [] }
        let digest = content.digest(app: app)
        return wanted.map { name, subscriber in
            .deliver(
                Delivery(
                    destination: DeliveryDestination(.subscriber, name),
                    app: app,
                    body: EventDeliveries.body(content, subscriber.format, app: app, at: now),
                    digest: digest,
                    createdAt: now
                )
            )
        }
    }

    private static func body(
        _ content: CallbackContent,
        _ format: SubscriberConfiguration.Format,
        app: String,
        at now: Timestamp
    ) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("type", "wechat.event")
            json.member("app", app)
            json.member("at", now.rfc3339)
            if format != .raw { json.member("event", object: { write(content.node.children, to: &$0) }) }
            if format != .json { json.member("raw", String(decoding: content.bytes, as: UTF8.self)) }
        }
        return json.bytes
    }

    /// Members of one name stand in an array, in the place of the first. Every value is a text, as XML has no other.
    private static func write(_ members: [CallbackNode], to json: inout JSONWriter) {
        var (order, groups) = ([String](), [String: [CallbackNode]]())
        for member in members {
            if groups[member.name] == nil { order.append(member.name) }
            groups[member.name, default: []].append(member)
        }
        for name in order {
            let group = groups[name] ?? []
            if group.count == 1, let only = group.first {
                if only.children.isEmpty {
                    json.member(name, only.text)
                } else {
                    json.member(name, object: { write(only.children, to: &$0) })
                }
            } else {
                json.member(
                    name,
                    array: { list in
                        for one in group {
                            if one.children.isEmpty {
                                list.string(one.text)
                            } else {
                                list.object { write(one.children, to: &$0) }
                            }
                        }
                    }
                )
            }
        }
    }
}
