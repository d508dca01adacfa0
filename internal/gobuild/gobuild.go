// Package gobuild makes the executables that are built for debugging: by the go
// command, without optimizations.
package gobuild

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/tinydbg/tinydbg/internal/logflags"
)

// Build is an executable that is made for debugging. The exported fields are to
// be set before the first method is called.
type Build struct {
	// Package is the package, or a Go file; "" is the package of Dir.
	Package string
	// Test builds the package's tests instead.
	Test bool
	// Flags are further ones of the go command; see SplitFlags.
	Flags []string
	// Out is where the executable goes, "" for a directory that Remove removes.
	Out string
	// Dir is where the go command runs, "" for the working directory.
	Dir string
	// Env, unless nil, is the environment of the go command.
	Env []string
	// Output gets what the go command prints.
	Output io.Writer

	// made is the directory that was made for Out; "" if the user named Out.
	made string
}

// Prepare fills in what was left open, and makes the directory.
func (b *Build) Prepare() (err error) {
	if b.Package == "" {
		b.Package = "."
	}
	if b.Output == nil {
		b.Output = io.Discard
	}
	if b.Out != "" {
		b.Out, err = filepath.Abs(b.Out)
		return err
	}
	if b.made, err = os.MkdirTemp("", "tinydbg-"); err != nil {
		return fmt.Errorf("make a directory for the executable: %w", err)
	}
	b.Out = filepath.Join(b.made, executableName(b.path(), b.Test))
	return nil
}

func (b *Build) path() string {
	if filepath.IsAbs(b.Package) {
		return b.Package
	}
	return filepath.Join(b.Dir, b.Package)
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

// Run builds, or builds again.
func (b *Build) Run(ctx context.Context) error {
	args := []string{"build"}
	if b.Test {
		args = []string{"test", "-c"}
	}
	args = append(args, "-o", b.Out, "-gcflags=all=-N -l")
	args = append(args, b.Flags...)
	args = append(args, b.Package)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = b.Dir, b.environment()
	cmd.Stdout, cmd.Stderr = b.Output, b.Output
	logflags.For(logflags.Debugger).Info("build", "args", args)
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return fmt.Errorf("build %s: %w", b.Package, err)
	}
	if _, err := os.Stat(b.Out); err != nil {
		return fmt.Errorf("build %s: there is nothing to run: not a main package, or no tests", b.Package)
	}
	return nil
}

// environment has C code compiled for debugging, too, unless the user said how.
func (b *Build) environment() []string {
	env := b.Env
	if env == nil {
		env = os.Environ()
	}
	for _, v := range env {
		if flags, ok := strings.CutPrefix(v, "CGO_CFLAGS="); ok && flags != "" {
			fmt.Fprintln(b.Output, "Warning: CGO_CFLAGS is set already, C code may be optimized")
			return env
		}
	}
	return append(env[:len(env):len(env)], "CGO_CFLAGS=-O0 -g")
}

// Remove takes away what was built.
func (b *Build) Remove() {
	_ = os.Remove(b.Out)
	if b.made != "" {
		_ = os.RemoveAll(b.made)
	}
}

// ProgramDir is the working directory that the program expects: tests run in
// the directory of their package, as go test has it. Other programs expect none.
func (b *Build) ProgramDir(ctx context.Context) (string, error) {
	if !b.Test {
		return "", nil
	}
	cmd := exec.CommandContext(ctx, "go", "list", "-find", "-f", "{{.Dir}}", b.Package)
	cmd.Dir, cmd.Env = b.Dir, b.Env
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("find the directory of %s: %w", b.Package, err)
	}
	return strings.TrimSpace(string(out)), nil
}
