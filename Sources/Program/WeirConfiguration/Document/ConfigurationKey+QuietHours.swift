import Queueing
import Timekeeping
import Weir

/// What the mapping of quiet hours says, before it is known to be whole.
struct QuietHoursText {
    var from: Int?
    var to: Int?
    var zone = "Asia/Shanghai"
    var except = QuietHours.usualExceptions

    init() {}

    init(_ hours: QuietHours) {
        (from, to, zone, except) = (hours.window.from, hours.window.to, hours.window.zone, hours.except)
    }
}

extension ConfigurationKey.QuietHours: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout QuietHoursText) {
        switch self {
        case .from: values.from = reader.timeOfDay(field)
        case .to: values.to = reader.timeOfDay(field)
        case .zone: reader.set(&values.zone, reader.zone(field))
        case .except: reader.set(&values.except, reader.priorities(field))
        }
    }

    func shown(_ values: QuietHoursText) -> ShownValue {
        switch self {
        case .from: .text(Self.clock(values.from))
        case .to: .text(Self.clock(values.to))
        case .zone: .text(values.zone)
        case .except: .text(ConfigurationSettings.bracketed(values.except.sorted().map(\.name)))
        }
    }

    var needsRestart: Bool { false }

    private static func clock(_ minutes: Int?) -> String {
        guard let minutes else { return "none" }
        let text = "\(minutes / 60 < 10 ? "0" : "")\(minutes / 60):\(minutes % 60 < 10 ? "0" : "")\(minutes % 60)"
        return "\"\(text)\""
    }
}
