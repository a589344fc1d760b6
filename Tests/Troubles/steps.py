"""How the troubles are made, and mended."""
import os
import subprocess

from processes import Broken, HeldPort
from traffic import CUSTOM, TEMPLATE, USER

# AppSecret


def reset_secret(stage):
    stage.main.stop()
    stage.main.secret = "main-secret-after-the-reset"
    stage.main.start()


def give_secret(stage):
    stage.weir.write_secret("main", stage.main.secret)
    expect_done(stage.weir.operator("/v1/reload"), "the reload")


def expect_done(status, what):
    if status != 200:
        raise Broken(f"{what} is answered with {status}")


# WeChat


def hang(stage):
    for sandbox in stage.sandboxes.values():
        sandbox.fault(kind="hang", ms=600_000)


def end_faults(stage):
    for sandbox in stage.sandboxes.values():
        sandbox.end_faults()


def give_quota(stage):
    stage.main.daily("*", 2_000_000_000)
    expect_done(stage.weir.operator("/v1/apps/main/resume"), "the resume")


def relayed_quota(stage, scenario):
    stage.start()
    caller = stage.caller()
    stage.traffic.start("main calls", 1, lambda n: caller.relay("main", n, CUSTOM))
    stage.traffic.start("main reads", 1, lambda n: caller.relay("main", n, USER))
    stage.wait(scenario.warm)
    stage.trouble("main")
    stage.main.daily(CUSTOM, 0)
    stage.wait(scenario.lasts)
    give_quota(stage)
    stage.repaired()
    stage.wait(scenario.after)


