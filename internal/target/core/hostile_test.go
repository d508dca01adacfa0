package core

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// holes is a file that begins with data and has zeros from there on.
type holes struct{ data []byte }

func (h holes) ReadAt(p []byte, off int64) (int, error) {
	clear(p)
	if off < int64(len(h.data)) {
		copy(p, h.data[off:])
	}
	return len(p), nil
}

// TestNotesOfHoles: a file that takes no room on the disk has notes without end.
func TestNotesOfHoles(t *testing.T) {
	data, err := os.ReadFile(newSubject(1).written(t, Dump{}).path)
	if err != nil {
		t.Fatal(err)
	}
	order.PutUint64(data[order.Uint64(data[32:])+32:], 1<<43) // the first program header is of the notes
	p := &Process{size: 1 << 44}
	if err := p.parse(holes{data}); err == nil || !strings.Contains(err.Error(), "at most") {
		t.Error(err)
	}
}

// TestMappedFiles: what a core file names is looked at before it is opened.
func TestMappedFiles(t *testing.T) {
	dir := t.TempDir()
	file, pipe := filepath.Join(dir, "file"), filepath.Join(dir, "pipe")
	if err := os.WriteFile(file, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{file: nil, pipe: errNoFile, dir: errNoFile, "/dev/null": errNoFile, file + "x": os.ErrNotExist} {
		f, err := openMapped(path)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
		if err == nil {
			buf := make([]byte, 4)
			if _, err := f.ReadAt(buf, 0); err != nil || !bytes.Equal(buf, []byte("text")) {
				t.Errorf("%q, %v", buf, err)
			}
			f.Close()
		}
	}
	for _, path := range []string{"relative", file + deleted} {
		if _, err := openMapped(path); err == nil {
			t.Errorf("%s was opened", path)
		}
	}
}
