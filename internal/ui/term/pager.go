package term

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"golang.org/x/term"
)

// Page writes text to w, through the user's pager when it is longer than the
// terminal is high and w is that terminal. The pager is $TINYDBG_PAGER, else
// $PAGER, else less; without one the text is written as it is.
func Page(screen *os.File) func(w io.Writer, text string) error {
	return func(w io.Writer, text string) error {
		_, height, err := term.GetSize(int(screen.Fd()))
		unknown := err != nil || height <= 0 // serial lines have no size
		if w != io.Writer(screen) || unknown || strings.Count(text, "\n") < height {
			_, err := io.WriteString(w, text)
			return err
		}
		pager := pagerCommand()
		if pager == nil {
			_, err := io.WriteString(w, text)
			return err
		}
		cmd := exec.Command(pager[0], pager[1:]...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(text), screen, os.Stderr
		cmd.Env = append(os.Environ(), "LESS=-FRX")
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("show it with %s: %w", pager[0], err)
		}
		return nil
	}
}

func pagerCommand() []string {
	for _, name := range []string{os.Getenv("TINYDBG_PAGER"), os.Getenv("PAGER"), "less"} {
		words := strings.Fields(name)
		if len(words) == 0 {
			continue
		}
		if path, err := exec.LookPath(words[0]); err == nil {
			return append([]string{path}, words[1:]...)
		}
	}
	return nil
}
