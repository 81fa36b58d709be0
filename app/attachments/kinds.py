"""What kind of file a name stands for, and in which language a fence around it says it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

_MARKDOWN = frozenset({".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd", ".rmd"})
# Text inside, but wrapped up in a format of their own.
_WRAPPED = (
    ".doc .docx .docm .dotx .odt .ott .rtf .pages .wpd .epub .mobi .djvu .ps .xps"
    " .xls .xlsx .xlsm .ods .numbers .ppt .pptx .odp .key .msg"
)
_LANGUAGES = {
    "bash": ".sh .bash .zsh .ksh",
    "bat": ".bat .cmd",
    "bibtex": ".bib",
    "c": ".c .h",
    "clojure": ".clj .cljs",
    "cmake": ".cmake",
    "cpp": ".cpp .cc .cxx .hpp .hh .hxx .ino",
    "csharp": ".cs",
    "css": ".css .scss .less",
    "csv": ".csv .tsv",
    "cuda": ".cu .cuh",
    "dart": ".dart",
    "diff": ".diff .patch",
    "elixir": ".ex .exs",
    "erlang": ".erl .hrl",
    "fish": ".fish",
    "fortran": ".f90 .f .for .f95",
    "glsl": ".glsl .vert .frag",
    "go": ".go",
    "graphql": ".graphql .gql",
    "groovy": ".groovy .gradle",
    "haskell": ".hs",
    "html": ".html .htm .xhtml",
    "ini": ".ini .cfg .conf .properties .env",
    "java": ".java",
    "javascript": ".js .mjs .cjs .jsx",
    "json": ".json .jsonl .ndjson .ipynb .geojson",
    "julia": ".jl",
    "kotlin": ".kt .kts",
    "latex": ".tex .sty .cls",
    "lua": ".lua",
    "makefile": ".mk",
    "matlab": ".m",
    "nix": ".nix",
    "objectivec": ".mm",
    "ocaml": ".ml .mli",
    "pascal": ".pas",
    "perl": ".pl .pm",
    "php": ".php",
    "powershell": ".ps1 .psm1",
    "protobuf": ".proto",
    "python": ".py .pyi .pyw",
    "qml": ".qml",
    "r": ".r",
    "rst": ".rst",
    "ruby": ".rb",
    "rust": ".rs",
    "scala": ".scala",
    "scheme": ".scm .rkt",
    "sql": ".sql",
    "svg": ".svg",
    "swift": ".swift",
    "terraform": ".tf",
    "toml": ".toml",
    "typescript": ".ts .tsx .mts .cts",
    "verilog": ".v .sv",
    "vhdl": ".vhd .vhdl",
    "vue": ".vue",
    "wgsl": ".wgsl",
    "xml": ".xml .xsd .xsl .plist .ui .qrc",
    "yaml": ".yaml .yml",
    "zig": ".zig",
}
_LANGUAGE_OF = {
    suffix: language for language, suffixes in _LANGUAGES.items() for suffix in suffixes.split()
}
_WHOLE_NAMES = {
    "dockerfile": "dockerfile",
    "containerfile": "dockerfile",
    "makefile": "makefile",
    "gnumakefile": "makefile",
    "cmakelists.txt": "cmake",
    "jenkinsfile": "groovy",
    "gemfile": "ruby",
    ".bashrc": "bash",
    ".gitconfig": "ini",
    ".editorconfig": "ini",
}


@dataclass(frozen=True)
class FileKind:
    """`kind` is an `Attachment`'s; `language` stands at a fence, "" for plain text."""

    kind: str
    language: str = ""


def kind_of(path: PurePath) -> FileKind:
    """By its name alone. A name that says nothing is taken for plain text."""
    name, suffix = path.name.lower(), path.suffix.lower()
    if suffix == ".pdf":
        return FileKind("pdf")
    if suffix in _MARKDOWN:
        return FileKind("markdown", "markdown")
    if language := _WHOLE_NAMES.get(name) or _LANGUAGE_OF.get(suffix, ""):
        return FileKind("code", language)
    return FileKind("text")


def is_wrapped(path: PurePath) -> bool:
    """A document that has to be saved as text or PDF first."""
    return path.suffix.lower() in _WRAPPED.split()
