package connect_test

import (
	"strings"
	"testing"

	"deckplan/internal/connect"
)

func TestParsePin_TakesFingerprintsAsTheyAreCopied(t *testing.T) {
	digits := strings.Repeat("0a", 32)
	colons := strings.TrimSuffix(strings.Repeat("0A:", 32), ":")
	for text, ok := range map[string]bool{
		digits: true, strings.ToUpper(digits): true, colons: true, "sha256 Fingerprint=" + colons: true, " " + colons + " ": true,
		"": false, digits[2:]: false, digits + "0a": false, strings.Repeat("zz", 32): false, "sha1 Fingerprint=" + colons[:59]: false,
	} {
		pin, got := connect.ParsePin(text)
		if got != ok || ok && (pin != digits || connect.ShowPin(text) != colons) {
			t.Errorf("%q: %q, %v", text, pin, got)
		}
	}
	if got := connect.ShowPin("half a pin"); got != "half a pin" {
		t.Errorf("what was typed became %q", got)
	}
}

func TestNameFault_NamesWhatIsWrong(t *testing.T) {
	for name, want := range map[string]string{"서울 운영": "", "a-b_c.d 1": "", strings.Repeat("가", 60): "", "": "name_missing",
		strings.Repeat("가", 61): "name_long", "a/b": "name_invalid", ".": "name_invalid", "..": "name_invalid", " ": "name_invalid", "prod ": "name_invalid", " prod": "name_invalid", "<b>": "name_invalid", "a\x00": "name_invalid", "\xff": "name_invalid"} {
		if got := connect.NameFault(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
