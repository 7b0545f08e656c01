package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

// KeySize is the length of a key in bytes.
const KeySize = 32

// What can be wrong with a key or a sealed text.
var (
	ErrMalformed = errors.New("seal: not 32 bytes in base64")
	ErrOtherKey  = errors.New("seal: sealed with another key")
	ErrBroken    = errors.New("seal: altered, or sealed for something else")
)

// Key seals and opens. It prints as its id only.
type Key struct {
	id   string
	aead cipher.AEAD
}

// format begins every sealed text; the key's id and the ciphertext follow,
// with dots between.
const format = "v1"

// New makes a key of 32 random bytes. What seals, and the id that tells keys
// apart, are derived from them by HKDF, so that the id says nothing of the key.
func New(raw []byte) (*Key, error) {
	if len(raw) != KeySize {
		return nil, ErrMalformed
	}
	id, err := hkdf.Key(sha256.New, raw, nil, "deckplan key id", 8)
	if err != nil {
		return nil, err
	}
	sealing, err := hkdf.Key(sha256.New, raw, nil, "deckplan seal "+format, KeySize)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &Key{hex.EncodeToString(id), aead}, nil
}

// Parse makes a key of its base64 text. Errors do not repeat the text.
func Parse(text string) (*Key, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil {
		return nil, ErrMalformed
	}
	return New(raw)
}

// String names the key by its id.
func (k *Key) String() string { return "key " + k.id }

// GoString hides the key from %#v.
func (k *Key) GoString() string { return k.String() }

// LogValue hides the key from slog.
func (k *Key) LogValue() slog.Value { return slog.StringValue(k.id) }

// Seal makes a text that Open gives back for the same owner only.
func (k *Key) Seal(s Secret, owner string) string {
	sealed := k.aead.Seal(nil, nil, []byte(s), k.bound(owner))
	return strings.Join([]string{format, k.id, base64.RawURLEncoding.EncodeToString(sealed)}, ".")
}

// Open reads what Seal made. It is ErrOtherKey if another key sealed it, and
// ErrBroken if it was altered or belongs to another owner.
func (k *Key) Open(sealed, owner string) (Secret, error) {
	parts := strings.Split(sealed, ".")
	if len(parts) != 3 || parts[0] != format {
		return "", ErrBroken
	}
	if parts[1] != k.id {
		return "", ErrOtherKey
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(parts[2])
	if err != nil {
		return "", ErrBroken
	}
	text, err := k.aead.Open(nil, nil, b, k.bound(owner))
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return Secret(text), nil
}

// bound is the data a sealed text is tied to beside its key.
func (k *Key) bound(owner string) []byte { return []byte(format + "\x00" + k.id + "\x00" + owner) }
