package report

import (
	"archive/zip"
	"compress/flate"
	"fmt"
	"io"
	"strings"
	"time"
)

// file is a file inside a zip file.
type file struct{ name, text string }

// small is the size below which compressing a file costs more than it saves.
const small = 512

// pack writes files as a zip file, in their order and all of one time: the same
// files give the same bytes.
func pack(w io.Writer, at time.Time, files []file) error {
	z := zip.NewWriter(w)
	one := &deflater{}
	z.RegisterCompressor(zip.Deflate, one.compress)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: at.UTC()}
		if len(f.text) < small || strings.HasSuffix(f.name, ".png") || strings.HasSuffix(f.name, ".jpg") {
			h.Method = zip.Store
		}
		to, err := z.CreateHeader(h)
		if err == nil {
			_, err = io.WriteString(to, f.text)
		}
		if err != nil {
			return fmt.Errorf("report: %s: %w", f.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// deflater compresses one file after the other with the same tables, which are
// far larger than most of the files.
type deflater struct{ *flate.Writer }

func (d *deflater) compress(w io.Writer) (io.WriteCloser, error) {
	if d.Writer != nil {
		d.Reset(w)
		return d, nil
	}
	var err error
	d.Writer, err = flate.NewWriter(w, flate.DefaultCompression)
	return d, err
}
