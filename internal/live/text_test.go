package live

import (
	"strings"
	"testing"
)

func TestClip_ShowsNothingThatHidesOrTurnsText(t *testing.T) {
	for text, want := range map[string]string{
		"a\x00b\x1b[31mc\x7f\u0085": "a?b?[31mc??", "pay\u202egnp.exe": "pay?gnp.exe", "\u2066a\u2069": "?a?",
		"two\r\nlines\tand 한글 é 👩‍💻": "two\r\nlines\tand 한글 é 👩‍💻", "bad \xff\xfe": "bad ?",
	} {
		if got := Clip(text, 100); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestIsName_TakesWhatKubernetesMayHave(t *testing.T) {
	for name, want := range map[string]bool{"cart-prod.1": true, "서비스": true, "": false, "a/b": false, "a\x00": false, "a\n": false, "a\u202eb": false, "\xff": false,
		"--all": false, ".": false, "..": false, strings.Repeat("n", MaxName): true, strings.Repeat("n", MaxName+1): false} {
		if IsName(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}
