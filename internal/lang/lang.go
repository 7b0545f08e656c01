// Package lang words everything Deckplan shows, in Korean and English.
//
// A message has an id and takes arguments; its text in each language lies in
// messages/*.yaml, one file a topic. In a text, {x} stands for the argument x
// as it is (a number is grouped); {x,percent}, {x,hours}, {x,minutes},
// {x,money}, {x,date} and {x,time} say how to write a number; {x,msg:prefix.}
// is the message whose id is prefix.x; {x?one|other} is the first word where x
// is 1 and the second otherwise. After any of these, :은/는 (or another pair)
// adds the Korean particle that fits the last sound of what was written.
package lang

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed messages/*.yaml
var files embed.FS

// Lang is a language of the interface.
type Lang string

const (
	English Lang = "en"
	Korean  Lang = "ko"
)

// All are the languages every message exists in.
var All = []Lang{English, Korean}

var matcher = language.NewMatcher([]language.Tag{language.English, language.Korean})

// Match picks the language for a browser's Accept-Language header.
func Match(header string) Lang {
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(tags) == 0 {
		return English
	}
	_, i, _ := matcher.Match(tags...)
	return All[i]
}

// Parse gives the language with that name.
func Parse(name string) (Lang, bool) {
	l := Lang(name)
	return l, slices.Contains(All, l)
}

// book is every message of one language, cut into parts.
type book struct {
	messages map[string][]part
	printer  *message.Printer
}

var books = sync.OnceValue(func() map[Lang]*book {
	out := map[Lang]*book{}
	for _, l := range All {
		out[l] = &book{map[string][]part{}, message.NewPrinter(language.MustParse(string(l)))}
	}
	for id, texts := range Messages() {
		for l, text := range texts {
			parts, err := parse(text)
			if err != nil {
				panic(fmt.Sprintf("lang: %s (%s): %v", id, l, err)) // a test reads them all
			}
			out[l].messages[id] = parts
		}
	}
	return out
})

// Messages gives every message's texts, for tests and translators. It panics
// where the embedded files are wrong, which a test finds first.
func Messages() map[string]map[Lang]string {
	all := map[string]map[Lang]string{}
	entries, err := files.ReadDir("messages")
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		b, err := files.ReadFile("messages/" + e.Name())
		if err != nil {
			panic(err)
		}
		var m map[string]map[Lang]string
		if err := yaml.Unmarshal(b, &m); err != nil {
			panic(fmt.Sprintf("lang: %s: %v", e.Name(), err))
		}
		for id, texts := range m {
			if all[id] != nil {
				panic("lang: two messages with the id " + id)
			}
			all[id] = texts
		}
	}
	return all
}

// T words a message. An id that no message has comes back in angle marks, so
// that a gap is seen and nothing breaks.
func (l Lang) T(id string, args map[string]any) string {
	b := books()[l]
	if b == nil {
		b = books()[English]
		l = English
	}
	parts, ok := b.messages[id]
	if !ok {
		return "‹" + id + "›"
	}
	if len(parts) == 1 && parts[0].arg == "" {
		return parts[0].text
	}
	var out strings.Builder
	for _, p := range parts {
		l.write(&out, p, args)
	}
	return out.String()
}

// Has tells whether a message exists.
func (l Lang) Has(id string) bool { _, ok := books()[l].messages[id]; return ok }

// Name is the language's own name for itself.
func (l Lang) Name() string {
	if l == Korean {
		return "한국어"
	}
	return "English"
}

// Other is the other language, for the switch.
func (l Lang) Other() Lang {
	if l == Korean {
		return English
	}
	return Korean
}
