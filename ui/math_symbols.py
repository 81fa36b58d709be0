# ruff: noqa: RUF001 - letters that look like others are what this is about.
"""What stands for the commands of LaTeX, and letters raised, lowered or in other hands."""

from __future__ import annotations

_NAMED = """
alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ
lambda λ mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ
phi φ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ
Phi Φ Psi Ψ Omega Ω
sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ iiint ∭ oint ∮ bigcup ⋃ bigcap ⋂ bigoplus ⨁ bigotimes ⨂
bigvee ⋁ bigwedge ⋀
times × div ÷ cdot · ast ∗ star ⋆ pm ± mp ∓ oplus ⊕ ominus ⊖ otimes ⊗ odot ⊙ circ ∘ bullet •
cap ∩ cup ∪ setminus ∖ wedge ∧ land ∧ vee ∨ lor ∨ neg ¬ lnot ¬ dagger † ddagger ‡
leq ≤ le ≤ geq ≥ ge ≥ ll ≪ gg ≫ neq ≠ ne ≠ equiv ≡ approx ≈ sim ∼ simeq ≃ cong ≅ propto ∝
prec ≺ succ ≻ preceq ⪯ succeq ⪰ doteq ≐ asymp ≍ models ⊨ vdash ⊢ perp ⊥ parallel ∥ mid ∣ nmid ∤
in ∈ notin ∉ ni ∋ subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇ nsubseteq ⊈ subsetneq ⊊
emptyset ∅ varnothing ∅ forall ∀ exists ∃ nexists ∄ therefore ∴ because ∵ infty ∞ partial ∂ nabla ∇
aleph ℵ hbar ℏ ell ℓ Re ℜ Im ℑ wp ℘ angle ∠ triangle △ square □ blacksquare ■ diamond ⋄ checkmark ✓
to → rightarrow → leftarrow ← gets ← leftrightarrow ↔ Rightarrow ⇒ Leftarrow ⇐ Leftrightarrow ⇔
implies ⟹ impliedby ⟸ iff ⟺ mapsto ↦ longmapsto ⟼ longrightarrow ⟶ longleftarrow ⟵ uparrow ↑
downarrow ↓ updownarrow ↕ Uparrow ⇑ Downarrow ⇓ hookrightarrow ↪ hookleftarrow ↩ nearrow ↗ searrow ↘
rightharpoonup ⇀ rightleftharpoons ⇌ leadsto ⇝
ldots … dots … cdots ⋯ vdots ⋮ ddots ⋱ prime ′ degree ° S § P ¶ copyright © pounds £ euro €
langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ lvert | rvert | vert | lVert ‖ rVert ‖ Vert ‖
lbrace { rbrace } lbrack [ rbrack ] backslash \\ colon : imath ı jmath ȷ top ⊤ bot ⊥ surd √
trianglelefteq ⊴ triangleright ▷ triangleleft ◁ bowtie ⋈ sqcup ⊔ sqcap ⊓ uplus ⊎ amalg ⨿ wr ≀
"""
SYMBOLS: dict[str, str] = dict(zip(_NAMED.split()[::2], _NAMED.split()[1::2], strict=True))
FUNCTIONS = frozenset(
    [
        "arccos",
        "arcsin",
        "arctan",
        "arg",
        "cos",
        "cosh",
        "cot",
        "coth",
        "csc",
        "deg",
        "det",
        "dim",
        "exp",
        "gcd",
        "hom",
        "inf",
        "ker",
        "lg",
        "lim",
        "liminf",
        "limsup",
        "ln",
        "log",
        "max",
        "min",
        "Pr",
        "sec",
        "sin",
        "sinh",
        "sup",
        "tan",
        "tanh",
        "argmax",
        "argmin",
        "softmax",
    ]
)
SPACES = {
    ",": "\u2009",
    ";": " ",
    ":": " ",
    " ": " ",
    "!": "",
    "quad": "\u2003",
    "qquad": "\u2003\u2003",
}
# They say how what follows is drawn, not what it is.
SILENT = frozenset(
    [
        "left",
        "right",
        "big",
        "Big",
        "bigg",
        "Bigg",
        "bigl",
        "bigr",
        "Bigl",
        "Bigr",
        "biggl",
        "biggr",
        "displaystyle",
        "textstyle",
        "scriptstyle",
        "limits",
        "nolimits",
        "nonumber",
        "notag",
        "middle",
        "hline",
        "centering",
    ]
)
TEXT = frozenset(
    [
        "text",
        "textrm",
        "textit",
        "textbf",
        "texttt",
        "textsf",
        "mathrm",
        "mathit",
        "mathsf",
        "mathtt",
        "operatorname",
        "mbox",
        "hbox",
        "boldsymbol",
        "bm",
        "textnormal",
        "mathbf",
        "boxed",
        "underbrace",
        "overbrace",
        "overrightarrow",
        "phantom",
        "ensuremath",
        "emph",
    ]
)
ACCENTS = {
    "hat": "\u0302",
    "widehat": "\u0302",
    "bar": "\u0304",
    "overline": "\u0305",
    "tilde": "\u0303",
    "widetilde": "\u0303",
    "vec": "\u20d7",
    "dot": "\u0307",
    "ddot": "\u0308",
    "underline": "\u0332",
    "check": "\u030c",
    "acute": "\u0301",
    "grave": "\u0300",
    "breve": "\u0306",
}
_DOUBLE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DOUBLE_STRUCK = "𝔸𝔹ℂ𝔻𝔼𝔽𝔾ℍ𝕀𝕁𝕂𝕃𝕄ℕ𝕆ℙℚℝ𝕊𝕋𝕌𝕍𝕎𝕏𝕐ℤ"
_SCRIPT = "𝒜ℬ𝒞𝒟ℰℱ𝒢ℋℐ𝒥𝒦ℒℳ𝒩𝒪𝒫𝒬ℛ𝒮𝒯𝒰𝒱𝒲𝒳𝒴𝒵"
_FRAKTUR = "𝔄𝔅ℭ𝔇𝔈𝔉𝔊ℌℑ𝔍𝔎𝔏𝔐𝔑𝔒𝔓𝔔ℜ𝔖𝔗𝔘𝔙𝔚𝔛𝔜ℨ"
ALPHABETS: dict[str, dict[int, str]] = {
    "mathbb": str.maketrans(_DOUBLE + "1", _DOUBLE_STRUCK + "𝟙"),
    "mathcal": str.maketrans(_DOUBLE, _SCRIPT),
    "mathscr": str.maketrans(_DOUBLE, _SCRIPT),
    "mathfrak": str.maketrans(_DOUBLE, _FRAKTUR),
}
SUPERSCRIPTS = str.maketrans(
    "0123456789+-=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδθφχ′∗⊤",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᶿᵠᵡ′*ᵀ",
)
SUBSCRIPTS = str.maketrans(
    "0123456789+-=()aehijklmnoprstuvxβγρφχ",
    "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
)
FRACTIONS = {
    ("1", "2"): "½",
    ("1", "3"): "⅓",
    ("2", "3"): "⅔",
    ("1", "4"): "¼",
    ("3", "4"): "¾",
    ("1", "8"): "⅛",
}
