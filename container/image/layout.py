#!/usr/bin/env python3
"""Puts the layers of Debian's packages and one with our own programs together as an OCI image, and prints its digest.

    layout.py LAYERS BINARIES SBOM DIRECTORY
"""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import time

ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "XDG_DATA_DIRS": "/usr/local/share:/usr/share",
    "GST_REGISTRY": "/usr/lib/tos/gstreamer.bin",
    "GST_REGISTRY_UPDATE": "no",
}
ENTRY = ["/usr/bin/tos-init", "--user", "1000:1000", "--"]
COMMAND = ["/usr/bin/tos-comp", "run", "--begin-on-stdin"]
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def stripped(path: str) -> bytes:
    """A program without what only a debugger reads."""
    temporary = subprocess.run(["mktemp"], check=True, capture_output=True, text=True).stdout.strip()
    try:
        subprocess.run(["strip", "--strip-debug", "--enable-deterministic-archives", "-o", temporary, path], check=True)
        with open(temporary, "rb") as file:
            return file.read()
    finally:
        os.unlink(temporary)


def ours(binaries: str, sbom: str, epoch: int) -> bytes:
    """The layer of our own programs."""
    with open(sbom, "rb") as file:
        bill = file.read()
    files = {
        "usr/bin/tos-comp": (0o755, stripped(os.path.join(binaries, "tos-comp"))),
        "usr/bin/tos-init": (0o755, stripped(os.path.join(binaries, "tos-init"))),
        "usr/share/tos/sbom.cdx.json": (0o644, bill),
    }
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name in ["usr", "usr/bin", "usr/share", "usr/share/tos"]:
            member = tarfile.TarInfo(name)
            member.type, member.mode, member.mtime = tarfile.DIRTYPE, 0o755, epoch
            tar.addfile(member)
        for name, (mode, content) in files.items():
            member = tarfile.TarInfo(name)
            member.mode, member.mtime, member.size = mode, epoch, len(content)
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


class Layout:
    """A directory as the OCI image layout wants it."""

    def __init__(self, directory: str):
        self.directory = directory
        self.blobs = os.path.join(directory, "blobs", "sha256")
        os.makedirs(self.blobs)

    def keep(self, content: bytes, media: str) -> dict:
        digest = hashlib.sha256(content).hexdigest()
        with open(os.path.join(self.blobs, digest), "wb") as file:
            file.write(content)
        return {"mediaType": media, "digest": "sha256:" + digest, "size": len(content)}

    def link(self, path: str, digest: str, size: int, media: str) -> dict:
        target = os.path.join(self.blobs, digest)
        try:
            os.link(path, target)
        except OSError:
            shutil.copyfile(path, target)
        return {"mediaType": media, "digest": "sha256:" + digest, "size": size}

    def write(self, name: str, content: dict) -> None:
        with open(os.path.join(self.directory, name), "w", encoding="utf-8") as file:
            json.dump(content, file)


def main() -> None:
    packages, binaries, sbom, directory = sys.argv[1:]
    epoch = int(os.environ["SOURCE_DATE_EPOCH"])
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch))
    with open(os.path.join(packages, "layers.json"), encoding="utf-8") as file:
        parts = json.load(file)
    shutil.rmtree(directory, ignore_errors=True)
    layout = Layout(directory)
    media = "application/vnd.oci.image.layer.v1.tar"
    layers = [layout.link(os.path.join(packages, part["name"] + ".tar"), part["digest"], part["size"], media) for part in parts]
    layers.append(layout.keep(ours(binaries, sbom, epoch), media))
    names = [part["name"] for part in parts] + ["tos"]
    config = layout.keep(json.dumps({
        "architecture": ARCHITECTURES[os.uname().machine],
        "os": "linux",
        "created": created,
        "config": {
            "Env": [f"{key}={value}" for key, value in ENVIRONMENT.items()],
            "Entrypoint": ENTRY,
            "Cmd": COMMAND,
            "WorkingDir": "/",
            "Labels": {"org.opencontainers.image.title": "workspace-core"},
        },
        "rootfs": {"type": "layers", "diff_ids": [layer["digest"] for layer in layers]},
        "history": [{"created": created, "created_by": name} for name in names],
    }).encode(), "application/vnd.oci.image.config.v1+json")
    manifest = layout.keep(json.dumps({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": config,
        "layers": layers,
    }).encode(), "application/vnd.oci.image.manifest.v1+json")
    layout.write("index.json", {"schemaVersion": 2, "manifests": [manifest]})
    layout.write("oci-layout", {"imageLayoutVersion": "1.0.0"})
    for name, layer in zip(names, layers):
        print(f"{name:<8} {layer['size'] / 1e6:>8.1f} MB  {layer['digest'][:19]}", file=sys.stderr)
    print(f"{'all':<8} {sum(layer['size'] for layer in layers) / 1e6:>8.1f} MB", file=sys.stderr)
    print(manifest["digest"])


if __name__ == "__main__":
    main()
