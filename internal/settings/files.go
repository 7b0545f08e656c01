package settings

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"deckplan/internal/argocd"
	"deckplan/internal/seal"
)

// ReadGiven reads the connections of the environment and then those of a file,
// if it is named, and tells every fault.
func ReadGiven(file string, tell Tell) Given {
	var faults []argocd.Problem
	out := Given{FileName: file}
	out.Environment, faults = argocd.ParseEnvironment(os.Environ())
	if file != "" {
		text, err := readBounded(file, argocd.MaxFile)
		if err != nil {
			tell("--connections", "config.unreadable", map[string]any{"path": file})
		}
		listed, more := argocd.ParseFile(file, text, os.Getenv, out.Environment)
		out.File, faults = listed, append(faults, more...)
	}
	for _, p := range faults {
		tell(p.Where, p.ID, p.Args)
	}
	return out
}

// readBounded reads a file up to one byte more than limit, so that one that is
// longer is known to be.
func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // read only
	return io.ReadAll(io.LimitReader(f, limit+1))
}

// secrets reads the key that seals tokens, if there is one already, and the
// folder of token files. The key itself is no flag: a command line is seen by all.
func (f Flags) secrets(set *Settings, tell Tell) {
	const keyVariable = "DECKPLAN_SECRET_KEY"
	var err error
	if text := os.Getenv(keyVariable); text != "" {
		if f.SecretKeyFile != "" {
			tell(keyVariable, "config.secret_key_twice", nil)
		}
		if set.Key, err = seal.Parse(text); err != nil {
			tell(keyVariable, "config.secret_key", nil)
		}
	} else {
		set.KeyFile = cmp.Or(f.SecretKeyFile, f.Database+".key")
		args := map[string]any{"path": set.KeyFile}
		switch set.Key, err = seal.ReadFile(set.KeyFile); {
		case err == nil, errors.Is(err, fs.ErrNotExist):
		case errors.Is(err, seal.ErrExposed):
			tell("--secret-key-file", "config.secret_key_exposed", args)
		case errors.Is(err, seal.ErrMalformed):
			tell("--secret-key-file", "config.secret_key_malformed", args)
		default:
			tell("--secret-key-file", "config.unreadable", args)
		}
	}
	if f.TokenFolder != "" {
		set.TokenFolder, err = filepath.Abs(f.TokenFolder)
		if info, statErr := os.Stat(f.TokenFolder); err != nil || statErr != nil || !info.IsDir() {
			tell("--token-folder", "config.folder", map[string]any{"got": f.TokenFolder})
		}
	}
}
