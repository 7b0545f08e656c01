package plan

import (
	"crypto/rand"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// Item is a row of one of the plan's tables.
type Item interface{ Key() string }

// FieldType says how a field is typed in, shown and checked.
type FieldType string

const (
	Text    FieldType = "text"
	Long    FieldType = "long" // text of several lines
	Number  FieldType = "number"
	Integer FieldType = "integer"
	Flag    FieldType = "flag"
	Choice  FieldType = "choice"
	Choices FieldType = "choices"
	RefOne  FieldType = "ref"
	RefMany FieldType = "refs"
	Texts   FieldType = "texts" // short words, comma-separated when typed in
	Tool    FieldType = "tool"  // a tool of the catalogue, or any other word
)

// Field is a column. Name is its path in the document, such as approval.role.
type Field struct {
	Name     string
	Type     FieldType
	Required bool
	Values   []string // of a Choice or Choices
	Words    string   // prefix of the values' messages, such as choice.gate.
	Ref      string   // the table that a RefOne or RefMany names
	Owner    bool     // the row goes when the row it names goes
	index    []int
}

// Kind is one table of the plan, with everything a page, a form, an edit or a
// check needs to know of it. Label and other words are messages by its Name.
type Kind struct {
	Name   string // as in the document, such as clusters
	Fields []Field
	one    bool
	typ    reflect.Type
	table  int // index of the field in Plan
}

// Field gives a column by its name.
func (k *Kind) Field(name string) (Field, bool) {
	i := slices.IndexFunc(k.Fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return k.Fields[i], true
}

// HasID tells whether rows carry an identifier of their own; others are known
// by what they join.
func (k *Kind) HasID() bool {
	_, ok := k.typ.FieldByName("ID")
	return ok
}

// HasName tells whether rows carry a name.
func (k *Kind) HasName() bool { _, ok := k.Field("name"); return ok }

// Owner gives the field that names the row which this one is part of, where
// there is exactly one.
func (k *Kind) Owner() (Field, bool) {
	var found []Field
	for _, f := range k.Fields {
		if f.Owner {
			found = append(found, f)
		}
	}
	if len(found) != 1 {
		return Field{}, false
	}
	return found[0], true
}

// Len is the number of rows.
func (k *Kind) Len(p *Plan) int {
	if k.one {
		return 1
	}
	return k.rows(p).Len()
}

// At is the i-th row.
func (k *Kind) At(p *Plan, i int) Item { return k.value(p, i).Interface().(Item) }

// Index is the position of the row with that key, or -1.
func (k *Kind) Index(p *Plan, key string) int {
	for i := range k.Len(p) {
		if k.At(p, i).Key() == key {
			return i
		}
	}
	return -1
}

// Find gives the row with that key, or nil.
func (k *Kind) Find(p *Plan, key string) Item {
	if i := k.Index(p, key); i >= 0 {
		return k.At(p, i)
	}
	return nil
}

func (k *Kind) rows(p *Plan) reflect.Value { return reflect.ValueOf(p).Elem().Field(k.table) }

func (k *Kind) value(p *Plan, i int) reflect.Value {
	if k.one {
		return k.rows(p)
	}
	return k.rows(p).Index(i)
}

// Get gives a field's value in a row.
func (k *Kind) Get(item Item, f Field) any {
	return reflect.ValueOf(item).FieldByIndex(f.index).Interface()
}

// JSON gives a field's value in a row as it stands in the document; a list
// that is missing is an empty one.
func (k *Kind) JSON(item Item, f Field) json.RawMessage {
	if v := reflect.ValueOf(item).FieldByIndex(f.index); v.Kind() == reflect.Slice && v.Len() == 0 {
		return json.RawMessage("[]")
	}
	b, err := json.Marshal(k.Get(item, f))
	if err != nil {
		return json.RawMessage("null")
	}
	return b
}

// Refs gives the keys a field of a row names; none for other fields.
func (k *Kind) Refs(item Item, f Field) []string {
	switch v := k.Get(item, f).(type) {
	case string:
		if f.Type == RefOne && v != "" {
			return []string{v}
		}
	case []string:
		if f.Type == RefMany {
			return v
		}
	}
	return nil
}

// Name gives what a row is called: its name, else what it joins.
func Name(p *Plan, k *Kind, item Item) string {
	if f, ok := k.Field("name"); ok {
		if s, _ := k.Get(item, f).(string); s != "" {
			return s
		}
	}
	var parts []string
	for _, f := range k.Fields {
		if f.Type != RefOne || !f.Required && len(parts) > 0 {
			continue
		}
		for _, key := range k.Refs(item, f) {
			parts = append(parts, NameOf(p, f.Ref, key))
		}
	}
	if len(parts) == 0 {
		return item.Key()
	}
	return strings.Join(parts, " → ")
}

// NameOf gives what the row of a table is called, or its key when it is gone.
func NameOf(p *Plan, kind, key string) string {
	k := KindOf(kind)
	if k == nil {
		return key
	}
	item := k.Find(p, key)
	if item == nil {
		return key
	}
	return Name(p, k, item)
}

// Kinds are the plan's tables in the document's order.
func Kinds() []*Kind { return kinds }

// KindOf gives a table by its name in the document, or nil.
func KindOf(name string) *Kind { return kindByName[name] }

var (
	kinds      = buildKinds()
	kindByName = func() map[string]*Kind {
		m := map[string]*Kind{}
		for _, k := range kinds {
			m[k.Name] = k
		}
		return m
	}()
)

func buildKinds() (out []*Kind) {
	t := reflect.TypeFor[Plan]()
	for i := range t.NumField() {
		f := t.Field(i)
		k := &Kind{Name: jsonName(f), table: i, typ: f.Type}
		switch {
		case f.Type.Kind() == reflect.Slice:
			k.typ = f.Type.Elem()
		case f.Type.Implements(reflect.TypeFor[Item]()):
			k.one = true
		default:
			continue
		}
		k.Fields = fieldsOf(k.typ, "", nil)
		out = append(out, k)
	}
	return out
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

func fieldsOf(t reflect.Type, prefix string, index []int) (out []Field) {
	for i := range t.NumField() {
		sf := t.Field(i)
		path := append(slices.Clone(index), i)
		if sf.Type.Kind() == reflect.Struct {
			out = append(out, fieldsOf(sf.Type, prefix+jsonName(sf)+".", path)...)
			continue
		}
		if sf.Name == "ID" && sf.Tag.Get("ref") == "" && t.Name() != "Assumption" {
			continue // generated, never typed in
		}
		f := Field{Name: prefix + jsonName(sf), Type: typeOf(sf), index: path,
			Required: slices.Contains(strings.Split(sf.Tag.Get("jsonschema"), ","), "required")}
		f.Ref, _, f.Owner = strings.Cut(sf.Tag.Get("ref"), ",")
		if v := choiceOf(sf.Type); v != nil {
			f.Values = v.Values()
			f.Words = "choice." + strings.ToLower(reflect.TypeOf(v).Name()) + "."
		}
		out = append(out, f)
	}
	return out
}

// choiceOf gives the values of a choice type or of a list of them, or nil.
func choiceOf(t reflect.Type) choice {
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	c, _ := reflect.Zero(t).Interface().(choice)
	return c
}

func typeOf(f reflect.StructField) FieldType {
	switch form := f.Tag.Get("form"); {
	case f.Tag.Get("ref") != "" && f.Type.Kind() == reflect.Slice:
		return RefMany
	case f.Tag.Get("ref") != "":
		return RefOne
	case form != "":
		return FieldType(form)
	case choiceOf(f.Type) != nil && f.Type.Kind() == reflect.Slice:
		return Choices
	case choiceOf(f.Type) != nil:
		return Choice
	}
	switch f.Type.Kind() {
	case reflect.Bool:
		return Flag
	case reflect.Float64:
		return Number
	case reflect.Int:
		return Integer
	case reflect.Slice:
		return Texts
	default:
		return Text
	}
}

// Words gives the values of a Choice, Choices or Texts field of a row.
func Words(item Item, f Field) []string {
	v := reflect.ValueOf(item).FieldByIndex(f.index)
	switch v.Kind() {
	case reflect.String:
		if v.String() == "" {
			return nil
		}
		return []string{v.String()}
	case reflect.Slice:
		out := make([]string, v.Len())
		for i := range out {
			if s, ok := v.Index(i).Interface().(interface{ String() string }); ok {
				out[i] = s.String()
			} else {
				out[i] = v.Index(i).String()
			}
		}
		return out
	}
	return nil
}

// NewID makes an identifier for a row or a plan: 60 random bits.
func NewID() string { return strings.ToLower(rand.Text()[:12]) }
