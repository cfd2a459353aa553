"""The commands that the Pants backend runs in a sandbox: a message in, a message and files out.

A command fails only when it could not do its work; what is wrong with a package is part of the
answer.
"""
