/// Numbers of bytes: `67108864`, `65536KiB`, `64MiB`, `1GiB`.
enum ByteCountText {
    private static let units: [(name: String, shift: Int)] = [("GiB", 30), ("MiB", 20), ("KiB", 10), ("", 0)]

    static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let name = text[digits.endIndex...]
        guard let number = Int(digits), let unit = units.first(where: { $0.name == name }) else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: 1 << unit.shift)
        return overflow ? nil : product
    }

    static func format(_ count: Int) -> String {
        let unit = units.first { count > 0 && count % (1 << $0.shift) == 0 }
        return unit.map { "\(count >> $0.shift)\($0.name)" } ?? "\(count)"
    }
}
