package command

import (
	"context"
	"slices"
	"strings"

	"github.com/tinydbg/tinydbg/api"
)

// Knows tells whether a line begins with the name of a command, or an alias, in
// full.
func (s *Shell) Knows(line string) bool {
	word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
	if head, format, ok := strings.Cut(word, "/"); ok && format != "" && s.isPrint(head) {
		return true
	}
	return word != "" && slices.Contains(s.commandNames(), word)
}

// Name is the name of the command that a line begins with, "" if it is none.
func (s *Shell) Name(line string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
	if c, err := s.find(word); err == nil {
		return c.Name
	}
	return ""
}

// ExecAt is Exec for a frame of the selected goroutine, for those who show
// frames by other means.
func (s *Shell) ExecAt(ctx context.Context, line string, frame int) error {
	if frame == 0 {
		return s.Exec(ctx, line)
	}
	return s.exec(ctx, line, Input{Scope: api.EvalScope{GoroutineID: -1, Frame: frame}, Scoped: true})
}
