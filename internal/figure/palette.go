// Package figure draws analyses as SVG: for pages, for reports and for screen
// readers alike. A figure takes its colours from a Palette, its words from a
// function, and measures its texts by East Asian width. It uses no style
// attribute: a page's content security policy drops them.
//
// A page must not set font or fill on svg text by a style rule, which would win
// over the attributes written here.
package figure

// Palette is the colours of a figure, each in a form that fits a fill or
// stroke attribute.
type Palette struct {
	Ink, Ink2, Ink3           string
	Paper, Sheet, Sunk        string
	Line, Line2               string
	Accent, AccentSheet       string
	Good, Warn, Bad, Idle     string
	GoodSheet, WarnSheet      string
	BadSheet, IdleSheet       string
	EnvProd, EnvStage, EnvDev string
	// Font is the font family; empty inherits the page's.
	Font string
}

// Page refers to the page's own tokens, so that a figure follows its theme.
var Page = Palette{
	Ink: "var(--ink)", Ink2: "var(--ink-2)", Ink3: "var(--ink-3)",
	Paper: "var(--paper)", Sheet: "var(--sheet)", Sunk: "var(--sunk)",
	Line: "var(--line)", Line2: "var(--line-2)",
	Accent: "var(--accent)", AccentSheet: "var(--accent-sheet)",
	Good: "var(--good)", Warn: "var(--warn)", Bad: "var(--bad)", Idle: "var(--idle)",
	GoodSheet: "var(--good-sheet)", WarnSheet: "var(--warn-sheet)",
	BadSheet: "var(--bad-sheet)", IdleSheet: "var(--idle-sheet)",
	EnvProd: "var(--env-prod)", EnvStage: "var(--env-stage)", EnvDev: "var(--env-dev)",
}

// File has the light theme's colours as they are, for files and paper.
var File = Palette{
	Ink: "#10243a", Ink2: "#4c6076", Ink3: "#566a7e",
	Paper: "#f4f6f8", Sheet: "#ffffff", Sunk: "#eaeef2",
	Line: "#d7dfe7", Line2: "#b9c6d3",
	Accent: "#1f5fbf", AccentSheet: "#e6effb",
	Good: "#187352", Warn: "#925700", Bad: "#b8322a", Idle: "#6a5acd",
	GoodSheet: "#e3f4ed", WarnSheet: "#fbf0dc",
	BadSheet: "#fbe7e5", IdleSheet: "#eeebfb",
	EnvProd: "#c8d9f2", EnvStage: "#d5e8dd", EnvDev: "#ece5d3",
	Font: `Pretendard, Inter, system-ui, "Apple SD Gothic Neo", "Noto Sans KR", "Noto Sans CJK KR", sans-serif`,
}
