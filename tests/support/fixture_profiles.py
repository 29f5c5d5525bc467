"""Profiles for tests: complete, with round values, made from the schema that ktlssim prints."""
import json
import pathlib
import subprocess


def schema(ktlssim):
    return json.loads(subprocess.run([ktlssim, "schema"], check=True, capture_output=True, text=True).stdout)


# What has no unit in its name, or a size of its own.
_VALUES = {
    "cpus": 4, "numa_domains": 1, "threads_per_core": 1, "smt_speed": 1, "page_bytes": 4096,
    "slice_ns": 1e8, "preempt_thresh": 80, "pri_ithread_net": 8, "pri_swi_net": 28, "pri_kthread": 84,
    "pri_socket_sleep": 104, "pri_user": 120, "pri_max_interact": 152,
    "engines": 4, "ports": 1, "ring_descriptors": 1024, "descriptors_per_request": 8, "egress_update_descriptors": 32,
    "byte_ns": 0.2,
}


def _value(name, part, group):
    if name in _VALUES:
        return _VALUES[name]
    if name.endswith("_per_byte") or group.endswith("_per_byte"):
        return 0.1
    return 100 if name.endswith("_ns") else max(part["minimum"], 0)


def _complete(description, leave_out, group=""):
    """A profile with some value for everything that `description` (a schema's object) holds."""
    profile = {}
    for name, part in description["properties"].items():
        if name in leave_out or name in ("profile", "name"):
            continue
        if part.get("type") == "object":
            profile[name] = _complete(part, leave_out, name)
        elif "if" in part:
            profile[name] = {"value": _value(name, part, group), "source": "a test", "confidence": "estimated"}
        elif "enum" in part:
            profile[name] = part["default"]
        else:
            profile[name] = "made for a test"
    return profile


def write_profiles(ktlssim, directory):
    """Writes a host `testhost` (4 CPUs) and drivers `testaesni` and `testccr` (aes-128-gcm only) for KTLSSIM_DATA."""
    properties = schema(ktlssim)["properties"]
    host = _complete(properties["host"]["anyOf"][1], ())
    aesni = _complete(properties["driver"]["anyOf"][1], ("device", "ccr", "qat", "qat_ocf"))
    ccr = _complete(properties["driver"]["anyOf"][1], ("qat", "qat_ocf", "aes-256-gcm"))
    ccr["kind"] = "ccr"
    for kind, name, profile in (("hosts", "testhost", host), ("drivers", "testaesni", aesni),
                                ("drivers", "testccr", ccr)):
        path = pathlib.Path(directory) / "profiles" / kind / (name + ".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(profile, indent=1))
