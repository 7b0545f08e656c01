package rollout

import (
	"bytes"
	"encoding/json"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// object is a mapping in the order in which it is written: names and values by
// turns. A nil value is left out.
type object []any

// MarshalYAML writes the names in their order.
func (o object) MarshalYAML() (any, error) {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for i := 0; i+1 < len(o); i += 2 {
		if o[i+1] == nil {
			continue
		}
		var key, value yaml.Node
		key.SetString(o[i].(string))
		if err := value.Encode(o[i+1]); err != nil {
			return nil, err
		}
		n.Content = append(n.Content, &key, &value)
	}
	return n, nil
}

// list is a sequence of mappings or values.
type list []any

// yaml encodes an object; what the package makes always encodes.
func (o object) yaml() []byte {
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(o); err != nil {
		panic(err)
	}
	_ = enc.Close() // a buffer does not fail
	return out.Bytes()
}

func itoa(n int) string { return strconv.Itoa(n) }

// unless gives nothing, which is left out, where a condition holds.
func unless(when bool, v any) any {
	if when {
		return nil
	}
	return v
}

// MarshalJSON writes the names in their order.
func (o object) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i := 0; i+1 < len(o); i += 2 {
		if o[i+1] == nil {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(strconv.AppendQuote(out, o[i].(string)), ':')
		value, err := json.Marshal(o[i+1])
		if err != nil {
			return nil, err
		}
		out = append(out, value...)
	}
	return append(out, '}'), nil
}
