"""What the two programs say to each other: the backend's requests and the tool's answers.

The backend (`xpkg`) runs `python -m xpkg_tool COMMAND REQUEST OUTPUT`. The file REQUEST holds one
of the requests in these modules, and the folder OUTPUT then holds its answer, in ANSWER, where the
command has one, and the files that are named with it. Paths are relative to the process's working
directory unless a field says otherwise. Where the tool cannot do its work its exit code is not 0;
what is wrong with a package or a registry is part of the answer.

This is the one package of the tool that the backend imports, so it imports the standard library
only. Two kinds of JSON are the tool's own and not messages, since the backend only passes them on,
and `decode` would be slow: FINDINGS (`Finding.to_json`), and ANALYSES (lint/analysis_json.py), of
which a large package has a megabyte.

The messages are named tuples, not frozen dataclasses: every process of the tool defines those of
its command, and that is eight times as fast (0.1 ms for each, instead of 0.8). `decode` reads their
types, so these modules do not postpone them with `from __future__ import annotations`.
"""
