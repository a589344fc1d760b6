import WeChat
import Weir

extension ConfigurationKey.Suppress: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout SuppressionPolicy) {
        switch self {
        case .template: reader.set(&values.template, reader.boolean(field))
        case .subscribe: reader.set(&values.subscribe, reader.boolean(field))
        case .miniProgram: reader.set(&values.miniProgram, reader.boolean(field))
        case .custom: reader.set(&values.custom, reader.boolean(field))
        case .for:
            let range = Duration.seconds(1)...Duration.seconds(366 * 86_400)
            reader.set(&values.lasts, reader.duration(field, in: range))
        }
    }

    func shown(_ values: SuppressionPolicy) -> ShownValue {
        switch self {
        case .template: .text("\(values.template)")
        case .subscribe: .text("\(values.subscribe)")
        case .miniProgram: .text("\(values.miniProgram)")
        case .custom: .text("\(values.custom)")
        case .for: .text(DurationText.format(values.lasts))
        }
    }

    var needsRestart: Bool { false }
}
