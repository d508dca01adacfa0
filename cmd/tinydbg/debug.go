package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/tinydbg/tinydbg/internal/gobuild"
)

func debugCommand(o *options) *cobra.Command {
	c := &cobra.Command{
		Use: "debug [package] [-- arguments]", Short: "Build a main package and debug it.",
		Long: `Build a main package, that of the working directory if none is named, without
optimizations, and start it under the debugger. The executable is removed in the
end.`,
		RunE: func(cmd *cobra.Command, args []string) error { return buildAndDebug(cmd, o, args, false) },
	}
	o.ttyFlag(c)
	o.outputFlag(c)
	o.continueFlag(c)
	return c
}

func testCommand(o *options) *cobra.Command {
	c := &cobra.Command{
		Use: "test [package] [-- test flags]", Short: "Build the tests of a package and debug them.",
		Long: `Build the tests of a package, that of the working directory if none is named,
without optimizations, and start them under the debugger in the directory of the
package. Flags of the tests stand after -- and begin with -test:

	tinydbg test ./store -- -test.run TestOpen -test.v`,
		RunE: func(cmd *cobra.Command, args []string) error { return buildAndDebug(cmd, o, args, true) },
	}
	o.ttyFlag(c)
	o.outputFlag(c)
	o.continueFlag(c)
	return c
}

func buildAndDebug(cmd *cobra.Command, o *options, args []string, test bool) error {
	if err := o.check(); err != nil {
		return err
	}
	pkg, rest, err := splitPackage(cmd, args)
	if err != nil {
		return err
	}
	b, err := o.newBuild(pkg, test)
	if err != nil {
		return err
	}
	defer b.Remove()
	ctx := cmd.Context()
	if err := b.Run(ctx); err != nil {
		return err
	}
	dir, err := o.programDir(ctx, b)
	if err != nil {
		return err
	}
	return o.debug(ctx, start{path: b.Out, args: rest, dir: dir, build: b.Run})
}

// newBuild prepares a build of a package, "" for that of the working directory.
// What the go command prints is shown.
func (o *options) newBuild(pkg string, test bool) (*gobuild.Build, error) {
	flags, err := gobuild.SplitFlags(o.buildFlags)
	if err != nil {
		return nil, fmt.Errorf("--build-flags: %w", err)
	}
	b := &gobuild.Build{Package: pkg, Test: test, Flags: flags, Out: o.output, Output: os.Stderr}
	return b, b.Prepare()
}

func (o *options) programDir(ctx context.Context, b *gobuild.Build) (string, error) {
	if o.workDir != "" {
		return o.workDir, nil
	}
	return b.ProgramDir(ctx)
}

// splitPackage parts the package from the program's arguments, which stand
// after --.
func splitPackage(cmd *cobra.Command, args []string) (pkg string, rest []string, err error) {
	before := args
	if n := cmd.ArgsLenAtDash(); n >= 0 {
		before, rest = args[:n], args[n:]
	}
	switch len(before) {
	case 0:
		return "", rest, nil
	case 1:
		return before[0], rest, nil
	}
	return "", nil, fmt.Errorf("one package only: %q; arguments of the program stand after --", before)
}
