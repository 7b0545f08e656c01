// Package seal keeps secrets: texts that do not print, and texts that only the
// holder of a key can read. It uses the standard library's AES-256-GCM with
// random nonces (cipher.NewGCMWithRandomNonce): it is maintained with Go, there
// is no nonce to be handled wrongly, and it needs no further dependency.
package seal

import "log/slog"

// Secret is a text that prints as redacted wherever it is formatted, logged or
// encoded.
type Secret string

// Redacted is what a secret prints as.
const Redacted = "[redacted]"

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return Redacted
}

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// MarshalText hides the secret from JSON, YAML and the like.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue hides the secret from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
