import Foundation
import Synchronization

extension RunbookGroup {
    static let tokens = RunbookGroup(
        description: "credentials and tokens",
        troubles: [
            RunbookTrouble(
                what: "the AppSecret was changed",
                sections: ["tokens#WeirAppHeld"],
                bring: { desk in
                    try desk.rewrite {
                        $0 = $0.replacingOccurrences(of: SandboxProcess.secret, with: "WrongSecret0123456789")
                    }
                    try await desk.reload()
                    try await eventually("WeChat refuses it") { try await fault(desk) != nil }
                    return ["APP": "main"]
                },
                tells: [
                    RunbookCommand.state: ["\"token_fault\": 40125"], reload: ["reloaded"], resume: ["resumed"],
                ],
                before: [reload: { try $0.rewrite { _ in } }],
                helps: { desk, _ in
                    try await eventually("WeChat takes it") { try await fault(desk) == nil }
                    try await desk.wait(try await desk.send(), for: "sent")
                }
            ),
            RunbookTrouble(
                what: "somebody paused the app",
                sections: ["tokens#WeirAppPaused"],
                bring: { desk in
                    try await desk.pause()
                    let id = try await desk.send()
                    try await desk.wait(id, because: "paused")
                    return ["APP": "main", "ID": id]
                },
                tells: [RunbookCommand.state: ["\"paused\": true"], resume: ["resumed"]],
                helps: { desk, words in try await desk.wait(words["ID"] ?? "", for: "sent") }
            ),
            RunbookTrouble(
                what: "WeChat refuses the api to the account",
                sections: ["tokens#WeirLaneHeld"],
                bring: { desk in
                    try await desk.fault(Scene.template, errcode: 48001)
                    let id = try await desk.send()
                    try await desk.wait(id, because: "account")
                    return ["APP": "main", "ID": id]
                },
                tells: [RunbookCommand.state: ["\"waits_for\": \"account\"", "until"], resume: ["resumed"]],
                before: [resume: { try await $0.sandbox.endFaults() }],
                helps: { desk, words in try await desk.wait(words["ID"] ?? "", for: "sent") }
            ),
            RunbookTrouble(
                what: "the account does not allow this machine's address",
                sections: ["upstream#WeirAccountErrcode"],
                bring: { desk in
                    try await desk.fault(Scene.template, errcode: 40164)
                    try await desk.wait(try await desk.send(), because: "account")
                    return [:]
                },
                tells: [RunbookCommand.state: ["held", "40164", "waits_for"]],
                helps: { desk, _ in
                    try await desk.sandbox.endFaults()
                    try await desk.resume()
                }
            ),
            RunbookTrouble(
                what: "somebody else refreshes the token by force",
                sections: ["tokens#WeirTokenRejected"],
                bring: { desk in
                    try await desk.sandbox.rival()
                    try await desk.wait(try await desk.send(), for: "sent")
                    return [:]
                },
                tells: [RunbookCommand.state: ["\"token_superseded\": 1"]]
            ),
        ]
    )

    private static func fault(_ desk: RunbookDesk) async throws -> JSONAny? {
        try await desk.weir.admin.get("/v1/state").data?["apps"]?.array.first?["token_fault"]
    }

    static let noToken = RunbookGroup(
        description: "no token at the start",
        before: { try await $0.fault("\"api\":\"\(Scene.token)\",\"kind\":\"errcode\",\"errcode\":-1") },
        troubles: [
            RunbookTrouble(
                what: "WeChat's token endpoint is busy",
                sections: ["tokens#WeirTokenMissing"],
                bring: { desk in
                    try await desk.wait(try await desk.send(), because: "no_token")
                    return [:]
                },
                tells: [RunbookCommand.state: ["\"waits_for\": \"no_token\"", "apps"]]
            )
        ]
    )

