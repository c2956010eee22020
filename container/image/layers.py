#!/usr/bin/env python3
"""Cuts a root file system into layers: one for each list of packages, and `setup` for what no package brought.

    layers.py ROOT.tar DIRECTORY LAYER...

A new version of the browser then leaves the others as they are. Everything in a layer is in the order of its name, with
no time after SOURCE_DATE_EPOCH and no name of a user, so that the same files give the same layer.
"""

import hashlib
import json
import os
import posixpath
import sys
import tarfile

# Where things of the making are; see build.
MAKING = "image"
# What there is in /run before anything runs; the rest was left by the making.
RUN = ["run", "run/etc", "run/lock", "run/tos", "run/user"]


class Layer:
    """One layer as it is written."""

    def __init__(self, directory: str, name: str):
        self.name = name
        self.path = os.path.join(directory, name + ".tar")
        self.file = open(self.path, "wb")
        self.tar = tarfile.open(fileobj=self.file, mode="w", format=tarfile.GNU_FORMAT)
        self.directories: set[str] = set()
        self.files = 0

    def close(self) -> dict:
        self.tar.close()
        self.file.close()
        with open(self.path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"name": self.name, "digest": digest, "size": os.path.getsize(self.path), "files": self.files}


def plain(name: str) -> str:
    """A member's name without the `./` before it."""
    return posixpath.normpath("/" + name).lstrip("/")


def resolved(path: str, links: dict[str, str]) -> str:
    """Where a path leads if its directories are followed: packages still say /lib, which is a link to /usr/lib."""
    done = ""
    for part in path.split("/")[:-1]:
        done = posixpath.join(done, part)
        for _ in range(8):
            if done not in links:
                break
            done = plain(posixpath.join("/", posixpath.dirname(done), links[done]))
    return posixpath.join(done, posixpath.basename(path))


def owners(tar: tarfile.TarFile, members: dict[str, tarfile.TarInfo], layers: list[str]) -> dict[str, str]:
    """The layer of every path that a package brought: the first whose list made dpkg install that package."""

    def text(name: str) -> str:
        file = tar.extractfile(members[name])
        return file.read().decode() if file else ""

    links = {name: member.linkname for name, member in members.items() if member.issym()}
    owner: dict[str, str] = {}
    seen: set[str] = set()
    for layer in layers:
        for package in text(f"{MAKING}/{layer}.installed").split():
            if package in seen:
                continue
            seen.add(package)
            base = "var/lib/dpkg/info/"
            lists = [base + package + ".list", base + package.split(":")[0] + ".list"]
            found = next((name for name in lists if name in members), None)
            for line in text(found).splitlines() if found else []:
                owner.setdefault(resolved(plain(line), links), layer)
    return owner


def main() -> None:
    root, directory, layers = sys.argv[1], sys.argv[2], sys.argv[3:]
    epoch = int(os.environ["SOURCE_DATE_EPOCH"])
    os.makedirs(directory)
    with tarfile.open(root) as tar:
        members = {plain(member.name): member for member in tar}
        owner = owners(tar, members, layers)
        writers = {name: Layer(directory, name) for name in [*layers, "setup"]}

        def put(layer: Layer, name: str) -> None:
            member = members[name]
            if name and posixpath.dirname(name) not in layer.directories:
                put(layer, posixpath.dirname(name))
            if member.isdir():
                if name in layer.directories:
                    return
                layer.directories.add(name)
                if not name:
                    return
            copy = tarfile.TarInfo(name)
            copy.type, copy.mode = member.type, member.mode
            # A directory's time is when something was last put into it, whichever layer that is in.
            copy.mtime = epoch if member.isdir() else min(int(member.mtime), epoch)
            copy.uid, copy.gid = member.uid, member.gid
            copy.linkname, content = member.linkname, None
            if member.islnk():
                target = plain(member.linkname)
                copy.linkname = target
                if owner.get(target, "setup") != layer.name:
                    copy.type, copy.linkname, member = tarfile.REGTYPE, "", members[target]
            if member.isreg():
                copy.size, content = member.size, tar.extractfile(member)
            layer.tar.addfile(copy, content)
            layer.files += not member.isdir()

        members.setdefault("", tarfile.TarInfo(""))
        for name in sorted(members):
            member = members[name]
            top = name.split("/")[0]
            # Devices are the engine's, and files of the making are no part of it.
            if not name or top == MAKING or (top == "dev" and name != "dev") or member.ischr() or member.isblk():
                continue
            if top == "run" and name not in RUN and posixpath.dirname(name) != "run/etc":
                continue
            put(writers[owner.get(name, "setup")], name)

        status = tar.extractfile(members["var/lib/dpkg/status"])
        if status is None:
            sys.exit("layers: no list of packages in the root")
        with open(os.path.join(directory, "status"), "wb") as file:
            file.write(status.read())
    done = [writer.close() for writer in writers.values()]
    with open(os.path.join(directory, "layers.json"), "w", encoding="utf-8") as file:
        json.dump(done, file, indent=1)


if __name__ == "__main__":
    main()
