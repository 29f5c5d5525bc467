"""An HTML file with everything in it: style, data and scripts."""
import html
import pathlib

HERE = pathlib.Path(__file__).resolve().parent


def inlined(text):
    """JSON or a script within <script>: nothing in it may end the element."""
    return text.replace("</", "<\\/").replace("<!--", "\\u003c!--")


def read(name):
    return (HERE / name).read_text()


def document(title, body, payload, scripts, style, library=False):
    """`payload`: JSON; `scripts`, `style`: files of page/; `library`: with uPlot."""
    style_text = (read("vendor/uPlot.min.css") if library else "") + read(f"page/{style}")
    parts = ([read("vendor/uPlot.iife.min.js")] if library else []) + [read(f"page/{name}") for name in scripts]
    return ("<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8><meta name=viewport content='width=device-width,initial-scale=1'>"
            "<link rel=icon href='data:,'>"
            f"<title>ktlssim: {html.escape(title)}</title><style>{style_text}</style></head><body>{body}"
            f"<script type='application/json' id=data>{inlined(payload)}</script>"
            + "".join(f"<script>{inlined(part)}</script>" for part in parts) + "</body></html>\n")
