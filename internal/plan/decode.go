package plan

import (
	"bytes"
	"encoding/json"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Decode makes a row of the table from JSON and tells what is wrong with it by
// itself; that what it names exists is not asked. Paths begin with the table.
func (k *Kind) Decode(raw json.RawMessage) (Item, []Problem) {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, []Problem{{Path: k.Name, ID: "plan.problem.row", Args: map[string]any{"table": k.Name}}}
	}
	if problems := schemaProblems(compiled().rows[k.Name], v, k.Name); len(problems) > 0 {
		return nil, problems
	}
	row, err := decodeRow(k, raw)
	if err != nil {
		return nil, []Problem{{Path: k.Name, ID: "plan.problem.row", Args: map[string]any{"table": k.Name}}}
	}
	return row.Interface().(Item), nil
}
