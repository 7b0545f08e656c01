package scan

import (
	"path"
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// maxScript bounds what is read of one script: the shell's grammar nests.
const maxScript = 64 << 10

// command is a simple command of a script: its words as they stand, "$" where
// one is not known before the script runs.
type command struct {
	words []string
	line  int
}

var expression = regexp.MustCompile(`(?s)\$\{\{.*?\}\}|<<\s*[\w.-]+\s*>>`)

// commands lists the commands of a script in their order. line is where its
// first line stands. What does not parse as shell is read line by line.
func commands(script string, line int) []command {
	if len(script) > maxScript {
		script = script[:maxScript]
	}
	script = expression.ReplaceAllStringFunc(script, func(s string) string { return "EXPRESSION" + strings.Repeat("\n", strings.Count(s, "\n")) })
	if out, err := parseShell(script, line); err == nil {
		return out
	}
	var out []command
	for i, l := range strings.Split(script, "\n") {
		if found, err := parseShell(l, line+i); err == nil {
			out = append(out, found...)
		}
	}
	return out
}

func parseShell(script string, line int) ([]command, error) {
	f, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(script), "")
	if err != nil {
		return nil, err
	}
	var out []command
	syntax.Walk(f, func(n syntax.Node) bool {
		call, ok := n.(*syntax.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		at := line + int(call.Pos().Line()) - 1
		words := make([]string, len(call.Args))
		for i, w := range call.Args {
			words[i] = literal(w)
		}
		out = append(out, unwrap(words, at)...)
		return true
	})
	return out, nil
}

func literal(w *syntax.Word) string {
	var b strings.Builder
	var parts func([]syntax.WordPart)
	parts = func(all []syntax.WordPart) {
		for _, p := range all {
			switch p := p.(type) {
			case *syntax.Lit:
				b.WriteString(p.Value)
			case *syntax.SglQuoted:
				b.WriteString(p.Value)
			case *syntax.DblQuoted:
				parts(p.Parts)
			default:
				b.WriteByte('$')
			}
		}
	}
	parts(w.Parts)
	return b.String()
}

// unwrap takes off what only starts another command, such as sudo.
func unwrap(words []string, line int) []command {
	for range 6 {
		if len(words) == 0 {
			return nil
		}
		words[0] = path.Base(words[0])
		switch words[0] {
		case "sudo", "exec", "time", "nohup", "command", "nice", "retry", "npx", "bunx", "xvfb-run", "env", "timeout":
			words = words[1:]
			for len(words) > 0 && (strings.HasPrefix(words[0], "-") || strings.Contains(words[0], "=") || strings.Trim(words[0], "0123456789smh") == "") {
				words = words[1:]
			}
		case "bash", "sh":
			if len(words) >= 3 && strings.HasPrefix(words[1], "-") && strings.HasSuffix(words[1], "c") && len(words[2]) < maxScript/4 && !strings.Contains(words[2], "bash -c") {
				found, err := parseShell(words[2], line)
				if err != nil {
					return nil
				}
				for i := range found {
					found[i].line = line
				}
				return found
			}
			if len(words) >= 2 && !strings.HasPrefix(words[1], "-") { // a script of the repository, known by its name
				words = words[1:]
				continue
			}
			return []command{{words, line}}
		default:
			return []command{{words, line}}
		}
	}
	return nil
}

// plain are a command's words without its options: what follows an option
// that takes a value is left out where that is known.
func (c command) plain() []string {
	out := c.words[:1:1]
	for i := 1; i < len(c.words); i++ {
		w := c.words[i]
		if strings.HasPrefix(w, "-") && len(w) > 1 {
			if valued[w] && i+1 < len(c.words) {
				i++
			}
			continue
		}
		out = append(out, w)
	}
	return out
}

var valued = map[string]bool{"-n": true, "--namespace": true, "--context": true, "-C": true, "-f": true, "--file": true, "--kubeconfig": true,
	"-H": true, "--prefix": true, "-t": true, "--tag": true, "-s": true, "--settings": true, "-P": true, "-p": true, "--project": true, "--cwd": true}
