import Yams

/// Yams' nodes to `YAMLNode`: resolves aliases and merge keys within bounds and finds duplicate keys.
struct YAMLTreeBuilder {
    /// How many values aliases may stand for, all together.
    static let aliasedLimit = 100_000
    /// How deep values may nest, aliases counted in full.
    static let depthLimit = 32

    private let maskedKeys: [SourcePosition: Unicode.Scalar]
    private var anchors: [String: YAMLNode] = [:]
    private var aliased = 0
    private(set) var findings: [Finding] = []

    init(maskedKeys: [SourcePosition: Unicode.Scalar]) {
        self.maskedKeys = maskedKeys
    }

    mutating func build(_ node: Node) -> YAMLNode {
        build(node, depth: 1)
    }

    private mutating func build(_ node: Node, depth: Int) -> YAMLNode {
        let position = SourcePosition(node.mark)
        guard depth <= Self.depthLimit else {
            return invalid(position, "nested deeper than \(Self.depthLimit) levels")
        }
        var result: YAMLNode
        switch node {
        case .scalar(let scalar): result = build(scalar, at: position, depth: depth)
        case .sequence(let sequence): result = build(sequence, at: position, depth: depth)
        case .mapping(let mapping): result = build(mapping, at: position, depth: depth)
        // Aliases are masked before Yams composes; it makes no such node by itself.
        case .alias: result = invalid(position, "an alias is not allowed here")
        }
        if !["", "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"].contains(
            node.tag.rawValue
        ) {
            result = invalid(position, "tags are not used here")
        }
        if let name = node.anchor?.rawValue { anchors[name] = result }
        return result
    }

    private mutating func build(_ scalar: Node.Scalar, at position: SourcePosition, depth: Int) -> YAMLNode {
        let isPlain = scalar.style == .plain
        guard isPlain, scalar.string.unicodeScalars.first == YAMLComposer.aliasMask else {
            return YAMLNode(content: .scalar(unmasked(scalar.string), isPlain: isPlain), position: position)
        }
        let name = String(scalar.string.unicodeScalars.dropFirst())
        guard name.unicodeScalars.allSatisfy(\.isAliasName) else {
            return invalid(position, "an alias stands alone: quote a value that begins with *")
        }
        guard let node = anchors[name] else {
            return invalid(position, "no anchor &\(name.brief) stands before this alias")
        }
        guard depth + node.height - 1 <= Self.depthLimit else {
            return invalid(position, "nested deeper than \(Self.depthLimit) levels")
        }
        guard aliased + node.size <= Self.aliasedLimit else {
            return invalid(position, "aliases stand for more than \(Self.aliasedLimit) values")
        }
        aliased += node.size
        return node
    }

    private mutating func build(_ sequence: Node.Sequence, at position: SourcePosition, depth: Int) -> YAMLNode {
        var result = YAMLNode(content: .invalid, position: position)
        var items: [YAMLNode] = []
        items.reserveCapacity(sequence.count)
        for node in sequence {
            let item = build(node, depth: depth + 1)
            result.contain(item)
            items.append(item)
        }
        result.content = .sequence(items)
        return result
    }

    private mutating func build(_ mapping: Node.Mapping, at position: SourcePosition, depth: Int) -> YAMLNode {
        var result = YAMLNode(content: .invalid, position: position)
        var entries: [YAMLNode.Entry] = []
        var merged: [YAMLNode.Entry] = []
        var seen: [String: SourcePosition] = [:]
        for (keyNode, valueNode) in mapping {
            let keyPosition = SourcePosition(keyNode.mark)
            let key = key(of: keyNode, at: keyPosition)
            let value = build(valueNode, depth: depth + 1)
            result.contain(value)
            guard let key else { continue }
            if let first = seen[key] {
                report(keyPosition, "the key `\(key.brief)` occurs again; it is first on line \(first.line)")
                continue
            }
            seen[key] = keyPosition
            if key == "<<", keyNode.scalar?.style == .plain {
                merged += mergedEntries(of: value)
            } else {
                entries.append(YAMLNode.Entry(key: key, position: keyPosition, value: value))
            }
        }
        // What stands in the mapping itself wins over what is merged, and what is merged first over what is merged
        // later.
        for entry in merged where seen[entry.key] == nil {
            seen[entry.key] = entry.position
            entries.append(entry)
        }
        result.content = .mapping(entries)
        return result
    }

    private mutating func key(of node: Node, at position: SourcePosition) -> String? {
        guard case .scalar(let scalar) = node else {
            report(position, "a key is a single value")
            return nil
        }
        if let first = scalar.string.unicodeScalars.first, first.isMask, let original = maskedKeys[position] {
            return String(original) + unmasked(String(scalar.string.unicodeScalars.dropFirst()))
        }
        if scalar.style == .plain, scalar.string.unicodeScalars.first == YAMLComposer.aliasMask {
            report(position, "an alias cannot be a key")
            return nil
        }
        let key = unmasked(scalar.string)
        if let name = node.anchor?.rawValue {
            anchors[name] = YAMLNode(content: .scalar(key, isPlain: false), position: position)
        }
        return key
    }

    private mutating func mergedEntries(of node: YAMLNode) -> [YAMLNode.Entry] {
        switch node.content {
        case .mapping(let entries):
            return entries
        case .sequence(let nodes):
            return nodes.flatMap { mergedEntries(of: $0) }
        case .scalar:
            report(node.position, "`<<` merges a mapping or a list of mappings, such as *name")
            return []
        case .invalid:
            return []
        }
    }

    /// Undoes `YAMLComposer`'s masking where the asterisk was no alias after all.
    private func unmasked(_ text: String) -> String {
        guard text.unicodeScalars.contains(YAMLComposer.aliasMask) else { return text }
        var view = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            view.append(scalar == YAMLComposer.aliasMask ? "*" : scalar)
        }
        return String(view)
    }

    private mutating func invalid(_ position: SourcePosition, _ message: String) -> YAMLNode {
        report(position, message)
        return YAMLNode(content: .invalid, position: position)
    }

    private mutating func report(_ position: SourcePosition, _ message: String) {
        findings.append(Finding(position: position, message: message))
    }
}

extension YAMLNode {
    fileprivate mutating func contain(_ node: YAMLNode) {
        size += node.size
        height = max(height, node.height + 1)
    }
}
