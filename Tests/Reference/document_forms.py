#!/usr/bin/env python3
"""Writes one set of rules in every form a document may have, for tests to see that all of them mean the same.

    document_forms.py DIRECTORY

The numbers are those of the classic program's three generations (docs/Classic.md, "Names and numbers"), kept here once more so
that the program's own tables are not believed. A form that has no number for something gives its name.
"""

import plistlib
import sys
from pathlib import Path

from reference_model import ACTIONS_MIDDLE, ACTIONS_NEWEST, PROPERTIES, RELATIONS

# number, name, enabled, property, relation, value, action, parameter; children follow their parents.
RULES = [
    ("1", "first", 1, "Direction", "==", "inbound", "->", ""),
    ("1.1", "", 1, "IPFragmentOffset", "==", "1-63", "Delete", ""),
    ("1.2", "either option", 1, "Any", "==", "", "Group", ""),
    ("1.2.1", "", 1, "IPOptions", "!=", "3", "++", ""),
    ("1.2.2", "", 1, "Any", "==", "", "Exit group", ""),
    ("1.2.3", "", 1, "TCPOptions", "==", "2 (MSS), 4", "Log", "options"),
    ("2", "triggers", 1, "Any", "==", "", "->", ""),
    ("2.1", "known", 1, "Include", "==", "trigger", "Delete", ""),
    ("2.2", "telnet (23)", 1, "Dest port", "==", "23 (telnet)", "Trigger", ""),
    ("2.3", "low", 0, "Dest port", "<=", "19", "Trigger", ""),
    ("2.4", "finger", 1, "Dest port", "==", "79", "Reject", ""),
    ("2.5", "kept", 1, "Source net", ">=", "203.0.113.0/24", "Keep address", ""),
    ("2.5.1", "", 1, "Include", "==", "address", "->", ""),
    ("2.5.1.1", "", 1, "Parent match count", ">=", "3", "Alert", "again"),
    ("2.6", "", 1, "Source port", "==", "53", "Authorize", ""),
    ("2.7", "", 1, "Dest net", "!=", "192.0.2.0/24", "Dont log", ""),
    ("3", "resets", 1, "TCP header flags", "==", "rst,-syn", "Delay", ""),
    ("4", "pings", 1, "Protocol", "==", "1 (ICMP)", "->", ""),
    ("4.1", "", 1, "ICMP type", "==", "8", "Log", "ping"),
    ("4.1.1", "", 1, "Parent idle seconds", ">=", "30", "Reset parent", ""),
    ("4.2", "", 1, "ICMP code", "!=", "0", "Email", "root@example.org"),
    ("4.3", "quiet", 1, "Idle seconds", ">=", "60", "URL", "ping://192.0.2.1"),
    ("5", "web", 1, "Data content", "a=A", "[0:64]default.ida", "Drop connection", ""),
    ("6", "interface", 1, "Interface", "==", "external", "->", ""),
    ("6.1", "", 1, "None", "!=", "", "Pass", ""),
]

# What the numbers of 2003 were, as far as they are known.
PROPERTIES_2003 = {
    "Any": 0, "None": 1, "Direction": 2, "Interface": 3, "Include": 4, "Source net": 6, "Dest net": 7, "Protocol": 8,
    "IPFragmentOffset": 9, "IPOptions": 10, "ICMP type": 11, "ICMP code": 12, "TCP header flags": 14, "TCPOptions": 15,
    "Source port": 16, "Dest port": 17, "Data content": 18, "Idle seconds": 24, "Parent idle seconds": 25,
    "Parent match count": 26,
}
ACTIONS_2003 = {"->": 0, "Delay": 7}
NEWEST = {name: code for code, name in PROPERTIES.items() if code >= 0}
CODES = {
    "2003": (PROPERTIES_2003, ACTIONS_2003),
    "2005": (NEWEST, {name: code for code, name in ACTIONS_MIDDLE.items()}),
    "2008": (NEWEST, {name: code for code, name in ACTIONS_NEWEST.items()}),
}
RELATION_CODES = {name: code for code, name in RELATIONS.items()}


def tree(make):
    """The rules as nested dictionaries, each made by `make` from its row."""
    nodes, top = {}, []
    for row in RULES:
        node = nodes[row[0]] = make(*row)
        parent = row[0].rpartition(".")[0]
        (nodes[parent].setdefault("children", []) if parent else top).append(node)
    return top


