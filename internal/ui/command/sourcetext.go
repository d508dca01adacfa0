package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

// showSource lists the text around where a stop is.
func (s *Shell) showSource(ctx context.Context, state *api.DebuggerState) {
	loc := location(state.CurrentThread)
	if g := offThread(state); g != nil {
		loc = g.CurrentLoc
	}
	if loc.File == "" {
		s.showInstructions(ctx, loc.PC)
		return
	}
	s.listAround(ctx, loc.File, loc.Line, true)
}

// listAround lists text where the listing is a courtesy: that the file cannot
// be read is said in a line, not as an error.
func (s *Shell) listAround(ctx context.Context, file string, line int, arrow bool) {
	if err := s.list(ctx, file, line, arrow); err != nil {
		s.printf("\t(no source: %v)\n", err)
	}
}

func (s *Shell) list(ctx context.Context, file string, line int, arrow bool) error {
	path := s.paths().Local(file)
	text, err := s.readSource(ctx, path)
	if errors.Is(err, fs.ErrNotExist) && !filepath.IsAbs(file) && s.guess(ctx) {
		path = s.paths().Local(file)
		text, err = s.readSource(ctx, path)
	}
	if err != nil {
		return err
	}
	var b strings.Builder
	err = render.Source(&b, text, render.SourceOptions{
		Line: line, Around: s.Config.SourceListLineCount, Arrow: arrow, Tab: s.Config.Tab, Theme: s.Theme,
	})
	s.printf("%s", b.String())
	if err != nil {
		return err
	}
	s.listing = listing{file, line}
	return nil
}

// shownText is the source file that was listed last: mostly it is the next, too.
type shownText struct {
	path     string
	modified time.Time
	size     int64
	text     *render.Text
}

func (t *shownText) is(path string, info fs.FileInfo) bool {
	return t.text != nil && t.path == path && t.size == info.Size() && t.modified.Equal(info.ModTime())
}

// readSource reads a file and warns, once for each, if it is one that people edit
// and newer than the program.
func (s *Shell) readSource(ctx context.Context, path string) (*render.Text, error) {
	if path == "" || strings.HasPrefix(path, "<") {
		return nil, fmt.Errorf("the code was generated, there is no file")
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > render.MaxSource {
		return nil, fmt.Errorf("%s is no source file", path)
	}
	if _, asked := s.newer[path]; !asked {
		built, err := s.Client.LastModified(ctx)
		s.newer[path] = err == nil && !built.IsZero() && info.ModTime().After(built) && !released(path)
		if s.newer[path] {
			s.printf("Warning: %s is newer than the program: lines may not match\n", s.paths().Short(path))
		}
	}
	if s.shown.is(path, info) {
		return s.shown.text, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s.shown = shownText{path, info.ModTime(), info.Size(), render.NewText(path, data)}
	return s.shown.text, nil
}

// released says whether a file belongs to a module in the module cache or to a Go
// release: its date tells when it was fetched, and its version is the program's.
func released(path string) bool {
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		if strings.Contains(filepath.Base(dir), "@v") {
			return true
		}
		if filepath.Base(dir) == "src" {
			text, err := os.ReadFile(filepath.Join(filepath.Dir(dir), "VERSION"))
			if err == nil && bytes.HasPrefix(text, []byte("go")) {
				return true
			}
		}
		if dir == filepath.Dir(dir) {
			return false
		}
	}
}

// showInstructions lists a few instructions, for places without source.
func (s *Shell) showInstructions(ctx context.Context, pc uint64) {
	list, err := s.Client.Disassemble(ctx, api.DisassembleIn{
		Scope: s.scope(), StartPC: pc, EndPC: pc + 32, Flavour: s.flavour(),
	})
	if err != nil {
		return
	}
	render.Disassembly(s.Out, list[:min(len(list), 5)], s.paths(), s.Theme)
}

func (s *Shell) currentPosition(state *api.DebuggerState) string {
	if state.CurrentThread == nil {
		return "?"
	}
	return s.paths().Location(location(state.CurrentThread))
}