def rival(stage, scenario):
    stage.start()
    stage.usual_traffic()
    stage.wait(scenario.warm)
    stage.trouble("main")
    for _ in range(max(scenario.lasts // 50, 1)):
        stage.main.ask("POST", "/_sandbox/rival", {"appid": stage.main.appid})
        stage.wait(50)
    stage.repaired()
    stage.wait(scenario.after)


def quiet(stage, scenario):
    stage.start()
    caller = stage.caller()
    expect_accepted(caller.post("main", 0, "normal"))
    stage.wait(scenario.warm)
    stage.trouble("main")
    stage.main.stop()
    for number in (1, 2):
        expect_accepted(caller.post("main", number, "normal"))
        stage.wait(50)
    stage.wait(scenario.lasts - 100)
    stage.main.start()
    stage.repaired()
    stage.wait(scenario.after)


def over_rate(stage, scenario):
    stage.start()
    stage.usual_traffic()
    stage.wait(scenario.warm)
    stage.trouble("")
    loop = stage.caller("loop")
    stream = stage.traffic.start("loop", 6, lambda n: loop.post("main", n, "low"))
    stage.wait(scenario.lasts)
    stream.stop()
    stage.repaired()
    stage.wait(scenario.after)


def expect_accepted(status):
    if status != 202:
        raise Broken(f"a message is answered with {status}")


# The machine


def full_disk(stage, scenario):
    image, mount = stage.folder / "disk.img", stage.folder / "disk"
    mount.mkdir()
    for command in (["truncate", "-s", "40G", image], ["mkfs.ext4", "-q", "-F", "-m", "0", image],
                    ["mount", "-o", "loop", image, mount]):
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode:
            raise Broken(f"{command[0]}: {done.stderr.strip()}")
    stage.mounts.append(mount)
    (mount / "journal").mkdir(mode=0o700)
    stage.start(journal=mount / "journal")
    stage.usual_traffic()
    stage.wait(scenario.warm)
    stage.trouble("")
    fill(mount)
    stage.wait(scenario.lasts)
    for file in mount.glob("filler*"):
        file.unlink()
    stage.repaired()
    stage.wait(scenario.after)


def fill(mount):
    """Takes all the room that is left: nearly all of it at once, the rest byte by byte, without writing gigabytes."""
    room = os.statvfs(mount)
    with open(mount / "filler", "wb") as file:
        for share in (0.99, 0.9, 0.5):
            try:
                os.posix_fallocate(file.fileno(), 0, int(room.f_bavail * room.f_frsize * share))
                break
            except OSError:
                continue
    subprocess.run(f"cat /dev/zero > {mount}/filler-rest", shell=True, capture_output=True, timeout=120, check=False)
    if os.statvfs(mount).f_bavail > 0:
        subprocess.run(f"cat /dev/zero > {mount}/filler-last", shell=True, capture_output=True, timeout=120, check=False)


def kills(stage, scenario):
    stage.start()
    stage.usual_traffic()
    stage.wait(scenario.warm)
    stage.may_be_down.add("weir")
    stage.trouble("")
    for _ in range(4):
        stage.weir.crash()
        stage.wait(3)
        stage.weir.start()
        stage.wait(57)
    stage.may_be_down.clear()
    stage.wait(scenario.lasts - 240)
    stage.repaired()
    stage.wait(scenario.after)


def down(stage, scenario):
    stage.start()
    stage.usual_traffic()
    stage.wait(scenario.warm)
    stage.may_be_down.add("weir")
    stage.trouble("")
    stage.weir.crash()
    held = [HeldPort(port) for port in (stage.weir.api, stage.weir.admin)]
    stage.wait(scenario.lasts)
    for port in held:
        port.release()
    stage.weir.start()
    stage.may_be_down.clear()
    stage.repaired()
    stage.wait(scenario.after)


def restarts(stage, scenario):
    stage.start()
    caller = stage.usual_traffic(rate=5)
    stage.wait(scenario.warm)
    stage.may_be_down.add("weir")
    stage.trouble("")
    for _ in range(2):
        # Calls in flight keep the old process for some seconds, in which it turns others away, and Prometheus sees it.
        stage.wait(stage.next_scrape() - 6)
        stage.main.fault(api=USER, kind="latency", ms=9000, count=3)
        stage.traffic.start("slow calls", 3, once_each(3, lambda n: caller.relay("main", n, USER, seconds=20)))
        stage.wait(2)
        stage.weir.restart()
        stage.wait(max(scenario.lasts // 2 - 30, 1))
    stage.may_be_down.clear()
    stage.repaired()
    stage.wait(scenario.after)


def once_each(count, once):
    """The first `count` calls of a stream; the others do nothing."""
    return lambda number: once(number) if number < count else "done"


def break_file(stage):
    stage.sound_file = stage.weir.file.read_text()
    stage.weir.file.write_text(stage.sound_file + "\nno_such_key: 1\n")


def mend_file(stage):
    stage.weir.file.write_text(stage.sound_file)


# Company


def two_instances(stage, scenario):
    stage.start(instances=2, own_way=("main",))
    broken, healthy = stage.gateways
    stage.usual_traffic(gateway=broken)
    stage.usual_traffic(gateway=healthy, rate=10)
    stage.wait(scenario.warm)
    stage.trouble("main")
    stage.main.fault(kind="hang", ms=600_000)
    stage.wait(scenario.lasts)
    stage.main.end_faults()
    stage.repaired()
    stage.wait(scenario.after)


def two_apps(stage, scenario):
    stage.start()
    stage.usual_traffic(rate=1)
    club = stage.sandboxes["club"]
    stage.wait(scenario.warm - 90)
    stage.trouble("club")
    club.daily(TEMPLATE, 0)
    stage.note("club's trouble begins 90 s before main's, from which the seconds are counted")
    stage.wait(90)
    stage.trouble("main")
    stage.main.stop()
    stage.wait(scenario.lasts)
    stage.main.start()
    club.daily("*", 2_000_000_000)
    expect_done(stage.weir.operator("/v1/apps/club/resume"), "the resume")
    stage.repaired()
    stage.wait(scenario.after)


def small_app(stage, scenario):
    stage.start()
    caller = stage.usual_traffic(apps=("main",), rate=10)
    stage.traffic.start("club calls", 0.2, lambda n: caller.relay("club", n))
    stage.wait(scenario.warm)
    stage.trouble("club")
    stage.sandboxes["club"].fault(kind="hang", ms=600_000)
    stage.wait(scenario.lasts)
    stage.sandboxes["club"].end_faults()
    stage.repaired()
    stage.wait(scenario.after)


# Health


def healthy(rate):
    """Half of an hour of nothing special. At a high rate most of it is another app's than the alerts'."""
    def script(stage, scenario):
        stage.start()
        caller = stage.caller()
        caller.unfollowed_every = 33
        if rate >= 50:
            stage.traffic.start("batches", rate / 20, lambda n: caller.batch("club", n, 19))
            stage.traffic.start("messages", rate / 20, lambda n: caller.post("main", n))
            stage.traffic.start("calls", 5, lambda n: caller.relay("club", n))
        elif rate:
            stage.traffic.start("messages", rate * 0.8, lambda n: caller.post("main", n))
            stage.traffic.start("other messages", rate * 0.2, lambda n: caller.post("club", n))
            stage.traffic.start("calls", 1, lambda n: caller.relay("main", n))
        else:
            # Ten a day would be none in most half hours: this has one at its beginning and one in its middle.
            stage.traffic.start("messages", 2 / scenario.lasts, lambda n: caller.post("main", n))
            stage.traffic.start("calls", 1 / scenario.lasts, lambda n: caller.relay("main", n))
        stage.wait(scenario.lasts / 3 - 30)
        for _ in range(2):
            expect_done(stage.weir.operator("/v1/reload"), "the reload")
            stage.wait(30)
            stage.may_be_down.add("weir")
            stage.weir.restart()
            stage.may_be_down.clear()
            stage.wait(30)
            expect_done(stage.weir.operator("/v1/reload"), "the reload")
            stage.wait(max(scenario.lasts / 3 - 60, 1))
        stage.wait(30)
    return script
