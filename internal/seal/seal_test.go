package seal

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const secret = Secret("eyJ.very-secret.token")

func key(t *testing.T, fill byte) *Key {
	t.Helper()
	k, err := New(bytes.Repeat([]byte{fill}, KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSeal_OpensForTheSameKeyAndOwnerOnly(t *testing.T) {
	k := key(t, 1)
	sealed := k.Seal(secret, "a")
	if got, err := k.Open(sealed, "a"); err != nil || got != secret {
		t.Errorf("%q, %v", string(got), err)
	}
	if again := k.Seal(secret, "a"); again == sealed {
		t.Error("the same secret seals to the same text")
	}
	if _, err := k.Open(sealed, "b"); !errors.Is(err, ErrBroken) {
		t.Errorf("another owner: %v", err)
	}
	if _, err := key(t, 2).Open(sealed, "a"); !errors.Is(err, ErrOtherKey) {
		t.Errorf("another key: %v", err)
	}
	// A text relabelled with the id of the key at hand is still not its own.
	if _, err := key(t, 2).Open(strings.Replace(sealed, k.id, key(t, 2).id, 1), "a"); !errors.Is(err, ErrBroken) {
		t.Errorf("another key under a false id: %v", err)
	}
	if same, err := key(t, 1).Open(sealed, "a"); err != nil || same != secret {
		t.Errorf("the same key read again: %v", err)
	}
}

func TestSeal_AnyAlteredByteIsFound(t *testing.T) {
	k := key(t, 1)
	sealed := k.Seal(secret, "a")
	head, text := sealed[:strings.LastIndex(sealed, ".")+1], sealed[strings.LastIndex(sealed, ".")+1:]
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b {
		c := bytes.Clone(b)
		c[i] ^= 1
		if _, err := k.Open(head+base64.RawURLEncoding.EncodeToString(c), "a"); !errors.Is(err, ErrBroken) {
			t.Errorf("byte %d of %d: %v", i, len(b), err)
		}
	}
	for _, bad := range []string{"", "x", "v1..", "v2" + sealed[2:], sealed + ".", sealed[:len(sealed)-4], head} {
		if _, err := k.Open(bad, "a"); err == nil {
			t.Errorf("%q was opened", bad)
		}
	}
}

func TestSecretAndKey_DoNotPrint(t *testing.T) {
	raw := bytes.Repeat([]byte{7}, KeySize)
	k, err := New(raw)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, nil))
	log.Info("x", "secret", secret, "key", k, "both", struct {
		S Secret
		K *Key
	}{secret, k})
	encoded, err := json.Marshal(map[string]any{"s": secret})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = fmt.Fprintf(&out, "%s %v %+v %#v %q %s %v %+v %#v %s", secret, secret, secret, secret, secret, k, k, k, k, encoded)
	for _, never := range []string{string(secret), "7 7 7", "0x7, 0x7", base64.StdEncoding.EncodeToString(raw)} {
		if strings.Contains(out.String(), never) {
			t.Errorf("%q is in %s", never, out.String())
		}
	}
}

func TestParse_TakesThirtyTwoBytesOnly(t *testing.T) {
	for _, bad := range []string{"", "short", base64.StdEncoding.EncodeToString(make([]byte, 31)), base64.StdEncoding.EncodeToString(make([]byte, 33)), strings.Repeat("!", 44)} {
		if _, err := Parse(bad); !errors.Is(err, ErrMalformed) || bad != "" && strings.Contains(err.Error(), bad) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := Parse(base64.StdEncoding.EncodeToString(make([]byte, 32)) + "\n"); err != nil {
		t.Error(err)
	}
}

func TestFile_IsMadeOnceForItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deckplan.db.key")
	if _, err := ReadFile(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	made, err := MakeFile(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	read, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := read.Open(made.Seal(secret, "a"), "a"); err != nil || got != secret {
		t.Errorf("the key read is not the key made: %v", err)
	}
	if _, err := MakeFile(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("made over another: %v", err)
	}
}

func TestFile_RefusesWhatOthersMayRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if _, err := MakeFile(path); err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[fs.FileMode]error{0o640: ErrExposed, 0o604: ErrExposed, 0o644: ErrExposed, 0o400: nil, 0o600: nil} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadFile(path); !errors.Is(err, want) {
			t.Errorf("%v: %v, want %v", mode, err, want)
		}
	}
	if err := os.Chmod(path, 0o600); err != nil { // the last mode tried stays
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("not a key\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(path); !errors.Is(err, ErrMalformed) {
		t.Errorf("%v", err)
	}
	if _, err := ReadFile(t.TempDir()); err == nil {
		t.Error("a folder was read")
	}
}
