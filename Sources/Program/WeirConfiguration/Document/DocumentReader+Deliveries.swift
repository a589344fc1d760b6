import Weir

/// Who is told what, and where.
extension DocumentReader {
    /// Subscribers in one file; each push is stored once for each that wants it.
    static let subscriberLimit = 32
    /// Events that one subscriber names.
    static let eventNameLimit = 100
    /// Prefixes of one client.
    static let prefixLimit = 16

    mutating func readSubscribers(_ field: Field?) {
        guard let field else { return }
        let entries = entries(field)
        guard entries.count <= Self.subscriberLimit else {
            let words = "holds \(entries.count) subscribers; at most \(Self.subscriberLimit) are allowed"
            report(at: field.keyPosition, "subscribers", words)
            return
        }
        for entry in entries {
            let child = child(entry, of: field)
            guard checkName(entry, in: field), let subscriber = subscriber(child) else { continue }
            configuration.subscribers[entry.key] = subscriber
        }
        guard !entries.isEmpty, configuration.apps.values.allSatisfy({ $0.callback == nil }) else { return }
        report(
            at: field.keyPosition,
            "subscribers",
            "no app has a callback, so that no event comes: add apps.APP.callback"
        )
    }

    private mutating func subscriber(_ field: Field) -> SubscriberConfiguration? {
        let section = section(field, ConfigurationKey.Subscriber.self)
        for key in [ConfigurationKey.Subscriber.url, .secret] where section[key] == nil && field.isMapping {
            report(at: field.keyPosition, field.path, "needs \(key.rawValue)")
        }
        let address = section[.url].flatMap { deliveryAddress($0) }
        let secret = section[.secret].flatMap { signingSecret($0) }
        // The other keys are looked at in any case, so that all problems are told at once.
        guard let nobody = try? DeliveryAddress("https://localhost/") else { return nil }
        var subscriber = SubscriberConfiguration(address: address ?? nobody, secret: secret ?? "")
        read(section, into: &subscriber)
        for (index, name) in (subscriber.apps ?? []).enumerated() where configuration.apps[name]?.callback == nil {
            guard configuration.apps[name] != nil, index < Self.subscriberLimit, let apps = section[.apps] else {
                continue
            }
            report(apps, "apps.\(name) has no callback, so that no event of it comes: add apps.\(name).callback")
        }
        return address != nil && secret != nil ? subscriber : nil
    }

    /// An address that is sent to.
    mutating func deliveryAddress(_ field: Field) -> DeliveryAddress? {
        guard let scalar = scalar(field) else { return nil }
        do throws(DeliveryAddressProblem) { return try DeliveryAddress(scalar.text) } catch {
            report(scalar.field, error.words)
            return nil
        }
    }

    /// Under which the addresses of a client's messages must be.
    mutating func callbackPrefixes(_ field: Field) -> [DeliveryAddress] {
        let example = #"["https://orders.internal/weir/"]"#
        guard let items = list(field, atMost: Self.prefixLimit, example: example) else { return [] }
        if items.isEmpty { report(field, "names no prefix; leave the key out where its messages have no callback_url") }
        var prefixes: [DeliveryAddress] = []
        for item in items {
            guard let prefix = deliveryAddress(item) else { continue }
            if prefix.hasQuery { report(item, "is a prefix, which has no query") }
            if prefixes.contains(prefix) { report(item, "the same prefix again") }
            prefixes.append(prefix)
        }
        return prefixes
    }

    /// What signs deliveries: shared with who takes them.
    mutating func signingSecret(_ field: Field) -> String? { key(field) }

    mutating func eventNames(_ field: Field) -> [String]? {
        guard let items = list(field, atMost: Self.eventNameLimit, example: #"[subscribe, CLICK]"#) else { return nil }
        if items.isEmpty { report(field, "names no event; leave the key out for all of them") }
        var names: [String] = []
        for item in items {
            guard let name = scalar(item) else { continue }
            let isName =
                name.text == "*"
                || 1...64 ~= name.text.utf8.count
                    && name.text.utf8.allSatisfy {
                        0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 || $0 == 0x5F
                    }
            guard isName else {
                report(
                    item,
                    "\(name.shown) is no event's name, which has letters, digits and _; or write \"*\" for all"
                )
                continue
            }
            if names.contains(where: { $0.lowercased() == name.text.lowercased() }) {
                report(item, "\(name.shown) is listed twice")
            }
            names.append(name.text)
        }
        return names
    }
}
