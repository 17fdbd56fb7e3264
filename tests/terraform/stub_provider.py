"""A google provider that knows its schema and nothing else.

`terraform validate` and `terraform test` with mocks ask a provider for no more than that. It is
served over gRPC, and Terraform finds it by ``TF_REATTACH_PROVIDERS``: no registry, no download.
Beyond Terraform's own checks it refuses attributes that only Google sets, and values that the
provider would refuse.
"""

import json
import os
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path

import grpc
import msgpack
from tf.gen import tfplugin_pb2, tfplugin_pb2_grpc

SCHEMA = Path(__file__).with_name("google_schema.json")
ADDRESS = "registry.terraform.io/hashicorp/google"
PROTOCOL = 6
Nested = tfplugin_pb2.Schema.NestedBlock
NESTINGS = {"list": Nested.LIST, "set": Nested.SET, "single": Nested.SINGLE}
PROVIDER = {
    "project": "string",
    "region": "string",
    "zone": "string",
    "default_labels": ["map", "string"],
    "user_project_override": "bool",
    "billing_project": "string",
}


def _block(spec):
    return tfplugin_pb2.Schema.Block(
        attributes=[
            tfplugin_pb2.Schema.Attribute(
                name=name,
                type=json.dumps(each["type"]).encode(),
                required="r" in each["flags"],
                optional="o" in each["flags"],
                computed="c" in each["flags"],
            )
            for name, each in spec["attributes"].items()
        ],
        block_types=[_nested(name, each) for name, each in spec["blocks"].items()],
    )


def _nested(name, each):
    single = each["nesting"] == "single"
    return Nested(
        type_name=name,
        nesting=NESTINGS[each["nesting"]],
        min_items=0 if single else each["min"],
        max_items=0 if single else each["max"],
        block=_block(each["block"]),
    )


def faults(spec, values, path=()):
    """Yield what the provider itself would refuse: (message, path)."""
    for name, each in spec["attributes"].items():
        value = values.get(name)
        if value is None or isinstance(value, msgpack.ExtType):  # not known yet
            continue
        if each["flags"] == "c":
            yield f"{name} is read-only", (*path, name)
        allowed = each.get("allowed")
        if allowed and isinstance(value, str) and value not in allowed:
            yield f"{name} must be one of {allowed}, not {value!r}", (*path, name)
    for name, each in spec["blocks"].items():
        found = values.get(name)
        rows = found if isinstance(found, list) else [found]
        for number, row in enumerate(rows):
            if isinstance(row, dict):
                yield from faults(each["block"], row, (*path, name, number))


class Provider(tfplugin_pb2_grpc.ProviderServicer):
    """Answers what `terraform validate` asks."""

    def __init__(self, resources):
        self.resources = resources
        provider = {
            "attributes": {n: {"type": kind, "flags": "o"} for n, kind in PROVIDER.items()},
            "blocks": {},
        }
        self.schema = tfplugin_pb2.GetProviderSchema.Response(
            provider=tfplugin_pb2.Schema(block=_block(provider)),
            resource_schemas={
                name: tfplugin_pb2.Schema(version=0, block=_block(spec))
                for name, spec in resources.items()
            },
        )

    def GetMetadata(self, request, context):
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "ask for the schema")

    def GetProviderSchema(self, request, context):
        return self.schema

    def ValidateProviderConfig(self, request, context):
        return tfplugin_pb2.ValidateProviderConfig.Response()

    def ValidateResourceConfig(self, request, context):
        values = msgpack.unpackb(request.config.msgpack, raw=False, strict_map_key=False)
        found = faults(self.resources[request.type_name], values)
        return tfplugin_pb2.ValidateResourceConfig.Response(
            diagnostics=[_diagnostic(message, path) for message, path in found]
        )

    def ConfigureProvider(self, request, context):
        return tfplugin_pb2.ConfigureProvider.Response()

    def GetFunctions(self, request, context):
        return tfplugin_pb2.GetFunctions.Response()

    def StopProvider(self, request, context):
        return tfplugin_pb2.StopProvider.Response()


def _diagnostic(message, path):
    step = tfplugin_pb2.AttributePath.Step
    steps = [
        step(attribute_name=each) if isinstance(each, str) else step(element_key_int=each)
        for each in path
    ]
    return tfplugin_pb2.Diagnostic(
        severity=tfplugin_pb2.Diagnostic.ERROR,
        summary=message,
        attribute=tfplugin_pb2.AttributePath(steps=steps),
    )


@contextmanager
def served(socket):
    """Serve the provider on a socket, and give the environment in which Terraform finds it."""
    resources = json.loads(SCHEMA.read_text())["resources"]
    server = grpc.server(
        futures.ThreadPoolExecutor(8), options=[("grpc.max_send_message_length", 1 << 28)]
    )
    tfplugin_pb2_grpc.add_ProviderServicer_to_server(Provider(resources), server)
    server.add_insecure_port(f"unix://{socket}")
    server.start()
    where = {
        "Protocol": "grpc",
        "ProtocolVersion": PROTOCOL,
        "Pid": os.getpid(),
        "Test": True,
        "Addr": {"Network": "unix", "String": str(socket)},
    }
    environment = {name: each for name, each in os.environ.items() if name != "TF_CLI_CONFIG_FILE"}
    try:
        yield environment | {
            "CHECKPOINT_DISABLE": "1",
            "TF_IN_AUTOMATION": "1",
            "TF_REATTACH_PROVIDERS": json.dumps({ADDRESS: where}),
        }
    finally:
        server.stop(0)
