#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Virtual networks when something is in the way, missing, or killed; and what each call refuses."""
import os
import pathlib
import signal
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from house import *  # noqa: E402,F403
from wires import *  # noqa: E402,F403

LINKS = None


def setup():
    global LINKS
    needs("dnsmasq", "nft", "ip")
    outside()
    fresh()
    if LINKS is None:
        LINKS = set(os.listdir("/sys/class/net"))


def live(name, file):
    return pathlib.Path(f"/run/lodge/vnet/{name}/{file}")


def dnsmasq_pid(name):
    return int(live(name, "dnsmasq.pid").read_text())


def keeper_pid(name):
    return int(matches(live(name, "status").read_text(), r"^supervisor (\d+) ")[1])


def runs(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_lifecycle_and_what_it_refuses():
    setup()
    define("life", v4(1), start=False)
    matches(net("net-list", "--all").stdout, r"^ life +inactive +no +yes *$")
    assert "life" not in net("net-list").stdout
    matches(net_fails("net-destroy", "life"), "network is not (active|running)")
    net("net-start", "life")
    matches(net("net-list").stdout, r"^ life +active +no +yes *$")
    matches(net_fails("net-start", "life"), "already active")
    net("net-autostart", "life")
    matches(net("net-info", "life").stdout, r"^Autostart: +yes$")
    net("net-autostart", "life", "--disable")
    net("net-undefine", "life")
    matches(net("net-list").stdout, r"^ life +active +no +no *$")
    matches(net_fails("net-undefine", "life"), "transient")
    matches(net_fails("net-autostart", "life"), "transient")
    net("net-destroy", "life")
    matches(net_fails("net-info", "life"), "no network with matching name 'life'")
    nothing_left(LINKS)


def test_names_and_uuids_are_unique():
    setup()
    define("first", v4(1) + "<uuid>11111111-2222-4333-8444-555555555555</uuid>", start=False)
    pathlib.Path("/tmp/x.xml").write_text("<network><name>second</name><uuid>11111111-2222-4333-8444-555555555555</uuid></network>")
    matches(net_fails("net-define", "/tmp/x.xml"), "11111111-2222-4333-8444-555555555555")
    pathlib.Path("/tmp/x.xml").write_text("<network><name>first</name></network>")
    matches(net_fails("net-define", "/tmp/x.xml"), "already exists with uuid 11111111")
    pathlib.Path("/tmp/x.xml").write_text("<network><name>default</name></network>")
    matches(net_fails("net-define", "/tmp/x.xml"), "already exists with uuid")
    net("net-undefine", "first")


def test_default_can_be_hidden_and_defined_anew():
    setup()
    net("net-undefine", "default")
    assert "default" not in net("net-list", "--all").stdout
    matches(net_fails("net-start", "default"), "no network with matching name 'default'")
    define("default", v4(8))
    matches(net("net-dumpxml", "default").stdout, r"10\.77\.8\.1")
    remove("default")
    assert "default" not in net("net-list", "--all").stdout


def test_two_starts_at_once():
    setup()
    define("race", v4(1), start=False)
    import subprocess
    both = [subprocess.Popen([LODGE, "-c", "network:///system", "net-start", "race"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True) for _ in range(2)]
    ends = [(p.communicate(timeout=30)[1], p.returncode) for p in both]
    equal(sorted(code == 0 for _, code in ends), [False, True])
    matches("".join(text for text, _ in ends), "already active")
    remove("race")
    nothing_left(LINKS)


def test_dnsmasq_has_nothing_of_ours():
    setup()
    define("fds", v4(1))
    pid = dnsmasq_pid("fds")
    for name in os.listdir(f"/proc/{pid}/fd"):
        target = os.readlink(f"/proc/{pid}/fd/{name}")
        assert target.startswith(("/dev/null", "socket:", "pipe:", "anon_inode:", "/var/lib/lodge/vnet/fds.leases",
                                  "/run/lodge/vnet/fds/helper.log", "/run/lodge/vnet/fds/keep.log")), target
    assert re.search(r"^Uid:\s+0\s", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M) is None
    command = pathlib.Path(f"/proc/{pid}/cmdline").read_text()
    assert "--conf-file=/run/lodge/vnet/fds/dnsmasq.conf" in command
    remove("fds")
    assert not runs(pid)


def test_killed_dnsmasq_comes_back():
    setup()
    define("back", v4(1))
    first = dnsmasq_pid("back")
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: live("back", "dnsmasq.pid").exists() and live("back", "dnsmasq.pid").read_text().strip() not in ("", str(first)),
             what="a new dnsmasq")
    guest("g1", bridge_of("back"))
    dhcp("g1")
    guest_gone("g1")
    remove("back")
    nothing_left(LINKS)


def test_killed_keeper_is_cleaned_up_by_the_next_command():
    setup()
    define("dead", v4(1))
    keeper, helper, bridge = keeper_pid("dead"), dnsmasq_pid("dead"), bridge_of("dead")
    equal(forwarding(), "1")
    os.kill(keeper, signal.SIGKILL)
    wait_for(lambda: not runs(keeper), what="the keeper's end")
    matches(net("net-list", "--all").stdout, r"^ dead +inactive ")
    assert not os.path.exists(f"/sys/class/net/{bridge}")
    equal((tables(), forwarding()), ([], "0"))
    wait_for(lambda: not runs(helper), what="the end of its dnsmasq")
    net("net-start", "dead")
    remove("dead")
    nothing_left(LINKS)


def test_killed_keeper_of_one_network_leaves_the_other_its_forwarding():
    setup()
    define("stays", v4(1))
    define("dies", v4(2))
    os.kill(keeper_pid("dies"), signal.SIGKILL)
    wait_for(lambda: "dies" not in net("net-list").stdout, what="the clean-up")
    equal((tables(), forwarding()), (["inet lodge_stays"], "1"))
    remove("stays")
    equal(forwarding(), "0")
    net("net-undefine", "dies")
    nothing_left(LINKS)


def missing(program, package):
    setup()
    define("needy", v4(1), start=False)
    path = shutil.which(program)
    os.rename(path, path + ".away")  # the house's root is an overlay of its own
    try:
        text = net_fails("net-start", "needy")
    finally:
        os.rename(path + ".away", path)
    matches(text, f"'{program}' is not installed; install the package {package}")
    net("net-undefine", "needy")
    nothing_left(LINKS)


def test_missing_dnsmasq_names_the_package():
    missing("dnsmasq", "dnsmasq-base")


def test_missing_nft_names_the_package():
    missing("nft", "nftables")


def test_a_taken_port_undoes_the_start():
    setup()
    define("port", v4(1), start=False)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
        taken.bind(("0.0.0.0", 53))
        taken.listen()
        matches(net_fails("net-start", "port"), "(?i)dnsmasq.*(in use|53)")
    nothing_left(LINKS)
    equal(forwarding(), "0")
    net("net-start", "port")
    remove("port")


def test_rules_that_nft_refuses_undo_the_start():
    setup()
    define("rules", v4(1), start=False)
    path = shutil.which("nft")
    os.rename(path, path + ".away")
    pathlib.Path(path).write_text("#!/bin/sh\ncase \"$*\" in '-f -') echo 'Error: not today' >&2; exit 1;; esac\n"
                                  f"exec {path}.away \"$@\"\n")
    os.chmod(path, 0o755)
    try:
        matches(net_fails("net-start", "rules"), "not today")
    finally:
        os.rename(path + ".away", path)
    nothing_left(LINKS)
    equal(forwarding(), "0")
    net("net-undefine", "rules")


def test_a_taken_bridge_name():
    setup()
    sh("ip", "link", "add", "virbr77", "type", "bridge")
    define("taken", v4(1, bridge="virbr77"), start=False)
    matches(net_fails("net-start", "taken"), "has a link 'virbr77' already")
    assert os.path.exists("/sys/class/net/virbr77")
    sh("ip", "link", "del", "virbr77")
    net("net-undefine", "taken")


def docker_like():
    sh("nft", "-f", "-", stdin="table ip filter {\n chain DOCKER-USER { counter return; }\n chain FORWARD {\n"
       "  type filter hook forward priority filter; policy drop;\n  counter jump DOCKER-USER\n }\n}\n")


def test_docker_drops_forwarded_packets():
    setup()
    docker_like()
    before = sh("nft", "-s", "list", "table", "ip", "filter").stdout
    done = define("beside", v4(1))
    assert "DOCKER" not in done.stderr, done.stderr
    guest("g1", bridge_of("beside"))
    by_hand("g1", "10.77.1.9/24", "10.77.1.1")
    pings("g1", OUTSIDE)
    matches(sh("nft", "list", "chain", "ip", "filter", "DOCKER-USER").stdout, "lodge_beside")
    guest_gone("g1")
    os.kill(keeper_pid("beside"), signal.SIGKILL)
    wait_for(lambda: "beside" not in net("net-list").stdout, what="the clean-up")
    equal(sh("nft", "-s", "list", "table", "ip", "filter").stdout, before)
    net("net-start", "beside")
    remove("beside")
    equal(sh("nft", "-s", "list", "table", "ip", "filter").stdout, before)
    sh("nft", "delete", "table", "ip", "filter")
    nothing_left(LINKS)


def test_docker_with_the_old_tables_of_iptables():
    setup()
    needs("iptables-legacy")
    if sh("iptables-legacy", "-N", "DOCKER-USER", ok=False).returncode != 0:
        raise Skip("needs a kernel with ip_tables")
    sh("iptables-legacy", "-A", "DOCKER-USER", "-j", "RETURN")
    sh("iptables-legacy", "-I", "FORWARD", "-j", "DOCKER-USER")
    sh("iptables-legacy", "-P", "FORWARD", "DROP")
    before = sh("iptables-legacy", "-S").stdout
    done = define("beside", v4(1))
    assert "drops" not in done.stderr, done.stderr
    guest("g1", bridge_of("beside"))
    by_hand("g1", "10.77.1.9/24", "10.77.1.1")
    pings("g1", OUTSIDE)
    guest_gone("g1")
    os.kill(keeper_pid("beside"), signal.SIGKILL)
    wait_for(lambda: "beside" not in net("net-list").stdout, what="the clean-up")
    equal(sh("iptables-legacy", "-S").stdout, before)
    sh("iptables-legacy", "-P", "FORWARD", "ACCEPT")
    sh("iptables-legacy", "-F")
    sh("iptables-legacy", "-X", "DOCKER-USER")
    net("net-undefine", "beside")
    nothing_left(LINKS)


def test_iptables_still_reads_its_table_with_our_rules_in_it():
    setup()
    needs("iptables-nft")
    sh("iptables-nft", "-N", "DOCKER-USER")
    sh("iptables-nft", "-I", "FORWARD", "-j", "DOCKER-USER")
    sh("iptables-nft", "-P", "FORWARD", "DROP")
    before = sh("iptables-nft", "-S").stdout
    define("beside", v4(1))
    matches(sh("iptables-nft", "-S").stdout, rf"^-A DOCKER-USER -i {bridge_of('beside')} .*-j ACCEPT$")
    remove("beside")
    equal(sh("iptables-nft", "-S").stdout, before)
    sh("nft", "delete", "table", "ip", "filter")
    nothing_left(LINKS)


def test_docker_drops_bridged_frames_too():
    setup()
    if not os.path.exists("/proc/sys/net/bridge/bridge-nf-call-iptables"):
        raise Skip("needs br_netfilter")
    pathlib.Path("/proc/sys/net/bridge/bridge-nf-call-iptables").write_text("1")
    docker_like()
    define("lonely", v4(3, None))
    guest("g1", bridge_of("lonely"))
    guest("g2", bridge_of("lonely"))
    in_ns("g1", "ip", "addr", "add", "10.77.3.8/24", "dev", "eth0")
    in_ns("g2", "ip", "addr", "add", "10.77.3.9/24", "dev", "eth0")
    pings("g1", "10.77.3.9")
    guest_gone("g1")
    guest_gone("g2")
    remove("lonely")
    sh("nft", "delete", "table", "ip", "filter")
    nothing_left(LINKS)


def killed_by_its_helper(program, condition):
    """A start whose supervisor dies at the instant it runs @program."""
    setup()
    define("torn", v4(1), start=False)
    path = shutil.which(program)
    os.rename(path, path + ".away")
    pathlib.Path(path).write_text(f"#!/bin/sh\n{condition} kill -9 $PPID\nexec {path}.away \"$@\"\n")
    os.chmod(path, 0o755)
    try:
        net_fails("net-start", "torn")
    finally:
        os.rename(path + ".away", path)
    matches(net("net-list", "--all").stdout, r"^ torn +inactive ")
    nothing_left(LINKS)
    equal(forwarding(), "0")
    net("net-start", "torn")
    remove("torn")


def test_a_keeper_killed_at_the_rules():
    killed_by_its_helper("nft", "[ \"$*\" != '-f -' ] ||")


def test_a_keeper_killed_at_dnsmasq():
    killed_by_its_helper("dnsmasq", "")


def test_a_firewall_of_others_is_said_with_what_to_do():
    setup()
    sh("nft", "-f", "-", stdin="table inet firewalld {\n chain filter_FORWARD {\n"
       "  type filter hook forward priority filter + 10; policy accept;\n  ct state established accept\n"
       "  reject with icmpx admin-prohibited\n }\n}\n")
    done = define("behind", v4(1))
    matches(done.stderr, r"network 'behind': chain 'filter_FORWARD' of the host's table 'inet firewalld' drops .*firewall-cmd")
    remove("behind")
    sh("nft", "delete", "table", "inet", "firewalld")
    sh("nft", "add", "table", "inet", "mine")
    sh("nft", "add", "chain", "inet", "mine", "frw", "{ type filter hook forward priority 0; policy drop; }")
    done = define("behind", v4(1))
    remedy = matches(done.stderr, r"let it through: (nft insert .*)$")[1]
    guest("g1", bridge_of("behind"))
    by_hand("g1", "10.77.1.9/24", "10.77.1.1")
    pings("g1", OUTSIDE, ok=False)
    sh("sh", "-c", remedy)
    pings("g1", OUTSIDE)
    guest_gone("g1")
    remove("behind")
    sh("nft", "delete", "table", "inet", "mine")
    nothing_left(LINKS)


def test_firewalld_gets_the_bridge_into_a_zone():
    setup()
    sh("nft", "-f", "-", stdin="table inet firewalld {\n chain filter_INPUT {\n"
       "  type filter hook input priority filter + 10; policy accept;\n  iifname \"lo\" accept\n  reject\n }\n}\n")
    log = pathlib.Path("/tmp/firewall-cmd.log")
    fake = pathlib.Path("/usr/bin/firewall-cmd")
    fake.write_text(f"#!/bin/sh\necho \"$*\" >> {log}\n[ \"$1\" != --get-zones ] || echo block public trusted\n")
    fake.chmod(0o755)
    define("zoned", v4(1))
    bridge = bridge_of("zoned")
    matches(log.read_text(), rf"--zone=trusted --change-interface={bridge}")
    matches(sh("nft", "list", "chain", "inet", "lodge_zoned", "input").stdout, "reject")
    remove("zoned")
    matches(log.read_text(), rf"--zone=trusted --remove-interface={bridge}")
    fake.unlink()
    sh("nft", "delete", "table", "inet", "firewalld")
    nothing_left(LINKS)


def test_private_roots_do_not_meet():
    setup()
    os.makedirs("/tmp/root", exist_ok=True)
    pathlib.Path("/tmp/same.xml").write_text(f"<network><name>same</name>{v4(1)}</network>")
    pathlib.Path("/tmp/same2.xml").write_text(f"<network><name>same</name>{v4(2)}</network>")
    other = ("-c", "network:///embed?root=/tmp/root")
    net("net-create", "/tmp/same.xml")
    sh(LODGE, *other, "net-create", "/tmp/same2.xml")
    names = tables()
    equal(len(names), 2)
    assert any(re.match(r"inet lodge-[0-9a-f]{6}_same$", n) for n in names), names
    sh(LODGE, *other, "net-destroy", "same")
    equal(tables(), ["inet lodge_same"])
    net("net-destroy", "same")
    nothing_left(LINKS)


def test_private_roots_share_the_hosts_forwarding():
    """Whoever stops last puts it back, in whatever order."""
    setup()
    equal(forwarding(), "0")
    uris = []
    for number in (1, 2):
        os.makedirs(f"/tmp/house{number}", exist_ok=True)
        uris.append(("-c", f"network:///embed?root=/tmp/house{number}"))
        pathlib.Path(f"/tmp/shared{number}.xml").write_text(f"<network><name>shared</name>{v4(number)}</network>")
    for first, last in ((0, 1), (1, 0)):
        sh(LODGE, *uris[0], "net-create", "/tmp/shared1.xml")
        sh(LODGE, *uris[1], "net-create", "/tmp/shared2.xml")
        equal(forwarding(), "1")
        sh(LODGE, *uris[first], "net-destroy", "shared")
        equal(forwarding(), "1")
        sh(LODGE, *uris[last], "net-destroy", "shared")
        equal(forwarding(), "0")
    # one is killed, and its house taken away with all that could clean up after it
    sh(LODGE, *uris[0], "net-create", "/tmp/shared1.xml")
    net("net-create", "/tmp/shared2.xml")
    keeper = int(matches(pathlib.Path("/tmp/house1/run/lodge/vnet/shared/status").read_text(), r"^supervisor (\d+) ")[1])
    helper = int(pathlib.Path("/tmp/house1/run/lodge/vnet/shared/dnsmasq.pid").read_text())
    for pid in (keeper, helper):
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not runs(pid), what="the keeper's end")
    shutil.rmtree("/tmp/house1")
    net("net-destroy", "shared")
    equal(forwarding(), "0")
    equal(sorted(os.listdir("/run/lodge/vnet/.forwarding")), ["lock"])
    for table in tables():
        sh("nft", "delete", "table", *table.split())
    for link in set(os.listdir("/sys/class/net")) - LINKS:
        sh("ip", "link", "del", link)
    for point, _, _ in cgroup_mounts():
        for group in pathlib.Path(point).glob("lodge-*"):
            (group / "supervisors").rmdir()
            group.rmdir()


run(globals())
