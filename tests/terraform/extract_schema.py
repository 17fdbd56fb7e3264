"""Recovers the schema of Terraform's google provider from its bindings on PyPI.

No package index has the provider itself, but `cdktn-provider-google` was generated from its schema,
and what was generated says everything that `terraform validate` asks a provider for: each
attribute's type and whether it is required, optional or computed; each block's nesting; and the
values that are allowed, by the block that they belong to. Run as

    python -m tests.terraform.extract_schema WHEEL

it writes anew `google_schema.json`: the resources that infra/terraform uses, no others.
"""

import io
import json
import re
import sys
import tarfile
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
SCHEMA = HERE / "google_schema.json"
ROOT = HERE.parents[1] / "infra" / "terraform"

CLASS = re.compile(r"^class (\w+) extends cdktn\.(\w+) \{", re.MULTILINE)
PROPERTY = re.compile(
    r"^    // (\w+) - computed: (true|false), optional: (true|false), required: (true|false)\n",
    re.MULTILINE,
)
MEMBER = re.compile(r'= new (cdktn\.)?(?:index_\d+\.)?(\w+)\(this, "\w+"(?:, (true|false))?\)')
GETTER = re.compile(r"this\.get(\w*?)Attribute\(")
RESOURCE_TYPE = re.compile(r'static tfResourceType = "(\w+)"')
INTERFACE = re.compile(r"^export interface (\w+)[^{]*\{(.*?)^\}", re.MULTILINE | re.DOTALL)
DOCUMENTED = re.compile(r"/\*\*(.*?)\*/\s*readonly \w+\??:", re.DOTALL)
ANCHOR = re.compile(r"#(\w+) \w+#")
ALLOWED = re.compile(r"Possible values: \[(.*?)\]", re.DOTALL)

TYPES = {
    "String": "string", "Number": "number", "Boolean": "bool", "List": ["list", "string"],
    "NumberList": ["list", "number"], "StringMap": ["map", "string"],
    "NumberMap": ["map", "number"], "BooleanMap": ["map", "bool"], "AnyMap": ["map", "string"],
    "StringMapList": ["list", ["map", "string"]],
}  # fmt: skip
SETS = {"List": ["set", "string"], "NumberList": ["set", "number"]}


class Bindings:
    """The generated sources of one resource type."""

    def __init__(self, javascript: str, declarations: str) -> None:
        marks = list(CLASS.finditer(javascript))
        ends = [*(mark.start() for mark in marks[1:]), len(javascript)]
        self.classes = {
            mark[1]: javascript[mark.start() : end] for mark, end in zip(marks, ends, strict=True)
        }
        self.resource = next((m[1] for m in marks if m[2] == "TerraformResource"), None)
        self.type = (RESOURCE_TYPE.search(javascript) or ["", ""])[1]
        self.allowed = {name: _allowed(body) for name, body in INTERFACE.findall(declarations)}

    def block(self, name: str, interface: str, within: tuple[str, ...] = ()) -> dict:
        """Return the attributes and blocks of a class; one within itself is left empty."""
        found: dict = {"attributes": {}, "blocks": {}}
        if name in within or name not in self.classes:
            return found
        source = self.classes[name]
        marks = list(PROPERTY.finditer(source))
        ends = [*(mark.start() for mark in marks[1:]), len(source)]
        for mark, end in zip(marks, ends, strict=False):  # a class may have no properties
            self._add(found, mark, source[mark.end() : end], interface, (*within, name))
        return found

    def _add(self, found, mark, code, interface, within):
        name = mark[1]
        computed, optional, required = (each == "true" for each in mark.groups()[1:])
        flags = "r" * required + "o" * optional + "c" * computed
        member = MEMBER.search(code)
        if member is None or member[1]:
            kind = _type(code) if member is None else TYPES.get(member[2], ["map", "string"])
            attribute = {"type": kind, "flags": flags}
            if values := self.allowed.get(interface, {}).get(name):
                attribute["allowed"] = values
            found["attributes"][name] = attribute
            return
        inner = member[2].removesuffix("List").removesuffix("OutputReference")
        single = member[2].endswith("OutputReference")
        block = self.block(f"{inner}OutputReference", inner, within)
        if flags == "c":
            found["attributes"][name] = {"type": ["list", _object(block)], "flags": "c"}
            return
        nesting = "single" if name == "timeouts" else "set" if member[3] == "true" else "list"
        found["blocks"][name] = {
            "nesting": nesting, "min": int(required), "max": int(single), "block": block,
        }  # fmt: skip


def _type(code):
    kind = (GETTER.search(code) or ["", ""])[1]
    if "cdktn.Fn.tolist(" in code and kind in SETS:
        return SETS[kind]
    return TYPES.get(kind, "dynamic")


def _object(block):
    fields = {name: each["type"] for name, each in block["attributes"].items()}
    inner = {name: ["list", _object(each["block"])] for name, each in block["blocks"].items()}
    return ["object", fields | inner]


def _allowed(interface_body):
    """Return the values that attributes of one interface may have."""
    found = {}
    for text in DOCUMENTED.findall(interface_body):
        anchor, values = ANCHOR.search(text), ALLOWED.search(text)
        if anchor and values and (listed := sorted(set(re.findall(r'"([^"]+)"', values[1])))):
            found[anchor[1]] = listed
    return found


def used_types(root=ROOT):
    """Return the types of all resources that the configuration declares."""
    declared = re.compile(r'^resource "(\w+)"', re.MULTILINE)
    return sorted(
        {name for path in root.rglob("*.tf") for name in declared.findall(path.read_text())}
    )


def _sources(bindings, folder, suffix):
    """Yield the files of a resource type; the blocks of large ones stand in files of their own."""
    yield bindings.extractfile(f"{folder}/index{suffix}").read().decode()
    blocks = re.compile(rf"{folder}/index-structs/structs\d+{re.escape(suffix)}")
    for name in sorted(filter(blocks.fullmatch, bindings.getnames())):
        yield bindings.extractfile(name).read().decode()


def extract(wheel, wanted):
    """Return the schema of the wanted resource types, with where it comes from."""
    with zipfile.ZipFile(wheel) as archive:
        inner = next(name for name in archive.namelist() if name.endswith(".jsii.tgz"))
        bindings = tarfile.open(fileobj=io.BytesIO(archive.read(inner)))  # noqa: SIM115 - below
    with bindings:
        folders = {
            name: f"package/lib/{name.removeprefix('google_').replace('_', '-')}" for name in wanted
        }
        resources, version = {}, None
        for name, folder in folders.items():
            javascript = "".join(_sources(bindings, folder, ".js"))
            found = Bindings(javascript, "".join(_sources(bindings, folder, ".d.ts")))
            assert found.type == name, f"{folder} is {found.type}"
            resources[name] = found.block(found.resource, f"{found.resource}Config")
            version = re.search(r"providerVersion: '([\d.]+)'", javascript)[1]
    return {
        "source": f"{Path(wheel).name}, MPL-2.0, generated from hashicorp/google {version}",
        "version": version,
        "resources": resources,
    }


if __name__ == "__main__":
    extracted = extract(sys.argv[1], used_types())
    SCHEMA.write_text(json.dumps(extracted, indent=0, sort_keys=True) + "\n")
    sys.stdout.write(f"{len(extracted['resources'])} resource types of {extracted['version']}\n")
