package plan

import (
	"io"

	"go.yaml.in/yaml/v3"
)

// Position is a place in a file; line and column count from 1.
type Position struct{ Line, Column int }

// Positions tells where in its file each row of a plan stands.
type Positions struct {
	rows map[string]map[string]Position
} // by table and key

// Row gives the place of a table's row; none for a row that the file lacks.
func (p Positions) Row(kind, key string) (Position, bool) {
	at, ok := p.rows[kind][key]
	return at, ok
}

// Locate is DecodeYAML that also tells where the rows stand, from the same
// reading of the file.
func Locate(r io.Reader) (*Plan, Positions, error) {
	p, root, err := decodeYAML(r)
	if err != nil {
		return p, Positions{}, err
	}
	return p, positions(p, root), nil
}

// positions pairs a plan's rows with the nodes they were read from: both are in
// the file's order.
func positions(p *Plan, root *yaml.Node) Positions {
	out := Positions{map[string]map[string]Position{}}
	for _, k := range kinds {
		table := child(dealiased(root), k.Name)
		if table == nil {
			continue
		}
		if k.one {
			out.rows[k.Name] = map[string]Position{k.At(p, 0).Key(): {table.Line, table.Column}}
			continue
		}
		nodes := dealiased(table).Content
		rows := make(map[string]Position, len(nodes))
		for i := range min(k.Len(p), len(nodes)) {
			rows[k.At(p, i).Key()] = Position{nodes[i].Line, nodes[i].Column}
		}
		out.rows[k.Name] = rows
	}
	return out
}

// dealiased is the node that an alias stands for; any other is itself.
func dealiased(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}
