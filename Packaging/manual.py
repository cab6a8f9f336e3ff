#!/usr/bin/env python3
"""Writes a manual page for each command of sentry, in the form that man(1) reads (man(7)).

    sentry --experimental-dump-help | manual.py FOLDER

The pages are made from what the commands say of themselves, the same that --help prints. The version is that of --version, given in
the environment as VERSION.
"""
import json
import os
import re
import sys

SECTION = 1


def escaped(text):
    """Text that roff(7) prints as it stands."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga").replace("^", "\\(ha").replace("~", "\\(ti")
    return re.sub(r"^\.", r"\\&.", text, flags=re.M)


def prose(text):
    """Running text: what stands between backquotes is what somebody types."""
    parts = re.split(r"`([^`]*)`", text)
    return "".join(rf"\fB{escaped(part)}\fR" if index % 2 else escaped(part) for index, part in enumerate(parts))


def paragraphs(text):
    """Paragraphs are filled; indented lines, which are examples, stay as they are."""
    lines = []
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        if block.startswith("  "):
            lines += [".PP", ".in +4n", ".nf", *(escaped(line[2:]) for line in block.split("\n")), ".fi", ".in"]
        else:
            lines += [".PP", prose(" ".join(block.split("\n")))]
    return lines


def name_of(name):
    return ("-" if name["kind"] != "long" else "--") + name["name"]


def spelled(argument, repeats=True):
    """An argument as it is typed, for the synopsis."""
    value = rf"\fI{escaped(argument.get('valueName', 'value'))}\fR"
    if argument["kind"] == "positional":
        text = value
    else:
        text = rf"\fB{escaped(name_of(argument['preferredName']))}\fR" + (f" {value}" if argument["kind"] == "option" else "")
    return text + (" ..." if repeats and argument.get("isRepeating") else "")


def shown(arguments):
    return [argument for argument in arguments if argument.get("shouldDisplay", True)]


def synopsis(path, command):
    lines = [".SH SYNOPSIS", rf"\fB{escaped(' '.join(path))}\fR"]
    if children(command):
        lines.append(r"\fIcommand\fR ...")
    for argument in shown(command.get("arguments", [])):
        if argument["kind"] == "flag" and argument["preferredName"]["name"] in ("help", "version"):
            continue
        text = spelled(argument)
        lines.append(f"[{text}]" if argument.get("isOptional") else text)
    return lines


def option(argument):
    names = argument.get("names", [])
    value = rf" \fI{escaped(argument.get('valueName', 'value'))}\fR" if argument["kind"] == "option" else ""
    tag = ", ".join(rf"\fB{escaped(name_of(name))}\fR{value}" for name in names) or spelled(argument, repeats=False)
    text = argument.get("abstract", "").strip()
    values = argument.get("allValues") or []
    if values and not all(value in text for value in values):
        text += f" One of {', '.join(values)}."
    default = argument.get("defaultValue")
    if default and "default:" not in text:
        text += f" (default: {default})"
    lines = [".TP", tag, prose(text) if text else r"\&"]
    if argument.get("discussion"):
        lines += [line.replace(".PP", ".IP") for line in paragraphs(argument["discussion"])]
    return lines


def children(command):
    return [child for child in command.get("subcommands", []) if child.get("shouldDisplay", True) and child["commandName"] != "help"]


def page(path, command, version):
    name = "-".join(path)
    lines = [
        f'.TH {name.upper()} {SECTION} "" "sentry {version}" "sentry"',
        ".SH NAME",
        rf"{escaped(name)} \- {escaped(command['abstract'].replace('`', '').rstrip('.').lower()[:1] + command['abstract'].replace('`', '').rstrip('.')[1:])}",
        *synopsis(path, command),
    ]
    if command.get("discussion"):
        lines += [".SH DESCRIPTION", *paragraphs(command["discussion"])]
    arguments = shown(command.get("arguments", []))
    for title, kinds in [("ARGUMENTS", ["positional"]), ("OPTIONS", ["option", "flag"])]:
        entries = [argument for argument in arguments if argument["kind"] in kinds]
        if entries:
            lines += [f".SH {title}"] + [line for argument in entries for line in option(argument)]
    if children(command):
        lines.append(".SH COMMANDS")
        for child in children(command):
            lines += [".TP", rf"\fB{escaped('-'.join(path + [child['commandName']]))}\fR({SECTION})", prose(child["abstract"])]
    return name, "\n".join(lines + ending(path, command)) + "\n"


def ending(path, command):
    """What only the first page says, and where to read on."""
    lines = []
    if len(path) == 1:
        lines += [
            ".SH FILES",
            *entry("/etc/sentry/sentry.plist", "The document that the daemon starts with, unless another was applied."),
            *entry("/etc/default/sentry", "What the service is started with."),
            *entry("/var/lib/sentry", "What outlives a restart: the log, tables, documents."),
            *entry("/run/sentry/sentry.sock", "The daemon's control socket."),
            ".SH EXIT STATUS",
            *entry("0", "Done."),
            *entry("1", "check found errors, test failures, diff differences."),
            *entry("2", "The command line is not one that is understood."),
            *entry("65", "A document or capture that cannot be used."),
            *entry("66", "An input that is not there."),
            *entry("69", "No daemon answers."),
            *entry("74", "Reading or writing failed."),
            *entry("77", "Not permitted."),
        ]
    above = ["-".join(path[:-1])] if len(path) > 1 else []
    if above:
        lines += [".SH SEE ALSO", rf"\fB{escaped(above[0])}\fR({SECTION})"]
    return lines


def entry(tag, text):
    return [".TP", rf"\fB{escaped(tag)}\fR", prose(text)]


def write(folder, path, command, version):
    name, text = page(path, command, version)
    with open(os.path.join(folder, f"{name}.{SECTION}"), "w", encoding="utf-8") as file:
        file.write(text)
    for child in children(command):
        write(folder, path + [child["commandName"]], child, version)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: sentry --experimental-dump-help | manual.py FOLDER")
    os.makedirs(sys.argv[1], exist_ok=True)
    root = json.load(sys.stdin)["command"]
    write(sys.argv[1], [root["commandName"]], root, os.environ.get("VERSION", ""))


main()
