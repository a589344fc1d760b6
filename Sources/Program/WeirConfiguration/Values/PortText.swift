/// Port numbers: digits alone, 0 to 65535.
enum PortText {
    static func parse(_ text: some StringProtocol) -> Int? {
        guard (1...5).contains(text.count), text.allSatisfy({ $0.isASCII && $0.isNumber }), let port = Int(text) else {
            return nil
        }
        return port <= 65_535 ? port : nil
    }
}
