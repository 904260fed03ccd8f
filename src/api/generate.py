#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Make the entry points of liblodge from calls.toml.

usage: generate.py calls.toml KIND OUTPUT
KIND: entry    C: every checked public function
      header   C: prototypes of the hand-written halves
      check    C: fails to compile when a prototype of the public headers differs from the table
      map      version script for the linker
      symbols  sorted list of exported symbols, to compare with the checked-in one
"""
import pathlib
import re
import sys
import tomllib

OBJECTS = {"virConnectPtr": "connect", "virDomainPtr": "domain", "virNetworkPtr": "network",
           "virStreamPtr": "stream"}
ROLES = {"objects": "DomainObjects", "lifecycle": "DomainLifecycle", "consoles": "DomainConsoles",
         "resources": "DomainResources", "devices": "DomainDevices", "jobs": "DomainJobs",
         "machines": "DomainMachines", "networks": "NetworkRole"}
KEYS = {"text", "returns", "args", "flags", "write_flags", "exclusive", "optional", "permission",
        "plain", "hand", "role", "shape", "same", "unsupported", "variable", "since"}
KINDS = ("plain", "hand", "role", "same", "unsupported", "variable")
LICENCE = "/* SPDX-License-Identifier: LGPL-2.1-or-later */"


class TableError(Exception):
    """The table contradicts itself; the message names the call."""


class Call:
    def __init__(self, name, entry):
        self.name = name
        unknown = set(entry) - KEYS
        if unknown:
            raise TableError(f"{name}: unknown key {', '.join(sorted(unknown))}")
        kinds = [kind for kind in KINDS if kind in entry]
        if len(kinds) != 1:
            raise TableError(f"{name}: needs exactly one of {', '.join(KINDS)}")
        self.kind = kinds[0]
        for key in ("text", "since", "returns"):
            if key not in entry:
                raise TableError(f"{name}: '{key}' is missing")
        self.text, self.since = entry["text"], entry["since"]
        self.returns = entry["returns"][0]
        self.args = [tuple(arg) for arg in entry.get("args", [])]
        if any(len(arg) != 3 or not all(arg) for arg in self.args):
            raise TableError(f"{name}: an argument is type, name and meaning")
        self.flags = entry.get("flags", [])
        self.write_flags = entry.get("write_flags", [])
        self.exclusive = entry.get("exclusive", [])
        self.optional = entry.get("optional", [])
        self.permission = entry.get("permission")
        self.target = entry[self.kind]
        self.shape = entry.get("shape")
        self.check()

    def check(self):
        names = [arg[1] for arg in self.args]
        for option in self.optional:
            if option not in names:
                raise TableError(f"{self.name}: optional '{option}' is no argument")
        for flag in self.write_flags + self.exclusive:
            if flag not in self.flags:
                raise TableError(f"{self.name}: {flag} is not among its flags")
        if self.flags and "flags" not in names:
            raise TableError(f"{self.name}: has flags and no argument 'flags'")
        if self.kind in ("plain", "variable"):
            return
        if self.permission not in ("read", "write"):
            raise TableError(f"{self.name}: permission is 'read' or 'write'")
        if not self.args or self.args[0][0] not in OBJECTS:
            raise TableError(f"{self.name}: a checked call begins with an object")
        if self.kind == "role" and (self.target.split(".")[0] not in ROLES or
                                    self.shape not in SHAPES):
            raise TableError(f"{self.name}: role '{self.target}' or shape '{self.shape}' is unknown")

    @property
    def object(self):
        return OBJECTS[self.args[0][0]]

    @property
    def has_flags(self):
        return any(arg[1] == "flags" for arg in self.args)

    @property
    def failure(self):
        if self.returns.endswith("*") or self.returns.endswith("Ptr"):
            return "NULL"
        return {"int": "-1", "unsigned int": "(unsigned int)-1"}.get(self.returns, "0")

    def parameters(self, first=()):
        return ", ".join([*first, *(declare(arg[0], arg[1]) for arg in self.args)]) or "void"

    def needed(self):
        """Pointer arguments that must not be NULL, objects first."""
        for kind, name, _ in self.args[1:]:
            if name in self.optional or name == "flags":
                continue
            if kind in OBJECTS or kind.endswith("*") or kind.endswith("Ptr") or "**" in kind \
                    or "(*)" in kind or kind.endswith(("Callback", "Func")):
                yield kind, name


def declare(kind, name):
    """'char *' 'x' -> 'char *x'; function pointers have the name inside."""
    if "(*)" in kind:
        return kind.replace("(*)", f"(*{name})", 1)
    return kind + ("" if kind.endswith("*") else " ") + name


def bits(flags):
    return " | ".join(f"(guint){flag}" for flag in flags) or "0"


# What the body of a uniform call does with its role function: (arguments, what success yields).
def action(call, role):
    return f"if ({role})\n                result = 0;"


PASS = ", *"
SHAPES = {
    "action": ("", action),
    "action-flags": (", flags", action),
    "set-bool": (", autostart != 0", action),
    "bool": (", &value", lambda call, role: f"if ({role})\n                result = value != FALSE;"),
    "get-bool": (", &value", lambda call, role:
                 f"if ({role}) {{\n                *{call.args[1][1]} = value != FALSE;\n"
                 "                result = 0;\n            }"),
    "string": ("", lambda call, role: f"result = {role};"),
    "string-flags": (", flags", lambda call, role: f"result = {role};"),
    # The arguments of the call after the object, as they are.
    "pass": (PASS, action),
    "pass-string": (PASS, lambda call, role: f"result = {role};"),
    "get-params": (", flags & ~(guint)VIR_TYPED_PARAM_STRING_OKAY", lambda call, role:
                   f"result = param_list_give(&call, {role}, params, nparams);"),
    "set-params": (", list, flags", lambda call, role:
                   "g_autoptr(GArray) list = param_list_take(&call, params, nparams);\n"
                   f"            if (list != NULL && {role})\n                result = 0;"),
}


def role_body(call):
    role, function = call.target.split(".")
    first = call.args[0][1]
    arguments, finish = SHAPES[call.shape]
    if arguments == PASS:
        arguments = "".join(f", {arg[1]}" for arg in call.args[1:])
    if role == "networks":
        table, context = f"{first}->conn->networks", f"&{first}->conn->network_ctx"
    else:
        table, context = f"{first}->home->driver->{role}", f"&{first}->home->ctx"
    invoke = f"role->{function}(call_ctx(&call, {context}), {first}->ref{arguments}, &call.error)"
    if any(arg[1] == "xml" for arg in call.args):
        context_before = "            call_takes_xml(&call);\n"
    else:
        context_before = ""
    value = "        gboolean value = FALSE;\n" if "&value" in arguments else ""
    return (f"{{\n        const {ROLES[role]} *role = {table};\n{value}\n"
            f"        if (role == NULL || role->{function} == NULL) {{\n"
            f"            call_unsupported(&call);\n        }} else {{\n"
            f"{context_before}            {finish(call, invoke)}\n        }}\n    }}")


def entry(call):
    head = f"{call.returns}{'' if call.returns.endswith('*') else ''}\n{call.name}({call.parameters()})\n{{\n"
    if call.kind == "same":
        return f"{head}    return {call.target};\n}}\n"
    spec = (f"    static const CallSpec spec = {{\n        .name = \"{call.name}\",\n"
            f"        .writes = {'TRUE' if call.permission == 'write' else 'FALSE'},\n"
            f"        .flags = {bits(call.flags)},\n        .write_flags = {bits(call.write_flags)},\n"
            f"        .exclusive = {bits(call.exclusive)},\n    }};\n")
    flags = "flags" if call.has_flags else "0"
    checks = [f"call_begin_{call.object}(&call, &spec, {call.args[0][1]}, {flags})"]
    for kind, name in call.needed():
        if kind in OBJECTS:
            checks.append(f"call_needs_{OBJECTS[kind]}(&call, {name})")
        else:
            checks.append(f"call_needs(&call, {name} != NULL, \"{name}\")")
    if call.kind == "role":
        body = role_body(call)
    elif call.kind == "unsupported":
        body = "\n        call_unsupported(&call);"
    else:
        names = ", ".join(["&call", *(arg[1] for arg in call.args)])
        body = f"\n        result = {call.target}({names});"
    joined = " &&\n        ".join(checks)
    return (f"{head}{spec}    {declare(call.returns, 'result')} = {call.failure};\n    Call call;\n\n"
            f"    if ({joined}) {body.lstrip(' ')}\n    call_end(&call);\n    return result;\n}}\n")


def write_entry(calls, source):
    yield f"{LICENCE}\n/* Made from {source} by generate.py; do not edit. */"
    yield '#include "api/calls.h"\n#include "api/object.h"\n#include "api/param-list.h"\n'
    yield from (entry(call) for call in calls if call.kind not in ("plain", "variable"))


def write_header(calls, source):
    yield f"{LICENCE}\n/* Made from {source} by generate.py; do not edit. */"
    yield "/* api/calls.h - the hand-written half of each public call that is not uniform. */"
    yield '#pragma once\n\n#include "api/call.h"\n'
    for call in calls:
        if call.kind == "hand":
            yield f"{declare(call.returns, call.target)}({call.parameters(['Call *call'])});"


def write_check(calls, source):
    yield f"{LICENCE}\n/* Made from {source} by generate.py; do not edit. */"
    yield "#include <lodge/libvirt-lxc.h>\n#include <lodge/libvirt-qemu.h>\n#include <lodge/lodge.h>\n"
    for call in calls:
        if call.kind == "variable":
            yield f"extern {declare(call.returns, call.name)};"
        else:
            yield f"{declare(call.returns, call.name)}({call.parameters()});"


def write_map(calls, source):
    yield f"# Made from {source} by generate.py; do not edit."
    nodes = {}
    for call in calls:
        nodes.setdefault(call.since, []).append(call.name)
    previous = ""
    for since in sorted(nodes, key=lambda text: [int(part) for part in text.split(".")]):
        yield f"LODGE_{since} {{\n    global:"
        yield from (f"        {name};" for name in sorted(nodes[since]))
        yield "    local:\n        *;" if not previous else ""
        yield f"}}{previous};"
        previous = f" LODGE_{since}"


def write_symbols(calls, source):
    yield from sorted(f"{call.name} LODGE_{call.since}" for call in calls)


WRITERS = {"entry": write_entry, "header": write_header, "check": write_check, "map": write_map,
           "symbols": write_symbols}


def load(text):
    """Return the calls of a table; raise TableError when it contradicts itself."""
    calls = [Call(name, values) for name, values in tomllib.loads(text).items()]
    by_name = {call.name: call for call in calls}
    for call in calls:
        if call.kind != "same":
            continue
        match = re.fullmatch(r"(\w+)\(.*\)", call.target)
        if not match or match[1] not in by_name or by_name[match[1]].kind == "same":
            raise TableError(f"{call.name}: 'same' must call another entry of the table")
        if by_name[match[1]].permission != call.permission:
            raise TableError(f"{call.name}: permission differs from {match[1]}")
    return calls


def declared(headers):
    """Names of the functions that the public headers declare."""
    text = "\n".join(path.read_text() for path in headers)
    text = re.sub(r"/\*.*?\*/|^\s*#.*?(?<!\\)$", "", text, flags=re.S | re.M)
    text = re.sub(r"\btypedef\b[^;{]*(\{[^}]*\}[^;]*)?;", "", text)
    return set(re.findall(r"\b((?:vir|lodge_)\w+)\(", text))


def main(argv):
    if len(argv) != 4 or argv[2] not in WRITERS:
        sys.exit(__doc__)
    source = pathlib.Path(argv[1])
    try:
        calls = load(source.read_text())
    except TableError as error:
        sys.exit(f"{source}: {error}")
    lines = WRITERS[argv[2]](calls, source.name)
    pathlib.Path(argv[3]).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv)
