package ledger

import "fmt"

// Fault is why a source cannot be accounted for: a message ledger.fault.ID with
// arguments. Any other error is of reading.
type Fault struct {
	ID   string
	Args map[string]any
	Err  error // what was behind it, for the log
}

func (f *Fault) Error() string {
	s := fmt.Sprintf("ledger: %s %v", f.ID, f.Args)
	if f.Err != nil {
		s += ": " + f.Err.Error()
	}
	return s
}

func (f *Fault) Unwrap() error { return f.Err }

// Message is the id of the sentence.
func (f *Fault) Message() string { return "ledger.fault." + f.ID }

func fault(id string, pairs ...any) *Fault {
	f := &Fault{ID: id, Args: map[string]any{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		v := pairs[i+1]
		if s, ok := v.(string); ok {
			v = clip(s)
		}
		f.Args[pairs[i].(string)] = v
	}
	return f
}

func (f *Fault) because(err error) *Fault {
	f.Err = err
	return f
}

// Limits bound what a source may ask for. Zero values are the defaults.
type Limits struct {
	Read     int64 // bytes of the source; 64 GiB
	Unpacked int64 // bytes after decompression, of all layers; 256 GiB
}

const (
	maxRatio     = 250      // uncompressed to compressed, beyond freeRatio
	freeRatio    = 4 << 30  // bytes that may be uncompressed at any ratio
	maxJSON      = 4 << 20  // bytes of one manifest, index or config
	maxJSONs     = 16 << 20 // of all of them
	maxMembers   = 20_000   // of an archive
	maxEntries   = 5_000_000
	maxPath      = 4096
	maxLayers    = 512 // of a manifest
	maxManifests = 256
	maxDepth     = 4 // of indexes in indexes
	maxHistory   = 2048
	maxFiles     = 200_000 // that are kept to find waste and duplicates
	maxNames     = 8 << 20
	maxDirs      = 65_536
	maxWindow    = 32 << 20 // of zstd, as its best levels have; so much more memory is taken then
)

func (l Limits) orDefaults() Limits {
	if l.Read == 0 {
		l.Read = 64 << 30
	}
	if l.Unpacked == 0 {
		l.Unpacked = 256 << 30
	}
	return l
}
