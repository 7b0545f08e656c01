package prose

import (
	"fmt"
	"testing"
)

func TestBlocks_TakeATextApart(t *testing.T) {
	for md, want := range map[string]string{
		"One **bold** and `co*de*`\nnext line":              "[{ [] [] One bold and co*de*\nnext line}]",
		"## Why\n\n- a\n- b\n  1. c\n":                      "[{Why [] [] } { [a b – 1. c] [] }]",
		"[docs](https://x.example) <https://y.example>":     "[{ [] [] docs (https://x.example) https://y.example}]",
		"| a | b |\n|---|---|\n| 1 | **2** |":               "[{ [] [[a b] [1 2]] }]",
		"> quoted\n\n```go\nx := 1\n```":                    "[{ [] [] quoted} { [] [] x := 1}]",
		"a <script>x</script> \\*not\\* &amp;<!-- gone -->": "[{ [] [] a <script>x</script> *not* &}]",
		"- [x] done": "[{ [☑ done] [] }]",
		"   ":        "[]",
	} {
		if got := fmt.Sprint(Blocks(md)); got != want {
			t.Errorf("%q: %s\n   not %s", md, got, want)
		}
	}
}
