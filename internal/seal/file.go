package seal

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// ErrExposed is said of a key file that others than its owner may read.
var ErrExposed = errors.New("seal: the key file can be read by others than its owner")

// ReadFile reads a key file. It refuses one that group or others may read, with
// ErrExposed. On Windows, where modes say nothing, that is not checked.
func ReadFile(path string) (*Key, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // read only
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, ErrMalformed
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, ErrExposed
	}
	text, err := io.ReadAll(io.LimitReader(f, 1024))
	if err != nil {
		return nil, err
	}
	return Parse(string(text))
}

// MakeFile writes a new key into a new file that only its owner may read. It
// replaces no file.
func MakeFile(path string) (*Key, error) {
	raw := make([]byte, KeySize)
	_, _ = rand.Read(raw) // never fails
	k, err := New(raw)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(raw) + "\n")
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return nil, errors.Join(err, os.Remove(path))
	}
	return k, syncFolder(filepath.Dir(path))
}

// syncFolder makes a new file's name survive a power cut; where folders cannot
// be synced there is nothing to be done.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	_ = d.Sync()
	return d.Close()
}
