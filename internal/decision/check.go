package decision

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// A check is an expression over the plan's figures that is true while an
// assumption holds, such as
//
//	layout("by-env").radius <= 0.5 and zone("vault").internet == false
//
// A figure is a kind of thing, the thing's key or name in quotes (none for plan
// and images) and the figure's name; Vocabulary lists them all with their
// units. Figures and literals are joined by + - * / and ** , compared by
// == != < <= > >= and in [...], and combined by and, or, not and ?:. abs, min,
// max, round, floor and ceil may be used. Nothing else may: a check reads
// figures and answers yes or no, it cannot loop, call or change anything.
// Percentages are fractions: half is 0.5.

// MaxCheck bounds a check's text, in characters.
const MaxCheck = 500

// mostNodes bounds its parts.
const mostNodes = 120

// Check is a compiled check.
type Check struct {
	Text    string
	Refs    []Ref // the figures it looks at, each once
	program *vm.Program
}

// Ref names a figure of the plan.
type Ref struct {
	Kind  string `json:"kind"`
	Key   string `json:"key,omitempty"` // or name; empty for kinds without
	Field string `json:"field"`
}

// String writes the figure as checks do.
func (r Ref) String() string {
	if r.Key == "" {
		return r.Kind + "." + r.Field
	}
	return fmt.Sprintf("%s(%q).%s", r.Kind, r.Key, r.Field)
}

// checksKept bounds the checks that are kept compiled: they are judged again
// after every change.
const checksKept = 4096

// compiled are the checks compiled last, by their text.
var compiled = struct {
	sync.Mutex
	checks map[string]*Check
}{checks: map[string]*Check{}}

// CompileCheck reads a check. What is wrong with it is an Error: a message id
// with arguments that say where and what to write instead.
func CompileCheck(text string) (*Check, *Error) {
	compiled.Lock()
	c := compiled.checks[text]
	compiled.Unlock()
	if c != nil {
		return c, nil
	}
	c, fault := compile(text)
	if fault == nil {
		compiled.Lock()
		defer compiled.Unlock()
		if len(compiled.checks) >= checksKept {
			clear(compiled.checks)
		}
		compiled.checks[text] = c
	}
	return c, fault
}

func compile(text string) (*Check, *Error) {
	if len(text) > 4*MaxCheck || len([]rune(text)) > MaxCheck {
		return nil, &Error{"decision.check.long", map[string]any{"max": MaxCheck}}
	}
	if nest(text) > 40 { // before the parser recurses
		return nil, &Error{"decision.check.long", map[string]any{"max": MaxCheck}}
	}
	tree, err := parser.Parse(text)
	if err != nil {
		return nil, syntax(err)
	}
	c := &Check{Text: text}
	r := &reader{check: c}
	if fault := r.read(tree.Node); fault != nil {
		return nil, fault
	}
	if r.nodes > mostNodes {
		return nil, &Error{"decision.check.long", map[string]any{"max": MaxCheck}}
	}
	env := map[string]any{}
	for i, ref := range c.Refs {
		env[slot(i)] = zero(ref)
	}
	options := []expr.Option{expr.Env(env), expr.AsBool(), expr.Patch(binder{c.Refs}), expr.DisableAllBuiltins()}
	for _, f := range functions {
		options = append(options, expr.EnableBuiltin(f))
	}
	if c.program, err = expr.Compile(text, options...); err != nil {
		return nil, syntax(err)
	}
	if len(c.Refs) == 0 {
		return nil, &Error{"decision.check.nothing", nil}
	}
	return c, nil
}

var functions = []string{"abs", "min", "max", "round", "floor", "ceil"}

// nest is how deep a text's brackets and signs nest, at most.
func nest(text string) int {
	depth, most, signs := 0, 0, 0
	for _, c := range text {
		switch c {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		case '-', '+', '!', '?':
			signs++
		}
		most = max(most, depth)
	}
	return max(most, signs/2)
}

// syntax words what the library says of a text: its message and the column.
func syntax(err error) *Error {
	args := map[string]any{"column": 1, "detail": err.Error()}
	var at *file.Error
	if errors.As(err, &at) {
		args["column"], args["detail"] = at.Column+1, at.Message
	}
	return &Error{"decision.check.syntax", args}
}

// slot names a figure's value inside a compiled check.
func slot(i int) string { return fmt.Sprintf("figure%d", i) }

// zero is a value of the figure's type.
func zero(r Ref) any {
	t, _ := term(r.Kind, r.Field)
	switch t.Type {
	case Word:
		return ""
	case Truth:
		return false
	}
	return 0.0
}

// reader finds the figures of a check and what may not stand in one.
type reader struct {
	check *Check
	nodes int
}

