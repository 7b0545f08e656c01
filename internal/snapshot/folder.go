package snapshot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"
)

// FileState is what became of a file in the watched folder.
type FileState string

// The states of a file.
const (
	FileWaiting FileState = "waiting" // it still grows
	FileTaken   FileState = "taken"
	FileOlder   FileState = "older" // a newer snapshot of its instance is shown
	FileRefused FileState = "refused"
)

// File is a file in the watched folder.
type File struct {
	Name  string
	Size  int64
	At    time.Time // last changed
	State FileState
	Fault *Fault // why it was refused
	done  bool   // looked into as it is
}

// maxFiles bounds the files of the folder that are looked at.
const maxFiles = 500

// folder is what is known of the watched folder.
type folder struct {
	files map[string]*File
	fault *Fault // the folder itself cannot be read
}

// Watched gives the folder's path, empty where none is watched, its files by
// name, and what is wrong with the folder itself.
func (k *Keeper) Watched() (path string, files []File, wrong *Fault) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, f := range k.folder.files {
		files = append(files, *f)
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return k.Folder, files, k.folder.fault
}

func wanted(name string) bool {
	name = strings.ToLower(name)
	return !strings.HasPrefix(name, ".") && slices.ContainsFunc([]string{".json", ".yaml", ".yml", ".gz"}, func(end string) bool { return strings.HasSuffix(name, end) })
}

// look takes every file that is new or changed and has not grown since the
// last look.
func (k *Keeper) look(ctx context.Context) {
	root, err := os.OpenRoot(k.Folder)
	if err != nil {
		k.folderFault(fault("folder"), err)
		return
	}
	defer func() { _ = root.Close() }()
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		k.folderFault(fault("folder"), err)
		return
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return !wanted(e.Name()) })
	if len(entries) > maxFiles {
		entries = entries[:maxFiles]
		k.folderFault(fault("files", "max", maxFiles), nil)
	} else {
		k.folderFault(nil, nil)
	}
	there := map[string]bool{}
	for _, e := range entries {
		there[e.Name()] = true
		if info, err := root.Lstat(e.Name()); err == nil && k.ripe(info) {
			k.open(ctx, root, info)
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for name := range k.folder.files {
		if !there[name] {
			delete(k.folder.files, name)
		}
	}
}

// folderFault notes what is wrong with the folder and logs it once.
func (k *Keeper) folderFault(f *Fault, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if f != nil && k.folder.fault == nil {
		k.Log.Warn("the snapshot folder cannot be read in full", "folder", k.Folder, "problem", f.ID, "error", err)
	}
	k.folder.fault = f
}

// ripe notes a file and reports whether to look into it now.
func (k *Keeper) ripe(info fs.FileInfo) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	f := k.folder.files[info.Name()]
	if f == nil || f.Size != info.Size() || !f.At.Equal(info.ModTime()) {
		k.folder.files[info.Name()] = &File{Name: info.Name(), Size: info.Size(), At: info.ModTime(), State: FileWaiting}
		return false
	}
	ripe := !f.done
	f.done = true
	return ripe
}

// open looks into a file and notes what became of it.
func (k *Keeper) open(ctx context.Context, root *os.Root, info fs.FileInfo) {
	state, err := k.receive(ctx, root, info)
	var f *Fault
	if err != nil && !errors.As(err, &f) {
		f = fault("unreadable")
	}
	if f != nil {
		if state = FileRefused; f.Field == "older" {
			state = FileOlder
		}
		k.Log.Warn("a file of the snapshot folder was not taken", "file", info.Name(), "problem", f.Error(), "error", err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if kept := k.folder.files[info.Name()]; kept != nil {
		kept.State, kept.Fault = state, f
		kept.done = ctx.Err() == nil
	}
}

func (k *Keeper) receive(ctx context.Context, root *os.Root, info fs.FileInfo) (FileState, error) {
	switch {
	case !info.Mode().IsRegular():
		return FileRefused, fault("irregular")
	case info.Size() > MaxBytes:
		return FileRefused, fault("large", "max", MaxBytes>>20)
	}
	// A pipe put in its place meanwhile must not hold us up.
	file, err := root.OpenFile(info.Name(), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return FileRefused, err
	}
	defer func() { _ = file.Close() }()
	if now, err := file.Stat(); err != nil || !now.Mode().IsRegular() || !os.SameFile(now, info) {
		return FileRefused, fault("irregular")
	}
	if known, err := k.known(ctx, file, info.Name()); err != nil || known {
		return FileTaken, err
	}
	s, err := Read(file)
	if err != nil {
		return FileRefused, err
	}
	s.Settle(info.ModTime(), k.Now())
	s.Name("", info.Name())
	_, err = k.put(ctx, s, s.Instance, handed{file: info.Name(), folder: true})
	return FileTaken, err
}

// known reports whether the file was taken before, even if its snapshot has
// been removed since, and goes back to its beginning.
func (k *Keeper) known(ctx context.Context, file *os.File, name string) (bool, error) {
	sum := sha256.New()
	if _, err := io.Copy(sum, io.LimitReader(file, MaxBytes+1)); err != nil {
		return false, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return false, err
	}
	all, err := k.Store.Snapshots(ctx)
	if err != nil {
		return false, err
	}
	digest := hex.EncodeToString(sum.Sum(nil))
	return slices.ContainsFunc(all, func(one Kept) bool { return one.Folder && one.File == name && one.Digest == digest }), nil
}
