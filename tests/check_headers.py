#!/usr/bin/env python3
"""Checks that each header compiles alone: check_headers.py <compiler>.

A header that its own source file includes first, in a layer without precompiled headers, was compiled alone
together with that file, so it is skipped.
"""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PRECOMPILED = ("core", "cli")
LAYERS = ("base", "objects", "remotes", "core", "hooks", "cli")


def compile_alone(compiler: str, header: pathlib.Path) -> str:
    command = [compiler, "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", f"-I{ROOT}", "-x", "c++", str(header)]
    done = subprocess.run(command, capture_output=True, text=True)
    noise = "#pragma once in main file"
    errors = [line for line in done.stderr.splitlines() if "error" in line and noise not in line]
    return "" if done.returncode == 0 else f"{header.relative_to(ROOT)}:\n" + "\n".join(errors[:3])


def was_compiled_first(header: pathlib.Path) -> bool:
    path = header.relative_to(ROOT)
    source = header.with_suffix(".cc")
    if path.parts[0] in PRECOMPILED or not source.exists():
        return False
    return source.read_text().startswith(f'#include "{path}"\n')


def main() -> int:
    compiler = sys.argv[1]
    headers = [h for layer in LAYERS for h in sorted((ROOT / layer).rglob("*.h")) if not was_compiled_first(h)]
    failures = [f for f in (compile_alone(compiler, h) for h in headers) if f]
    print("\n".join(failures) or f"{len(headers)} headers compile alone")
    return 1 if failures or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
