package starbind

import (
	"context"
	"fmt"
	"os"
	"strings"
	"unicode"

	"go.starlark.net/starlark"
)

// methods are those of the API, without the ones that end the session or
// belong to a client's own start.
var methods = strings.Fields(`
ProcessPid LastModified Restart State Command AttachedToExistingProcess IsMulticlient BuildID GetVersion
ListTargets FollowExec FollowExecEnabled CreateBreakpoint GetBreakpoint ListBreakpoints ClearBreakpoint
ToggleBreakpoint AmendBreakpoint CancelNext CreateWatchpoint FunctionReturnLocations Stacktrace Ancestors
ListThreads GetThread ListGoroutines ListPackageVars ListLocalVars ListFunctionArgs ListRegisters Eval Set
ExamineMemory Disassemble FindLocation TypeInfo ListSources ListFunctions ListTypes ListPackagesBuildInfo
ListDynamicLibraries DebugInfoDirectories Recorded Checkpoint ListCheckpoints ClearCheckpoint DumpStart
DumpWait DumpCancel Detach`)

// reserved are methods whose plain name is a builtin of Starlark.
var reserved = map[string]string{"Set": "set_expr"}

// MethodName is the name of a method as scripts call it.
func MethodName(method string) string {
	if name, ok := reserved[method]; ok {
		return name
	}
	var b strings.Builder
	runes := []rune(method)
	for i, r := range runes {
		lowerBefore := i > 0 && unicode.IsLower(runes[i-1])
		lowerAfter := i+1 < len(runes) && unicode.IsLower(runes[i+1])
		if unicode.IsUpper(r) && i > 0 && (lowerBefore || lowerAfter) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func (e *Env) predeclared(ctx context.Context) starlark.StringDict {
	d := starlark.StringDict{
		"cur_scope":  starlark.NewBuiltin("cur_scope", e.curScope),
		"read_file":  starlark.NewBuiltin("read_file", readFile),
		"write_file": starlark.NewBuiltin("write_file", writeFile),
	}
	for _, name := range []string{"tinydbg_command", "dlv_command"} {
		d[name] = starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var line string
			if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &line); err != nil {
				return nil, err
			}
			return starlark.None, e.host.Exec(ctx, line)
		})
	}
	for _, method := range methods {
		name := MethodName(method)
		d[name] = starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if len(args) > 0 {
				return nil, fmt.Errorf("%s: arguments are given by name, as the fields of %sIn in docs/api.md", b.Name(), method)
			}
			return e.call(ctx, method, kwargs)
		})
	}
	return d
}

func (e *Env) curScope(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 0); err != nil {
		return nil, err
	}
	return fromValue(e.host.Scope())
}

func readFile(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var path string
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &path); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	return starlark.String(text), err
}

func writeFile(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var path, text string
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 2, &path, &text); err != nil {
		return nil, err
	}
	return starlark.None, os.WriteFile(path, []byte(text), 0o666)
}
