#!/usr/bin/env python3
"""Prints what is in the image, as CycloneDX 1.5 JSON: Debian's packages, and the crates that our programs are made of.

    sbom.py DPKG_STATUS
"""

import datetime
import json
import os
import subprocess
import sys

PROGRAMS = ["compositor", "tos-init"]


def debian(path: str) -> list[dict]:
    """A component for every installed package."""
    found = []
    with open(path, encoding="utf-8") as file:
        for paragraph in file.read().split("\n\n"):
            field = dict(line.split(": ", 1) for line in paragraph.splitlines() if not line.startswith(" ") and ": " in line)
            if field.get("Status") != "install ok installed":
                continue
            name, version, architecture = field["Package"], field["Version"], field["Architecture"]
            source = field.get("Source", name).split(" ")[0]
            found.append({
                "type": "library",
                "name": name,
                "version": version,
                "purl": f"pkg:deb/debian/{name}@{version.replace('+', '%2B').replace(':', '%3A')}?arch={architecture}&distro=debian-12",
                "properties": [{"name": "debian:source", "value": source}],
            })
    return found


def crates() -> list[dict]:
    """A component for every crate that is in one of our programs."""
    packages = [word for program in PROGRAMS for word in ("-p", program)]
    command = ["cargo", "tree", "--locked", "--offline", *packages, "--edges", "normal", "--prefix", "none", "--format", "{p}\t{l}"]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = {}
    for line in out.splitlines():
        what, _, licence = line.replace(" (*)", "").partition("\t")
        if not what:
            continue
        name, version = what.split(" ")[:2]
        own = "(" in what and "proc-macro" not in what
        one = {"type": "library", "name": name, "version": version.lstrip("v"), "purl": f"pkg:cargo/{name}@{version.lstrip('v')}"}
        if own:
            del one["purl"]
        if licence:
            one["licenses"] = [{"expression": licence.replace("/", " OR ")}]
        found[name, version] = one
    return [found[key] for key in sorted(found)]


def main() -> None:
    time = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    components = debian(sys.argv[1]) + crates()
    json.dump({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {"type": "container", "name": "workspace-core"},
        },
        "components": components,
    }, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
