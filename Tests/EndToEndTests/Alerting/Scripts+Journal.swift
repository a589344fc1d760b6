import Foundation

extension Scripts {
    /// A disk that can be made smaller, larger and full.
    static func smallDisk() throws -> SceneScript {
        guard let mount = Mount(options: "size=400m") else { throw NeverHappened(description: "a file system") }
        let filler = mount.path + "/filler"
        return SceneScript(
            name: "journal",
            settings: SceneSettings(storage: mount.path + "/data"),
            provocations: [
                Provocation(
                    "the disk gets full, slowly",
                    fires: [
                        ExpectedAlert("WeirJournalDiskFilling", ["severity": "warning"]),
                        ExpectedAlert("WeirJournalDiskFilling", ["severity": "critical"]),
                    ],
                    provoke: { scene in
                        // Another program's files, as far as Weir can tell.
                        try await mount.occupy(filler, megabytes: 220)
                        let left = Counter(130)
                        scene.every(.seconds(1)) { _ in
                            if left.next(-1) > 0 { try await mount.occupy(filler, megabytes: 1) }
                        }
                    },
                    mend: { scene in
                        await scene.quiet()
                        try FileManager.default.removeItem(atPath: filler)
                    }
                ),
                Provocation(
                    "the disk is nearly full",
                    fires: ["WeirJournalDiskLow", "WeirJournalDiskFull"],
                    provoke: { _ in try await mount.occupy(filler, megabytes: 390) },
                    mend: { _ in try FileManager.default.removeItem(atPath: filler) }
                ),
                Provocation(
                    "the disk is full",
                    fires: [
                        "WeirJournalNotWritable", "WeirJournalFailing",
                        ExpectedAlert("WeirMessagesNotAccepted", ["reason": "journal_unavailable"]),
                    ],
                    provoke: { scene in
                        try await mount.resize("16m")
                        scene.every(.milliseconds(200)) { try await $0.send() }
                        try await mount.fill(filler)
                    },
                    mend: { scene in
                        try FileManager.default.removeItem(atPath: filler)
                        try await mount.resize("400m")
                    }
                ),
            ]
        )
    }

    /// A disk whose syncs take long.
    static func slowDisk() throws -> SceneScript {
        let disk = try SlowDisk()
        return SceneScript(
            name: "disk",
            settings: SceneSettings(environment: disk.environment),
            provocations: [
                Provocation(
                    "the disk is slow",
                    fires: ["WeirJournalSlow"],
                    provoke: { scene in
                        try disk.isSlow(true)
                        scene.every(.milliseconds(300)) { try await $0.send() }
                    },
                    mend: { _ in try disk.isSlow(false) }
                )
            ]
        )
    }
}
