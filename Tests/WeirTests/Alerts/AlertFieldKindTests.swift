import Foundation
import TestSupport
import Testing
import Timekeeping

@testable import Alerting
@testable import Dispatching
@testable import Weir

/// A field's value is always one that WeChat takes: a wrong one ends the whole message with 47003.
struct AlertFieldKindTests {
    private static let began = Timestamp(rfc3339: "2026-11-21T09:00:05Z") ?? .distantFuture

    /// What WeChat documents for each kind, written down apart from the code.
    private static let rules: [AlertFieldKind: String] = [
        .thing: ".{1,20}", .const: ".{1,20}", .shortThing: ".{1,20}", .free: ".{1,200}",
        .number: "(?=.{1,32}$)[0-9]+(\\.[0-9]+)?", .letter: "[A-Za-z]{1,32}", .symbol: "[!-/:-@\\[-`{-~]{1,5}",
        .characterString: "[!-~]{1,32}", .amount: "[¥￥$€£]?(?=[0-9.]{1,11}元?$)[0-9]{1,10}(\\.[0-9]{1,9})?元?",
        .phoneNumber: "(?=.*[0-9])[0-9+-]{1,17}", .carNumber: "(?=.*[A-Za-z0-9])(?=.{1,8}$)[一-鿿]?[A-Za-z0-9]*[一-鿿]?",
        .name: "[一-鿿]{1,10}|[A-Za-z._-]{1,20}", .phrase: "[一-鿿]{1,5}", .time: "\(time)(~\(time))?",
        .date: "\(date)(~\(date))?",
    ]
    private static let clock = "([01]?[0-9]|2[0-3]):[0-5]?[0-9](:[0-5]?[0-9])?"
    private static let day = "[1-9][0-9]{3}(-[0-9]{1,2}-[0-9]{1,2}|年[0-9]{1,2}月[0-9]{1,2}日)"
    private static let date = "\(day)( \(clock))?"
    private static let time = "(\(day)( \(clock))?|\(clock))"

    private static let nasty = [
        "", " ", "-", "…", "~", "。", "告警中", "已恢复通知", "Weir is down", "disk 93.5% full on db-1",
        "12345678901234567890123456789012345",
        "1.", ".5", "1.2.3", "00012", "-17", "1e400", "¥12345678901.50元", "￥3.5元", "$1", "5元整", "٣", "２０",
        "+86-0766-66888866-1234567", "tel: 138 0000 0000", "粤A8Z888挂", "粤A粤B粤C12345678挂", "张三丰",
        "John F. Kennedy-Smith Junior",
        "15:01", "25:01", "15:61", "2026-11-21", "2026-13-01", "2026-11-21 17:00:05", "2026年11月21日 15:01",
        "2026年11月21日",
        "15:01~16:30", "2026-11-21~2026-11-22", "15:01~", "~15:01", "2026-11-21 15:01 x", "1月21日",
        "0001-01-01 08:00:00",
        "👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧", "e\u{301}\u{301}\u{301}", "ﬁ", "𠀀𠀀", "<@all>", "a\u{3000}b", "\u{FE0F}", "___", "   _ ",
        String(repeating: "长", count: 500), String(repeating: "9", count: 400), String(repeating: "x ", count: 300),
        String(repeating: "!", count: 40), String(repeating: "é", count: 40), "2026--11-21", "年月日", "2026年1121日",
        "1:2:3:4",
    ]

    private static func isValid(_ value: String, _ kind: AlertFieldKind) -> Bool {
        guard let rule = rules[kind], value.utf16.count <= 200, !AlertText.isBlank(value) else { return false }
        guard let expression = try? NSRegularExpression(pattern: "^(?:\(rule))$", options: .dotMatchesLineSeparators)
        else {
            return false
        }
        return expression.firstMatch(in: value, range: NSRange(value.startIndex..., in: value)) != nil
            && (kind != .thing || value.utf16.count <= 20)
    }

    @Test(arguments: AlertFieldKind.allCases)
    func `whatever an alert says, the value is valid for its kind`(_ kind: AlertFieldKind) {
        #expect(Self.rules[kind] != nil)
        var generator = SeededGenerator(seed: 11)
        var texts = Self.nasty
        // Pieces of them in any order reach what no list has.
        for _ in 0..<2000 {
            let count = Int.random(in: 1...4, using: &generator)
            texts.append(
                (0..<count).map { _ in
                    let text = Self.nasty.randomElement(using: &generator) ?? ""
                    return String(text.prefix(Int.random(in: 0...12, using: &generator)))
                }.joined(separator: ["", " ", "~", "."].randomElement(using: &generator) ?? "")
            )
        }
        for text in texts {
            let value = kind.value(AlertText.plain(text), times: [Self.began])
            #expect(Self.isValid(value, kind), "\(kind) of \(text.debugDescription) is \(value.debugDescription)")
        }
    }

    @Test(arguments: [
        ("thing1", "Weir is down", "Weir is down"), ("letter2", "Weir is down", "Weirisdown"),
        ("number3", "disk 93.5% full", "93.5"), ("number4", "no number", "0"), ("phrase5", "firing 告警中", "告警中"),
        ("phrase6", "firing", "告警"), ("character_string7", "db-1.example:9100", "db-1.example:9100"),
        ("character_string8", "Weir is down", "Weir_is_down"), ("character_string9", "中文", "-"),
        ("character_string10", String(repeating: "x", count: 40), String(repeating: "x", count: 29) + "..."),
        ("phone_number11", "+86-0766-66888866", "+86-0766-66888866"), ("car_number12", "粤A8Z888挂", "粤A8Z888挂"),
        ("amount13", "costs ¥12.50元", "¥12.50元"), ("amount14", "123456789012", "9999999999"), ("name15", "张三 x", "张三"),
        ("time16", "", "2026-11-21 17:00:05"), ("time17", "15:01~16:00", "15:01~16:00"),
        ("date18", "15:01", "2026-11-21 17:00:05"), ("date19", "2026年11月21日", "2026年11月21日"),
        ("symbol20", "a!b?", "!?"),
        ("keyword1", "", "-"), ("first", "x", "x"),
    ])
    func `as much is shown as the kind can hold`(_ field: String, _ text: String, _ value: String) {
        #expect(AlertFieldKind(field: field).value(text, times: [Self.began]) == value)
    }

    @Test func `a blank time is the beginning of the alert, else the time of the message, and never a dash`() {
        let field = AlertField(name: "time3", value: AlertFixtures.template("{label.none}"))
        let now = Timestamp(rfc3339: "2026-11-21T10:00:00Z")
        func value(_ startsAt: String, at now: Timestamp?) -> String {
            let alert = AlertFixtures.item(startsAt: startsAt)
            var filling = AlertFilling(.notification(AlertFixtures.notification([alert])), at: now)
            return filling.field(field)
        }
        #expect(value("2026-11-21T09:00:05.123456789Z", at: now) == "2026-11-21 17:00:05")
        #expect(value("", at: now) == "2026-11-21 18:00:00")
        #expect(value("0001-01-01T00:00:00Z", at: now) == "2026-11-21 18:00:00")
        #expect(Self.isValid(value("nonsense", at: nil), .time))
        var tally = AlertTally()
        tally.add(AlertFixtures.notification([AlertFixtures.item(startsAt: "")]))
        var filling = AlertFilling(.summary(tally), at: now)
        #expect(filling.field(field) == "2026-11-21 18:00:00")
    }
}
