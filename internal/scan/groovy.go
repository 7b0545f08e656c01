package scan

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// There is no kept parser of Jenkinsfiles in Go, and a Jenkinsfile is a Groovy
// program. What follows reads the shape that declarative pipelines (and the
// plain part of scripted ones) have: statements that begin with a name, take
// words and texts, and may carry blocks in braces. Everything else passes by.

type tokenKind int

const (
	word tokenKind = iota
	quoted
	mark // one character of punctuation
)

type token struct {
	kind tokenKind
	text string
	line int
}

// statement is a line of Groovy with the blocks it carries.
type statement struct {
	tokens []token
	blocks []block
	line   int
}

// block is what stands in a pair of braces; label is the name before it, as
// in parallel(a: { … }).
type block struct {
	label string
	body  []statement
}

const (
	maxBlocks     = 100     // braces within braces
	maxStatements = 100_000 // of one file
)

type groovy struct {
	src  string
	at   int
	line int
	left int
}

// parseGroovy reads statements up to the end; it never fails, whatever it is given.
func parseGroovy(src string) []statement {
	g := &groovy{src: src, line: 1, left: maxStatements}
	var out []statement
	for g.at < len(g.src) && g.left > 0 {
		out = append(out, g.body(0)...) // a closing brace too many ends nothing
	}
	return out
}

// body reads statements up to the closing brace.
func (g *groovy) body(depth int) []statement {
	var out []statement
	var s statement
	round := 0
	end := func() {
		if len(s.tokens) > 0 || len(s.blocks) > 0 {
			out = append(out, s)
			g.left--
		}
		s, round = statement{}, 0
	}
	for g.left > 0 {
		t, newline, ok := g.next(s)
		if newline && round == 0 && !g.continues(s) {
			end()
		}
		if !ok {
			break
		}
		if s.line == 0 {
			s.line = t.line
		}
		switch {
		case t.kind == mark && t.text == "{" && depth < maxBlocks:
			s.blocks = append(s.blocks, block{label(s.tokens), g.body(depth + 1)})
		case t.kind == mark && t.text == "}":
			end()
			return out
		case t.kind == mark && t.text == ";" && round == 0:
			end()
		default:
			if t.kind == mark && strings.Contains("([", t.text) {
				round++
			} else if t.kind == mark && strings.Contains(")]", t.text) && round > 0 {
				round--
			}
			s.tokens = append(s.tokens, t)
		}
	}
	end()
	return out
}

// continues tells whether a statement goes on in the next line.
func (g *groovy) continues(s statement) bool {
	if len(s.tokens) == 0 {
		return false
	}
	last := s.tokens[len(s.tokens)-1]
	return last.kind == mark && strings.Contains(",+.:=&|", last.text) && (len(s.blocks) == 0 || last.text == ",")
}

func label(tokens []token) string {
	if n := len(tokens); n >= 2 && tokens[n-1].text == ":" && tokens[n-1].kind == mark {
		return tokens[n-2].text
	}
	return ""
}

// next gives the next token, and whether a line ended before it.
func (g *groovy) next(s statement) (t token, newline, ok bool) {
	for g.at < len(g.src) {
		rest := g.src[g.at:]
		switch {
		case rest[0] == '\n':
			newline = true
			g.line++
			g.at++
		case rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\r':
			g.at++
		case strings.HasPrefix(rest, "//"), strings.HasPrefix(rest, "#!"):
			g.skip(strings.IndexByte(rest, '\n'), len(rest))
		case strings.HasPrefix(rest, "/*"):
			i := strings.Index(rest[2:], "*/")
			if i >= 0 {
				i += 4
			}
			g.line += strings.Count(rest[:max(i, 0)], "\n")
			g.skip(i, len(rest))
		default:
			return g.token(rest, s), newline, true
		}
	}
	return token{}, true, false
}

func (g *groovy) skip(n, otherwise int) {
	if n < 0 {
		n = otherwise
	}
	g.at += n
}

