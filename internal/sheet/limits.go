package sheet

import (
	"cmp"
	"encoding/json"
	"strings"
	"sync"

	"deckplan/internal/plan"
)

// mostUnsaid bounds a list of which the plan's schema does not say how long it
// may be.
const mostUnsaid = 100

// limits gives how many entries a list may hold, by table and field, as the
// plan's schema says.
var limits = sync.OnceValue(func() map[string]int {
	type node struct {
		Ref        string `json:"$ref"`
		MaxItems   int
		Items      *node
		Properties map[string]*node
	}
	var schema struct {
		node
		Defs map[string]*node `json:"$defs"`
	}
	if err := json.Unmarshal(plan.JSONSchema(), &schema); err != nil {
		panic(err) // the schema is fixed at build time
	}
	resolve := func(n *node) *node {
		if n != nil && n.Ref != "" {
			return schema.Defs[strings.TrimPrefix(n.Ref, "#/$defs/")]
		}
		return n
	}
	out := map[string]int{}
	for _, k := range plan.Kinds() {
		for _, f := range k.Fields {
			n := schema.Properties[k.Name]
			if n != nil && n.Items != nil {
				n = n.Items
			}
			for name := range strings.SplitSeq(f.Name, ".") {
				if n = resolve(n); n != nil {
					n = n.Properties[name]
				}
			}
			out[k.Name+"."+f.Name] = mostUnsaid
			if n != nil {
				out[k.Name+"."+f.Name] = cmp.Or(n.MaxItems, mostUnsaid)
			}
		}
	}
	return out
})
