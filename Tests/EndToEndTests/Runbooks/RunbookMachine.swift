/// Programs that tell of the machine, and what they say in the troubles that they are asked in: a test's machine has no such trouble to
/// tell of, and may have no kernel log at all.
enum RunbookMachine {
    static let programs = [
        "dmesg": said(
            "[1712.004211] EXT4-fs (sdb1): previous I/O error to superblock detected",
            "[1712.004398] EXT4-fs (sdb1): Remounting filesystem read-only"
        ),
        "journalctl": said(
            "Nov 28 03:11:07 gw1 kernel: weir invoked oom-killer: gfp_mask=0x140dca, order=0, oom_score_adj=0",
            "Nov 28 03:11:07 gw1 kernel: Out of memory: Killed process 812 (weir) total-vm:9120044kB, anon-rss:7911204kB"
        ),
        "iostat": said(
            "Device            r/s     rkB/s   rrqm/s  %rrqm r_await rareq-sz     w/s     wkB/s  w_await wareq-sz  aqu-sz  %util",
            "sdb              0.00      0.00     0.00   0.00    0.00     0.00  182.00  93184.00   431.20   512.00   78.48 100.00"
        ),
    ]

    private static func said(_ lines: String...) -> String {
        "#!/bin/sh\ncat <<'END'\n" + lines.joined(separator: "\n") + "\nEND\n"
    }
}