def rule(generation=None, names=True, numbers=True, typed=lambda count, number: number):
    """Makes a rule with names, numbers or both; `typed` chooses what a number is written as."""
    properties, actions = CODES[generation or "2008"]
    counter = iter(range(1 << 20))

    def make(number, name, enabled, prop, relation, value, action, parameter):
        node = {"enabled": typed(next(counter), enabled)}
        for key, code_key, text, codes in (
                ("propertyName", "property", prop, properties), ("relationName", "relation", relation, RELATION_CODES),
                ("filterActionName", "filterAction", action, actions)):
            if numbers and text in codes:
                node[code_key] = typed(next(counter), codes[text])
            if names or text not in codes or not numbers:
                node[key] = text
        if name:
            node["nodeName"] = name
        if value:
            node["propertyValue"] = value
        if parameter:
            node["parameter"] = parameter
        if numbers:
            node["nodeNumber"], node["nodeCount"] = number, typed(next(counter), 1)
        return node

    return make


def old_names(number, name, enabled, prop, relation, value, action, parameter):
    """As people and old menus write: aliases in any case, `next level` and `Break`."""
    aliases = {"->": "next level", "Exit group": "Break", "++": "SKIP", "Keep address": "Keep Address", "Email": "E-mail",
               "Dont log": "Don't log", "Reset parent": "Reset Parent"}
    properties = {"Dest port": "Destination Port", "Dest net": "Destination Net", "IPOptions": "IP options",
                  "TCP header flags": "TCP flags", "Idle seconds": "Idle time", "IPFragmentOffset": "IP fragment offset"}
    node = rule(numbers=False)(number, name, enabled, prop, relation, value, action, parameter)
    node["filterActionName"] = aliases.get(action, action.upper() if action.isalpha() else action)
    node["propertyName"] = properties.get(prop, prop)
    if node.get("propertyValue") == "trigger":
        node["propertyValue"] = "triggered"
    return node


def mixed(count, number):
    """Numbers as text, as numbers, and, where they are 0 or 1, as truth values."""
    return (str(number), number, bool(number) if number in (0, 1) else number)[count % 3]


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def text_form(value, depth=0):
    pad = "  " * depth
    if isinstance(value, dict):
        entries = "".join(f"{pad}  {key} = {text_form(item, depth + 1)};\n" for key, item in sorted(value.items()))
        return "{\n" + entries + pad + "}"
    if isinstance(value, list):
        return "(\n" + ",\n".join(pad + "  " + text_form(item, depth + 1) for item in value) + "\n" + pad + ")"
    text = str(int(value)) if isinstance(value, (bool, int)) else value
    return text if text.isalnum() else quoted(text)


def forms():
    """File name and contents of every form."""
    trees = {
        "names-only": tree(rule(numbers=False)),
        "old-names": tree(old_names),
        "mixed-types": tree(rule(typed=mixed)),
        "2008-numbers": tree(rule("2008", names=False)),  # without any name the newest numbers count
    } | {f"{generation}-both": tree(rule(generation)) for generation in CODES}
    # The rules of the top level have names as well, which show what generation the numbers below them belong to.
    trees["2005-numbers"] = [
        with_names | {"children": without["children"]} if "children" in without else with_names
        for with_names, without in zip(tree(rule("2005")), tree(rule("2005", names=False)))]
    for name, rules in trees.items():
        classic = {"SentryDocument_filterTable": {"children": rules, "enabled": 1}, "SentryDocument_triggerDuration": 3}
        roots = {"ours": {"rules": rules}, "classic": classic, "array": rules}
        if name == "2008-numbers":
            roots["oldest"] = {"children": rules, "enabled": "1"}
        for layout, root in roots.items():
            yield f"{name}.{layout}.text.plist", text_form(root).encode()
            yield f"{name}.{layout}.xml.plist", plistlib.dumps(root, fmt=plistlib.FMT_XML)
            yield f"{name}.{layout}.binary.plist", plistlib.dumps(root, fmt=plistlib.FMT_BINARY)


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, contents in forms():
        (folder / name).write_bytes(contents)


if __name__ == "__main__":
    main()