    static let process = RunbookGroup(
        description: "the process, its configuration, the alerting",
        troubles: [
            RunbookTrouble(
                what: "an update is half done",
                sections: ["process#WeirVersionsDiffer"],
                bring: { _ in [:] },
                tells: ["weir --version": ["."]]
            ),
            RunbookTrouble(
                what: "file descriptors run out",
                sections: ["process#WeirFileDescriptors"],
                bring: { ["PID": "\($0.weir.process.identifier)"] },
                tells: ["ls -l /proc/PID/fd | awk '{print $NF}' | sort | uniq -c | sort -n | tail": ["socket:"]]
            ),
            RunbookTrouble(
                what: "a changed configuration is wrong",
                sections: ["process#WeirReloadRefused"],
                bring: { desk in
                    try desk.rewrite { $0 += "quue: {capacity: 100}\n" }
                    try await desk.reload()
                    return ["FILE": desk.file]
                },
                tells: ["weir check --config FILE": ["weir.yml:", "quue", "queue"]],
                exits: ["weir check --config FILE": 1],
                helps: { desk, words in
                    try desk.rewrite { _ in }
                    let run = try await desk.type("weir check --config \(words["FILE"] ?? "")")
                    guard run.status == 0 else { throw NeverHappened(description: run.errors) }
                }
            ),
            RunbookTrouble(
                what: "Prometheus knows no Weir",
                sections: ["process#WeirAbsent"],
                bring: { _ in [:] },
                tells: ["promtool check config prometheus.yml": ["SUCCESS"]]
            ),
            RunbookTrouble(
                what: "Prometheus lacks the recording rules",
                sections: ["process#WeirRecordingRulesMissing"],
                bring: { _ in [:] },
                tells: ["promtool check config prometheus.yml": ["SUCCESS"]]
            ),
            RunbookTrouble(
                what: "scrapes fail now and then",
                sections: ["process#WeirScrapeFailing"],
                bring: { _ in [:] },
                tells: ["curl -s -o /dev/null -w '%{time_total} %{size_download}' 127.0.0.1:8081/metrics": ["0."]]
            ),
            RunbookTrouble(
                what: "the kernel killed it for want of memory",
                sections: ["process#WeirRestarting"],
                bring: { _ in [:] },
                tells: ["journalctl -k --no-pager | grep -i oom": ["weir invoked oom-killer"]]
            ),
            RunbookTrouble(
                what: "the gateway is gone",
                sections: ["process#WeirDown"],
                bring: { desk in
                    try await desk.weir.crash()
                    return ["FILE": desk.file]
                },
                tells: [
                    "curl 127.0.0.1:8081/healthz": ["Failed to connect"],
                    "weir check --config FILE": [": ok"],
                ],
                exits: ["curl 127.0.0.1:8081/healthz": 7],
                helps: { desk, _ in
                    try await desk.start()
                    let run = try await desk.type("curl 127.0.0.1:8081/healthz")
                    guard run.output == "ok\n" else { throw NeverHappened(description: run.errors) }
                }
            ),
        ]
    )

    /// Its journal is on a file system of its own, which is made as the gateway is.
    private final class Disk: Sendable {
        let mount = Mutex<Mount?>(nil)

        var path: String { mount.withLock { $0?.path ?? "" } }
    }

    static var disk: RunbookGroup {
        let disk = Disk()
        return RunbookGroup(
            description: "the disk",
            settings: { settings in
                guard let mount = Mount(options: "size=64m") else { throw NeverHappened(description: "a file system") }
                settings.storage = mount.path + "/data"
                disk.mount.withLock { $0 = mount }
            },
            isPossible: Mount.isAllowed,
            after: { disk.mount.withLock { $0 = nil } },
            troubles: [
                RunbookTrouble(
                    what: "the disk is slow",
                    sections: ["journal#WeirJournalSlow"],
                    bring: { _ in [:] },
                    tells: ["iostat -x 1 5": ["%util", "sdb"]]
                ),
                RunbookTrouble(
                    what: "the disk is nearly full",
                    sections: ["journal#WeirJournalDiskLow"],
                    bring: { ["FOLDER": $0.storage] },
                    tells: ["du -xsh FOLDER": ["FOLDER"], RunbookCommand.state: ["\"bytes\"", "\"free_bytes\""]]
                ),
                RunbookTrouble(
                    what: "the disk is full",
                    sections: [
                        "journal#WeirJournalNotWritable", "queue#WeirMessagesNotAccepted", "limits#WeirRequestsFailing",
                        "slo#WeirAcceptanceBudgetBurn",
                    ],
                    bring: { desk in
                        try await disk.mount.withLock { $0 }?.fill("\(disk.path)/filler")
                        try await eventually("nothing can be written") {
                            let answer = try await desk.weir.send(
                                .template(to: desk.openID()),
                                headers: Stage.authorization(of: "orders")
                            )
                            return answer.status == 503
                        }
                        return [:]
                    },
                    tells: [
                        RunbookCommand.state: ["\"problem\"", "\"writable\": false"],
                        "dmesg": ["Remounting filesystem read-only"],
                        "curl 127.0.0.1:8081/readyz/messages": ["the journal can't be written"],
                        "curl 127.0.0.1:8081/readyz": ["relay: ok", "the journal can't be written"],
                    ],
                    helps: { desk, _ in
                        try FileManager.default.removeItem(atPath: disk.path + "/filler")
                        try await eventually("it mends itself") {
                            try await desk.weir.admin.get("/readyz/messages").status == 200
                        }
                    }
                ),
            ]
        )
    }
}
