"""Reads HTML bodies as text: what a reader sees, with quoted messages marked by ">", without signatures.

No judgement of words happens here.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from intake.markup import is_deep

_MAX_CHARACTERS = 1_000_000
_MAX_LEVELS = 30
_MAX_ATTRIBUTIONS = 100
_TAG = re.compile(r"<[^<>]*>")
_BREAK = "\x1e"
_QUOTE_MARK = f"{_BREAK}>{_BREAK}"
_BLOCKS = (
    "p, div, tr, li, ul, ol, table, h1, h2, h3, h4, h5, h6, pre, section, article, hr, blockquote"
)
_UNSEEN = "head, style, script, title, template, [hidden]"
_MAX_STYLE = 2_000
_MAX_UNSIZED = 20
_HIDDEN = re.compile(
    r"(?:^|;)(?:display:none|visibility:hidden|opacity:0(?:\.0*)?(?=;|!|$)|max-height:0(?:px)?(?=;|!|$).*overflow:hidden|"
    r"overflow:hidden;(?:.*;)?max-height:0(?:px)?(?=;|!|$))"
)
_NO_SIZE = re.compile(r"(?:^|;)font-size:0(?:px|pt|em|%)?(?=;|!|$)")
_CITED = 'blockquote[type="cite"], blockquote.gmail_quote, blockquote.protonmail_quote'
_WHOLLY_QUOTED = (
    "div.yahoo_quoted, div.protonmail_quote, div.moz-forward-container, "
    'div[name="quote"], #mail-editor-reference-message-container, #ms-outlook-mobile-reference-message, '
    "div.zmail_extra"
)
# This is quoted as a whole, or it is quotations with answers between them.
_HOLDS_QUOTED = "div.gmail_quote"
_ATTRIBUTIONS = "div.moz-cite-prefix, div.gmail_attr"
_SIGNATURES = (
    'div.gmail_signature, [data-smartmail="gmail_signature"], .moz-signature, #Signature, '
    "#ms-outlook-mobile-signature, .protonmail_signature_block, #ymail_android_signature, "
    "#ymail_ios_signature"
)
# Outlook marks where the older message begins, and puts all of it behind that mark.
_REST_IS_QUOTED = (
    "#divRplyFwdMsg, #appendonsend, #x_divRplyFwdMsg, #x_appendonsend, "
    'div[style*="border-top:solid #E1E1E1 1.0pt"], div[style*="border-top:solid #B5C4DF 1.0pt"]'
)


def tree_of(html: str) -> LexborHTMLParser:
    """A tree of bounded depth: of what is deeper the tags are dropped and the text stays."""
    bounded = html[:_MAX_CHARACTERS]
    if is_deep(bounded):
        bounded = _TAG.sub(" ", bounded)
    return LexborHTMLParser(bounded)


def drop_quoted(tree: LexborHTMLParser) -> None:
    """Put a line ">" in the place of each quoted message, and remove signatures; answers between quotations stay."""
    first = next(iter(_found(tree, _REST_IS_QUOTED)), None)
    if first is not None:
        _drop_from(first)
    for node in reversed(_found(tree, _SIGNATURES)):
        node.decompose()
    holders: set[int] = set()
    for node in _found(tree, f"{_CITED}, {_WHOLLY_QUOTED}"):
        holders.update(_ancestors(node))
        node.replace_with(_QUOTE_MARK)
    for node in _found(tree, _HOLDS_QUOTED):
        if node.mem_id not in holders:
            node.replace_with(_QUOTE_MARK)
    for node in reversed(_found(tree, _ATTRIBUTIONS)[:_MAX_ATTRIBUTIONS]):
        # Gmail puts "Forwarded message" and its header there, too, which must be seen.
        if node.text().strip().endswith(":"):
            node.decompose()


def text_of(tree: LexborHTMLParser) -> str:
    """The text that a reader sees, one line for each block; the tree is used up."""
    for node in reversed(_hidden(tree)):
        node.decompose()
    for node in reversed(_found(tree, _UNSEEN)):
        node.decompose()
    for node in tree.css("br"):
        node.replace_with(_BREAK)
    for node in tree.css(_BLOCKS):
        node.insert_before(_BREAK)
        node.insert_after(_BREAK)
    for node in tree.css("td, th"):
        node.insert_after(" ")
    text = tree.body.text() if tree.body else ""
    lines = (" ".join(line.split()) for line in text.split(_BREAK))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _hidden(tree: LexborHTMLParser) -> list[LexborNode]:
    """The nodes whose own style lets nobody see them: what newsletters put first, for the list of messages to show.

    Letters without a size hide nothing around others that have one: layouts close gaps like this.
    """
    styled = [(node, _style(node)) for node in _found(tree, "[style]")]
    unsized = [node for node, style in styled if _NO_SIZE.search(style)][:_MAX_UNSIZED]
    unseen = {
        node.mem_id
        for node in unsized
        if not any("font" in _style(inner) for inner in node.css("[style]")[1:])
    }
    return [node for node, style in styled if node.mem_id in unseen or _HIDDEN.search(style)]


def _style(node: LexborNode) -> str:
    return "".join((node.attributes.get("style") or "")[:_MAX_STYLE].lower().split())


def _found(tree: LexborHTMLParser, selectors: str) -> list[LexborNode]:
    """The nodes in the document's order, each once: the library gives one for each selector that fits.

    Nodes to be removed are taken from the last to the first, so that none is touched after a node that held it is gone.
    """
    return list({node.mem_id: node for node in tree.css(selectors)}.values())


def _ancestors(node: LexborNode) -> list[int]:
    """The ids of the nodes around a node, as far as a mail program would nest them."""
    found: list[int] = []
    parent = node.parent
    while parent is not None and len(found) < _MAX_LEVELS:
        found.append(parent.mem_id)
        parent = parent.parent
    return found


def _drop_from(mark: LexborNode) -> None:
    """Remove a node, and all that follows it in the document."""
    node: LexborNode | None = mark
    while node is not None and node.tag not in {"body", "html"}:
        while (after := node.next) is not None:
            after.decompose()
        node = node.parent
    mark.decompose()
