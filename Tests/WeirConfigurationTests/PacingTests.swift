import Queueing
import Testing
import Timekeeping
import WeChat
import Weir
import WeirConfiguration

/// Quiet hours and caps in the file.
@Suite struct PacingTests {
    private static func file(_ members: String) -> String {
        "apps:\n  main:\n    appid: wx1\n    secret: s\n    \(members)\n"
    }

    @Test func `quiet hours are read, and Shanghai and the upper two priorities are the defaults`() throws {
        let read = Reading.read(Self.file("quiet_hours: {from: \"22:30\", to: \"08:00\"}"))
        let hours = try #require(read.configuration?.apps["main"]?.quietHours, "\(read.problems)")
        #expect(hours.window.from == 22 * 60 + 30 && hours.window.to == 480 && hours.window.zone == "Asia/Shanghai")
        #expect(hours.except == [.urgent, .high])
        let all = Reading.read(
            Self.file("quiet_hours: {from: \"00:00\", to: \"23:59\", zone: Europe/Berlin, except: [urgent]}")
        )
        #expect(all.configuration?.apps["main"]?.quietHours?.except == [.urgent])
        #expect(Reading.read(Self.file("receipts: {}")).configuration?.apps["main"]?.quietHours == nil)
    }

    @Test func `caps are read in their order`() throws {
        let read = Reading.read(
            Self.file(
                "caps: [{type: template, per: recipient+template, limit: 3/d}, {type: custom, per: recipient, limit: 9/d}]"
            )
        )
        let app = try #require(read.configuration?.apps["main"], "\(read.problems)")
        #expect(
            app.caps == [CapRule(.template, per: .template, limit: 3), CapRule(.custom, per: .recipient, limit: 9)]
        )
    }

    @Test(arguments: [
        ("quiet_hours: {to: \"08:00\"}", "apps.main.quiet_hours: needs from"),
        ("quiet_hours: {from: \"08:00\"}", "apps.main.quiet_hours: needs to"),
        ("quiet_hours: {from: \"08:00\", to: \"08:00\"}", "apps.main.quiet_hours: from and to are the same"),
        ("quiet_hours: {from: \"8:00\", to: \"09:00\"}", "apps.main.quiet_hours.from: `8:00` is not a time of day"),
        ("quiet_hours: {from: \"24:00\", to: \"09:00\"}", "apps.main.quiet_hours.from: `24:00` is not a time of day"),
        ("quiet_hours: {from: 1320, to: \"09:00\"}", "apps.main.quiet_hours.from: `1320` is not a time of day"),
        (
            "quiet_hours: {from: \"22:00\", to: \"09:00\", zone: Berlin}",
            "apps.main.quiet_hours.zone: `Berlin` is no time zone"
        ),
        (
            "quiet_hours: {from: \"22:00\", to: \"09:00\", except: [high]}",
            "apps.main.quiet_hours: except must name urgent"
        ),
        ("quiet_hours: {from: \"22:00\", to: \"09:00\", except: [top]}", "apps.main.quiet_hours.except: "),
        ("quiet_hours: 22:00-08:00", "apps.main.quiet_hours: "),
        ("caps: [{type: template, limit: 3/d}]", "apps.main.caps[0]: needs per"),
        ("caps: [{type: mass, per: recipient, limit: 3/d}]", "apps.main.caps[0].type: "),
        ("caps: [{type: template, per: user, limit: 3/d}]", "apps.main.caps[0].per: "),
        ("caps: [{type: template, per: recipient, limit: 3/h}]", "apps.main.caps[0].limit: a cap is counted by days"),
        ("caps: [{type: template, per: recipient, limit: 0/d}]", "apps.main.caps[0].limit: "),
        (
            "caps: [{type: template, per: recipient, limit: 1/d}, {type: template, per: recipient, limit: 2/d}]",
            "apps.main.caps[1]: another cap has the same type and per"
        ),
        ("caps: {type: template}", "apps.main.caps: "),
    ])
    func `what is wrong is named`(_ members: String, _ problem: String) {
        let problems = Reading.problems(Self.file(members))
        #expect(problems.contains { $0.contains(problem) }, "\(problems)")
    }
}
