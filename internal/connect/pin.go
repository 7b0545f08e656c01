package connect

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// ParsePin reads a SHA-256 fingerprint as people copy it: hex with or without
// colons or spaces, after "SHA256 Fingerprint=" or nothing. It gives 64 small
// hex digits.
func ParsePin(text string) (pin string, ok bool) {
	if i := strings.LastIndex(text, "="); i >= 0 {
		text = text[i+1:]
	}
	text = strings.ToLower(strings.Map(func(r rune) rune {
		if r == ':' || r == ' ' {
			return -1
		}
		return r
	}, text))
	sum, err := hex.DecodeString(text)
	return text, err == nil && len(sum) == sha256.Size
}

// ShowPin writes a fingerprint as openssl does, for comparing by eye. What is
// none stays as it is.
func ShowPin(pin string) string {
	digits, ok := ParsePin(pin)
	if !ok {
		return pin
	}
	var out strings.Builder
	for i := 0; i < len(digits); i += 2 {
		if i > 0 {
			out.WriteByte(':')
		}
		out.WriteString(strings.ToUpper(digits[i : i+2]))
	}
	return out.String()
}
