#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What virt-install writes, held against lodge and against libvirt.

virt-install runs for real against a libvirtd of the house. Its XML, and what libvirt makes of it, must be read
whole: no warning, no refusal. What lodge prints must say what libvirt prints, and libvirt must take it and print
the same. Left out of the comparison are addresses on PCI, USB and virtio-serial buses, and the ports of PCIe, which
the driver chooses, not the reader of XML.
"""
import os
import pathlib
import re
import shutil
import sys
import xml.etree.ElementTree as etree

sys.path.insert(0, os.environ["SOURCE"] + "/tests/lib")
import libvirtd  # noqa: E402
from house import needs, run, sh  # noqa: E402
from libvirtd import VIRSH  # noqa: E402

CONVERT = sys.argv[1] if len(sys.argv) > 1 else os.environ["BUILD"] + "/tests/peer/machine-xml"
IMPORT = "--import --disk /tmp/a.qcow2 --osinfo debian11 "
CASES = {
    "import-qcow2": IMPORT,
    "import-raw": "--import --disk path=/tmp/b.img,format=raw,cache=none,io=native,discard=unmap --osinfo fedora37",
    "kernel": "--boot kernel=/tmp/k,initrd=/tmp/i,kernel_args=console=ttyS0 --disk none --graphics none --osinfo linux2022",
    "cdrom": "--cdrom /tmp/c.iso --disk /tmp/a.qcow2 --graphics vnc --osinfo debian11",
    "generic": "--cdrom /tmp/c.iso --disk /tmp/b.img,format=raw --osinfo generic --graphics vnc,password=secret,listen=0.0.0.0",
    "no-screen": IMPORT + "--graphics none --network none",
    "spice": IMPORT + "--graphics spice,port=5901,tlsPort=5902,password=x,passwordValidTo=2031-01-01T00:00:00 --video virtio",
    "spice-gl": IMPORT + "--video qxl --sound ac97 --graphics spice,listen=none,gl.enable=yes,rendernode=/dev/dri/renderD128",
    "vnc": IMPORT + "--graphics vnc,port=5905,listens0.type=address,listens0.address=127.0.0.1,keymap=de,websocket=-1",
    "vnc-socket": IMPORT + "--graphics vnc,listens0.type=socket,listens0.socket=/tmp/v.sock",
    "nets": IMPORT + "--network network=default --network bridge=br0,model=e1000e,mac=52:54:00:11:22:33 --network user "
            "--network type=direct,source=eth0,source_mode=bridge,model=virtio",
    "net-options": IMPORT + "--network network=default,driver.queues=2,mtu.size=1400,link.state=down,boot.order=1,target.dev=tap7 "
                   "--network type=ethernet,target=tap5",
    "disks": IMPORT + "--disk /tmp/b.img,bus=sata,format=raw --disk /tmp/d.qcow2,bus=scsi,serial=ABC --disk "
             "/tmp/e.qcow2,bus=usb,readonly=on --disk device=cdrom --disk device=floppy --controller type=scsi,model=virtio-scsi",
    "block": "--import --disk /dev/loop0,device=disk,driver.cache=none,format=raw --osinfo debian11",
    "uefi": IMPORT + "--boot uefi --tpm none",
    "efi": IMPORT + "--boot firmware=efi,firmware.feature0.name=secure-boot,firmware.feature0.enabled=no --tpm none",
    "loader": IMPORT + "--tpm none --boot loader=/usr/share/OVMF/OVMF_CODE_4M.fd,loader.readonly=yes,loader.type=pflash,"
              "nvram.template=/usr/share/OVMF/OVMF_VARS_4M.fd,nvram=/tmp/x_VARS.fd",
    "i440fx": "--import --disk /tmp/a.qcow2,bus=ide --disk device=cdrom,bus=ide --osinfo debian11 --machine pc --graphics vnc",
    "characters": IMPORT + "--serial pty --serial file,path=/tmp/s.log --serial tcp,host=:4555,mode=bind,protocol=telnet --parallel "
                  "dev,path=/dev/parport0 --console pty,target_type=virtio --channel "
                  "unix,path=/tmp/ch.sock,mode=bind,target.type=virtio,name=org.x.0 --channel pty,target_type=virtio,name=org.y",
    "extras": IMPORT + "--rng /dev/random --watchdog i6300esb,action=poweroff --vsock cid.auto=yes --panic default --memballoon "
              "model=virtio,autodeflate=on --input keyboard,bus=virtio --input mouse,bus=ps2 --redirdev usb,type=tcp,server=localhost:4000",
    "fs-9p": IMPORT + "--filesystem /tmp,tag1 --filesystem source.dir=/srv,target.dir=tag2,accessmode=mapped,fmode=0640,dmode=0750,readonly=on",
    "fs-virtiofs": IMPORT + "--memorybacking source.type=memfd,access.mode=shared --filesystem "
                   "source.dir=/srv,target.dir=tag,driver.type=virtiofs",
    "cpu-model": IMPORT + "--vcpus 4,sockets=1,cores=2,threads=2,maxvcpus=4 --cpu Nehalem,+vmx,-aes",
    "cpu-host": IMPORT + "--cpu host-model --vcpus 4,maxvcpus=8",
    "cpu-passthrough": IMPORT + "--cpu host-passthrough,migratable=off,check=none",
    "windows": "--import --disk /tmp/a.qcow2 --osinfo win10 --clock offset=localtime",
    "features": IMPORT + "--features smm.state=on,pmu.state=off,kvm.hidden.state=on --events on_crash=restart,on_reboot=destroy "
                "--metadata title=hello,description=world",
    "qemu-commandline": IMPORT + "--qemu-commandline=-foo --qemu-commandline env=A=b",
    "boot-order": "--import --disk /tmp/a.qcow2,boot.order=2 --network network=default,boot.order=1 --osinfo debian11 --boot "
                  "menu=on,rebootTimeout=500",
    "boot": IMPORT + "--boot hd,cdrom,network,menu=on",
    "pxe": "--pxe --disk /tmp/a.qcow2 --osinfo fedora37 --network network=default",
    "hugepages": IMPORT + "--memorybacking hugepages=on,locked=on --memory 1024,maxmemory=2048",
    "ubuntu": "--import --disk /tmp/a.qcow2 --osinfo ubuntu22.10",
    "linux": "--import --disk /tmp/a.qcow2 --osinfo linux2016 --virt-type qemu",
}


def convert(source, target):
    """Every .xml of one folder into another; what was said about them."""
    os.makedirs(target, exist_ok=True)
    pairs = [word for path in sorted(pathlib.Path(source).glob("*.xml")) for word in (path, f"{target}/{path.name}")]
    return sh(CONVERT, *pairs, ok=False, timeout=120).stderr


def defined(path):
    """What libvirt makes of one document."""
    name = etree.parse(path).getroot().findtext("name")
    sh(*VIRSH, "define", path)
    text = sh(*VIRSH, "dumpxml", "--inactive", "--security-info", name).stdout
    sh(*VIRSH, "undefine", "--nvram", name)
    return text


def canonical(element):
    """Nested tuples without what the driver chooses; devices in any order."""
    attributes = dict(element.attrib)
    if element.tag == "target" and attributes.get("type") == "virtio":
        attributes.pop("port", None)  # libvirt counts a console otherwise when it is read again
    if "machine" in attributes:
        attributes["machine"] = re.sub(r"^pc-(q35).*|^pc-i440fx.*", lambda m: m[1] or "pc", attributes["machine"])
    kids = [canonical(kid) for kid in element
            if not (kid.tag == "address" and kid.get("type") in ("pci", "usb", "virtio-serial"))
            and not (element.tag == "controller" and kid.tag in ("model", "target"))
            and not (element.tag == "devices" and kid.tag == "controller" and str(kid.get("model")).startswith("pcie-"))]
    if element.tag == "devices":
        kids.sort(key=repr)
    return element.tag, tuple(sorted(attributes.items())), (element.text or "").strip(), tuple(kids)


def difference(ours, theirs, path=""):
    """One line for each place where two trees differ."""
    if ours == theirs:
        return
    path = f"{path}/{ours[0]}"
    if ours[:3] != theirs[:3]:
        yield f"{path}: lodge {ours[1:3]}, libvirt {theirs[1:3]}"
    if path.endswith("/devices") or [k[0] for k in ours[3]] != [k[0] for k in theirs[3]]:
        yield from (f"{path}: only lodge: {kid}" for kid in ours[3] if kid not in theirs[3])
        yield from (f"{path}: only libvirt: {kid}" for kid in theirs[3] if kid not in ours[3])
        return
    for one, other in zip(ours[3], theirs[3]):
        yield from difference(one, other, path)


def compare(ours, theirs, name):
    return [f"{name}{line}" for line in difference(canonical(etree.fromstring(ours)), canonical(etree.fromstring(theirs)))]


def said(lines):
    lines = "\n".join(lines) if isinstance(lines, list) else lines
    assert not lines, "\n" + lines


def test_set_up():
    needs("virt-install", "qemu-img")
    libvirtd.start()
    for name in ("a", "d", "e"):
        sh("qemu-img", "create", "-q", "-f", "qcow2", f"/tmp/{name}.qcow2", "1G")
    sh("truncate", "-s", "1G", "/tmp/b.img")
    sh("truncate", "-s", "10M", "/tmp/c.iso", "/tmp/k", "/tmp/i")
    os.makedirs("/tmp/installed")
    os.makedirs("/tmp/libvirt")
    if not os.path.exists("/dev/loop0"):
        CASES.pop("block")
    for name, options in CASES.items():
        memory = [] if "--memory " in options else ["--memory", "512"]
        made = sh("virt-install", "--connect", "qemu:///system", "--print-xml", "1", "--check", "path_in_use=off", "--name", name,
                  *memory, *options.split(), timeout=60, env={"XDG_CACHE_HOME": "/tmp"})
        pathlib.Path(f"/tmp/installed/{name}.xml").write_text(made.stdout)


def ready():
    needs("virt-install", "qemu-img", "libvirtd", "virsh", "qemu-system-x86_64")
    assert os.path.isdir("/tmp/installed"), "set-up has failed"
    return sorted(pathlib.Path("/tmp/installed").glob("*.xml"))


def test_virt_install_is_read_whole():
    ready()
    said(convert("/tmp/installed", "/tmp/ours"))


def test_lodge_prints_what_libvirt_prints():
    problems = []
    for path in ready():
        ours, theirs = pathlib.Path(f"/tmp/ours/{path.name}").read_text(), defined(path)
        pathlib.Path(f"/tmp/libvirt/{path.name}").write_text(theirs)
        if "<cpu" not in ours:  # libvirt asks QEMU for its default and writes it down; lodge's driver may
            theirs = re.sub(r"  <cpu.*?</cpu>\n", "", theirs, flags=re.S)
        problems += compare(ours, theirs, path.stem)
    said(problems)


def test_libvirt_is_read_whole():
    ready()
    said(convert("/tmp/libvirt", "/tmp/again"))


def test_libvirt_reads_ours():
    problems = []
    for path in ready():
        problems += compare(defined(f"/tmp/ours/{path.name}"),
                            pathlib.Path(f"/tmp/libvirt/{path.name}").read_text(), path.stem)
    said(problems)


if not shutil.which("virt-install"):
    print("1..0 # SKIP needs virt-install")
else:
    run(globals())
