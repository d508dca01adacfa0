package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/tinydbg/tinydbg/internal/logflags"
)

// build is an executable that tinydbg makes for debugging.
type build struct {
	pkg   string
	test  bool
	flags []string
	out   string
	// made is the directory that was made for out; "" if the user named out.
	made string
}

// newBuild prepares a build of a package, "" for that of the working directory.
func (o *options) newBuild(pkg string, test bool) (*build, error) {
	flags, err := splitFlags(o.buildFlags)
	if err != nil {
		return nil, fmt.Errorf("--build-flags: %w", err)
	}
	b := &build{pkg: pkg, test: test, flags: flags}
	if b.pkg == "" {
		b.pkg = "."
	}
	if o.output != "" {
		b.out, err = filepath.Abs(o.output)
		return b, err
	}
	if b.made, err = os.MkdirTemp("", "tinydbg-"); err != nil {
		return nil, fmt.Errorf("make a directory for the executable: %w", err)
	}
	b.out = filepath.Join(b.made, executableName(b.pkg, test))
	return b, nil
}

// executableName is what the go command would call it, nearly: a process is
// found by it in ps.
func executableName(pkg string, test bool) string {
	abs, err := filepath.Abs(pkg)
	if err != nil {
		abs = pkg
	}
	name := strings.TrimSuffix(filepath.Base(abs), ".go")
	if name == "" || name == "/" || name == "." {
		name = "debug"
	}
	if test {
		name += ".test"
	}
	return name
}

// run builds, or builds again. What the go command prints is shown.
func (b *build) run(ctx context.Context) error {
	args := []string{"build"}
	if b.test {
		args = []string{"test", "-c"}
	}
	args = append(args, "-o", b.out, "-gcflags=all=-N -l")
	args = append(args, b.flags...)
	args = append(args, b.pkg)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = buildEnv()
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	logflags.For(logflags.Debugger).Info("build", "args", args)
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build %s: %w", b.pkg, err)
	}
	if _, err := os.Stat(b.out); err != nil {
		return fmt.Errorf("build %s: there is nothing to run: not a main package, or no tests", b.pkg)
	}
	return nil
}

// buildEnv has C code compiled for debugging, too, unless the user said how.
func buildEnv() []string {
	env := os.Environ()
	if os.Getenv("CGO_CFLAGS") != "" {
		fmt.Fprintln(os.Stderr, "Warning: CGO_CFLAGS is set already, C code may be optimized")
		return env
	}
	return append(env, "CGO_CFLAGS=-O0 -g")
}

// remove takes away what was built.
func (b *build) remove() {
	_ = os.Remove(b.out)
	if b.made != "" {
		_ = os.RemoveAll(b.made)
	}
}

// dir is the working directory of the program: tests run in the directory of
// their package, as go test has it.
func (b *build) dir(ctx context.Context) (string, error) {
	if !b.test {
		return "", nil
	}
	out, err := exec.CommandContext(ctx, "go", "list", "-find", "-f", "{{.Dir}}", b.pkg).Output()
	if err != nil {
		return "", fmt.Errorf("find the directory of %s: %w", b.pkg, err)
	}
	return strings.TrimSpace(string(out)), nil
}

// splitFlags splits flags at spaces; quotes keep together what they enclose.
func splitFlags(line string) ([]string, error) {
	var list []string
	var b strings.Builder
	var quote rune
	started := false
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			b.WriteRune(r)
		case r == '"' || r == '\'':
			quote, started = r, true
		case r == ' ' || r == '\t' || r == '\n':
			if started {
				list = append(list, b.String())
				b.Reset()
			}
			started = false
		default:
			b.WriteRune(r)
			started = true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("a quotation is not closed: %s", line)
	}
	if started {
		list = append(list, b.String())
	}
	return list, nil
}
