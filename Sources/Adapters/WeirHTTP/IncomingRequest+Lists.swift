import HTTPServing

extension IncomingRequest {
    /// All lines of a list field as one, for whoever reads such a list; `nil` without any.
    func joinedHeader(_ lowercasedName: String) -> String? {
        let elements = headerList(lowercasedName)
        return elements.isEmpty ? nil : elements.joined(separator: ", ")
    }
}
