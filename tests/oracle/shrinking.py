"""Makes a request that is answered wrongly smaller, as long as it still is."""

from request import EmbedFilter, Group


def shrink(request, differs):
    """Changes `request`, and returns what `differs` says of it in the end; "": nothing."""
    said = differs(request)
    progress = said != ""
    while progress:
        progress = False
        for cut in _cuts(request.node, request.method in ("PATCH", "DELETE"),
                         request.method == "PUT"):
            undo = cut()
            if undo is None:
                continue
            now = _attempt(request, differs)
            if now.split(":")[0] == said.split(":")[0] or (now and "\n" in now and "\n" in said):
                said, progress = now, True
            else:
                undo()
    return said


def _attempt(request, differs):
    try:
        return differs(request)
    except Exception:  # whatever the cut left makes no sense
        return ""


def _cuts(node, needs_filter=False, names_key=False):
    """Functions that each take something away, and return what puts it back; None: they cannot."""
    cuts = []
    if not names_key:
        cuts = [_removal(node.filters, tree, lambda: len(node.filters) > 1 or not needs_filter)
                for tree in node.filters]
    for group in _groups(node.filters):
        cuts += [_removal(group.members, member, lambda g=group: len(g.members) > 1)
                 for member in group.members]

    def is_spare():
        return node.star or len(node.items) + len(node.embeds) > 1
    if not (node.aggregates and node.order):
        cuts += [_removal(node.items, item, is_spare) for item in node.items]
    cuts += [_removal(node.embeds, embed, lambda e=embed: is_spare() and not _is_named(e, node))
             for embed in node.embeds]
    if node.order and node.limit is None and not node.offset and not node.spread:
        cuts.append(_replacement(node, "order", []))
    if node.limit is not None:
        cuts.append(_replacement(node, "limit", None))
    if node.offset:
        cuts.append(_replacement(node, "offset", 0))
    if node.inner:
        cuts.append(_replacement(node, "inner", False))
    for embed in node.embeds:
        cuts += _cuts(embed)
    return cuts


def _groups(trees):
    for tree in trees:
        if isinstance(tree, Group):
            yield tree
            yield from _groups(tree.members)


def _is_named(embed, node):
    filters = list(node.filters)
    for group in _groups(node.filters):
        filters += group.members
    return any(isinstance(f, EmbedFilter) and f.embed is embed for f in filters) \
        or any(order.embed is embed for order in node.order)


def _removal(items, item, may):
    def cut():
        if item not in items or not may():
            return None
        place = items.index(item)
        items.remove(item)
        return lambda: items.insert(place, item)
    return cut


def _replacement(node, name, value):
    def cut():
        before = getattr(node, name)
        setattr(node, name, value)
        return lambda: setattr(node, name, before)
    return cut