func (r *reader) read(n ast.Node) *Error {
	if r.nodes++; r.nodes > mostNodes {
		return nil
	}
	switch n := n.(type) {
	case *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode, *ast.StringNode, *ast.ConstantNode:
		return nil
	case *ast.UnaryNode:
		return r.read(n.Node)
	case *ast.BinaryNode:
		if slices.Contains([]string{"matches", "..", "|", "??", "%", "contains", "startsWith", "endsWith"}, n.Operator) {
			return refuse(n, n.Operator)
		}
		return r.all(n.Left, n.Right)
	case *ast.ConditionalNode:
		return r.all(n.Cond, n.Exp1, n.Exp2)
	case *ast.ArrayNode:
		return r.all(n.Nodes...)
	case *ast.BuiltinNode:
		if !slices.Contains(functions, n.Name) {
			return refuse(n, n.Name)
		}
		return r.all(n.Arguments...)
	case *ast.ChainNode:
		return r.read(n.Node)
	case *ast.MemberNode:
		return r.figure(n)
	case *ast.IdentifierNode:
		if _, ok := Vocabulary[n.Value]; ok {
			return &Error{"decision.check.no_figure", map[string]any{"kind": n.Value, "column": column(n), "known": fields(n.Value)}}
		}
		return &Error{"decision.check.unknown_kind", map[string]any{"got": n.Value, "column": column(n), "known": kinds()}}
	case *ast.CallNode:
		name := "()"
		if f, ok := n.Callee.(*ast.IdentifierNode); ok {
			name = f.Value
			if _, ok := Vocabulary[name]; ok {
				return &Error{"decision.check.no_figure", map[string]any{"kind": name, "column": column(n), "known": fields(name)}}
			}
		}
		return &Error{"decision.check.unknown_kind", map[string]any{"got": name, "column": column(n), "known": kinds()}}
	}
	return refuse(n, strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%T", n), "*ast."), "Node"))
}

func (r *reader) all(nodes ...ast.Node) *Error {
	for _, n := range nodes {
		if fault := r.read(n); fault != nil {
			return fault
		}
	}
	return nil
}

// figure reads kind("key").field or kind.field.
func (r *reader) figure(n *ast.MemberNode) *Error {
	ref, ok := refOf(n)
	if !ok {
		return refuse(n, ".")
	}
	v, known := Vocabulary[ref.Kind]
	switch {
	case !known:
		return &Error{"decision.check.unknown_kind", map[string]any{"got": ref.Kind, "column": column(n), "known": kinds()}}
	case v.Keyed && ref.Key == "":
		return &Error{"decision.check.no_key", map[string]any{"kind": ref.Kind, "column": column(n)}}
	case !v.Keyed && ref.Key != "":
		return &Error{"decision.check.key", map[string]any{"kind": ref.Kind, "column": column(n)}}
	}
	if _, ok := term(ref.Kind, ref.Field); !ok {
		return &Error{"decision.check.unknown_figure", map[string]any{"got": ref.Field, "kind": ref.Kind, "column": column(n), "known": fields(ref.Kind)}}
	}
	if !slices.Contains(r.check.Refs, ref) {
		r.check.Refs = append(r.check.Refs, ref)
	}
	return nil
}

// refOf tells which figure a member access is, if it is one.
func refOf(n ast.Node) (Ref, bool) {
	m, ok := n.(*ast.MemberNode)
	if !ok {
		return Ref{}, false
	}
	field, ok := m.Property.(*ast.StringNode)
	if !ok {
		return Ref{}, false
	}
	switch of := m.Node.(type) {
	case *ast.IdentifierNode:
		return Ref{Kind: of.Value, Field: field.Value}, true
	case *ast.CallNode:
		kind, ok := of.Callee.(*ast.IdentifierNode)
		if !ok || len(of.Arguments) != 1 {
			return Ref{}, false
		}
		key, ok := of.Arguments[0].(*ast.StringNode)
		if !ok {
			return Ref{}, false
		}
		return Ref{Kind: kind.Value, Key: key.Value, Field: field.Value}, true
	}
	return Ref{}, false
}

func refuse(n ast.Node, what string) *Error {
	return &Error{"decision.check.not_allowed", map[string]any{"got": what, "column": column(n)}}
}

func column(n ast.Node) int { return n.Location().From + 1 }

// binder puts a variable of the figure's type in each figure's place.
type binder struct{ refs []Ref }

// Visit replaces a figure.
func (b binder) Visit(n *ast.Node) {
	if ref, ok := refOf(*n); ok {
		if i := slices.Index(b.refs, ref); i >= 0 {
			ast.Patch(n, &ast.IdentifierNode{Value: slot(i)})
		}
	}
}

// Result is how an assumption stands.
type Result string

const (
	Holds   Result = "holds"
	Broken  Result = "broken"
	Unknown Result = "unknown" // a figure is missing, or nothing can be said of it now
)

// World is where checks find figures. A figure that the plan no longer has, or
// that cannot be told now, is a *Missing.
type World interface {
	Figure(Ref) (Figure, error)
}

// Missing says why there is no figure: a message id with arguments. Gone says
// that the thing is no longer in the plan, not only out of sight.
type Missing struct {
	Ref  Ref
	ID   string
	Args map[string]any
	Gone bool
}

func (m *Missing) Error() string { return "decision: no figure " + m.Ref.String() }

// Figure is a figure as it was found: a number, a text or a truth, and what its
// thing is called.
type Figure struct {
	Ref
	Name  string `json:"name,omitempty"`
	Value any    `json:"value"`
}

// Judgement is how a check stands, and the figures it was judged by.
type Judgement struct {
	Result  Result
	Figures []Figure
	Missing *Missing // why it is unknown
}

// Judge evaluates the check.
func (c *Check) Judge(w World) Judgement {
	var j Judgement
	env := make(map[string]any, len(c.Refs))
	for i, ref := range c.Refs {
		f, err := w.Figure(ref)
		if err != nil {
			if !errors.As(err, &j.Missing) {
				j.Missing = &Missing{Ref: ref, ID: "decision.missing.figure"}
			}
			j.Result = Unknown
			return j
		}
		j.Figures = append(j.Figures, f)
		env[slot(i)] = f.Value
	}
	out, err := expr.Run(c.program, env)
	switch holds, ok := out.(bool); {
	case err != nil || !ok:
		j.Result, j.Missing = Unknown, &Missing{Ref: c.Refs[0], ID: "decision.missing.value"}
	case holds:
		j.Result = Holds
	default:
		j.Result = Broken
	}
	return j
}

// Live tells whether the figure is about what runs.
func (r Ref) Live() bool { return strings.HasPrefix(r.Field, "live_") }
