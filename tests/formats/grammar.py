"""The tree that the tree-sitter grammar for Markdown gives, walked."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node


def outermost(root: Node, kind: str) -> Iterator[Node]:
    """The outermost nodes of a kind, in order."""
    pending = [root]
    while pending:
        node = pending.pop()
        if node.type == kind:
            yield node
        else:
            pending.extend(reversed(node.children))