func (g *groovy) token(rest string, s statement) token {
	t := token{line: g.line}
	for _, q := range []string{`'''`, `"""`, `'`, `"`} {
		if strings.HasPrefix(rest, q) {
			t.kind, t.text = quoted, g.quoted(rest, q)
			return t
		}
	}
	if rest[0] == '/' && regexpHere(s) {
		if i := strings.IndexAny(rest[1:], "/\n"); i >= 0 && rest[1+i] == '/' {
			g.at += i + 2
			t.kind, t.text = quoted, rest[1:1+i]
			return t
		}
	}
	n := 0
	for n < len(rest) {
		c, size := utf8.DecodeRuneInString(rest[n:])
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '_' && c != '$' && c != '@' {
			break
		}
		n += size
	}
	if n == 0 {
		_, n = utf8.DecodeRuneInString(rest)
		t.kind = mark
	}
	t.text = rest[:n]
	g.at += n
	return t
}

// regexpHere tells whether a slash begins a text rather than divides.
func regexpHere(s statement) bool {
	if len(s.tokens) == 0 {
		return true
	}
	last := s.tokens[len(s.tokens)-1]
	return last.kind == mark && strings.Contains("(,=~:[+!", last.text)
}

// quoted reads a text in quotes. What a GString puts in from elsewhere
// becomes a "$": it is not known here, and may be a secret.
func (g *groovy) quoted(rest, q string) string {
	var b strings.Builder
	i := len(q)
	for i < len(rest) && !strings.HasPrefix(rest[i:], q) {
		switch c := rest[i]; {
		case c == '\n' && len(q) == 1:
			g.at += i // not closed on its line
			return b.String()
		case c == '\\' && i+1 < len(rest):
			if i++; rest[i] == '\n' {
				g.line++
			}
			switch rest[i] {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			case '\n':
				b.WriteString("\\\n")
			case '$':
				b.WriteString(`$`)
			default:
				b.WriteByte(rest[i])
			}
		case c == '$' && q[0] == '"' && strings.HasPrefix(rest[i:], "${"):
			end := strings.IndexByte(rest[i:], '}')
			if end < 0 {
				end = 1
			}
			name := rest[i+2 : max(i+2, i+end)]
			g.line += strings.Count(name, "\n")
			name = name[strings.LastIndexByte(name, '.')+1:]
			if name == "" || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" {
				name = "X"
			}
			b.WriteString("$" + name)
			i += end
		default:
			if c == '\n' {
				g.line++
			}
			b.WriteByte(c)
		}
		i++
	}
	g.at += min(i+len(q), len(rest))
	return b.String()
}

// name is the word a statement begins with, a path such as docker.build whole.
func (s statement) name() string {
	out := ""
	for i, t := range s.tokens {
		switch {
		case t.kind == word && (i == 0 || strings.HasSuffix(out, ".")):
			out += t.text
		case t.kind == mark && t.text == "." && i > 0 && out != "":
			out += "."
		default:
			return out
		}
	}
	return out
}

// first is the statement's first text, or the one given under a name.
func (s statement) first(names ...string) (token, bool) {
	for _, name := range names {
		for i, t := range s.tokens {
			if t.kind == word && t.text == name && i+2 < len(s.tokens) && s.tokens[i+1].text == ":" && s.tokens[i+2].kind == quoted {
				return s.tokens[i+2], true
			}
		}
	}
	for _, t := range s.tokens {
		if t.kind == quoted {
			return t, true
		}
	}
	return token{}, false
}

// given are all texts given under a name.
func (s statement) given(names ...string) []string {
	var out []string
	for i, t := range s.tokens {
		if t.kind != word || i+2 >= len(s.tokens) || s.tokens[i+1].text != ":" || s.tokens[i+2].kind != quoted {
			continue
		}
		for _, n := range names {
			if t.text == n {
				out = append(out, s.tokens[i+2].text)
			}
		}
	}
	return out
}

// call finds the text given to a function anywhere in the statement, as in
// TOKEN = credentials('id').
func (s statement) call(name string) (string, bool) {
	for i, t := range s.tokens {
		if t.kind == word && t.text == name && i+2 < len(s.tokens) && s.tokens[i+1].text == "(" && s.tokens[i+2].kind == quoted {
			return s.tokens[i+2].text, true
		}
	}
	return "", false
}
