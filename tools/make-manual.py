#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""make-manual.py LODGE PAGE.rst OUT.rst - fill a manual page from the command's own tables.

".. verb:: NAME" becomes the section of that command: title, synopsis, what it does, options. ".. globals::" becomes
the list of the program's options.
"""
import json
import pathlib
import re
import subprocess
import sys


def escape(text):
    return re.sub(r"([\\*`|_])", r"\\\1", text)


def definition(term, text):
    return f"``{term}``\n    {escape(text)}\n"


def section(verb):
    lines = [verb["name"], "-" * len(verb["name"]), "", f"``{verb['synopsis']}``", ""]
    about = verb["summary"][0].upper() + verb["summary"][1:] + "."
    lines += [escape(about + (" " + verb["about"] if verb["about"] else "")), ""]
    lines += [definition(option["text"], option["help"]) for option in verb["options"]]
    return "\n".join(lines)


def main():
    lodge, page, out = sys.argv[1:]
    tables = json.loads(subprocess.run([lodge, "dump-verbs"], check=True, stdout=subprocess.PIPE).stdout)
    verbs = {verb["name"]: verb for group in tables["groups"] for verb in group["verbs"]}
    text = pathlib.Path(page).read_text()
    text = re.sub(r"^\.\. verb:: (\S+)$", lambda m: section(verbs[m[1]]), text, flags=re.M)
    text = text.replace(".. globals::", "\n".join(definition(o["text"], o["help"]) for o in tables["globals"]))
    text = re.sub(r"^    \[\d+\]\n", "", text, flags=re.M)  # exit statuses stand in the examples for the tests only
    pathlib.Path(out).write_text(text)


if __name__ == "__main__":
    main()
