package compat

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// accepted are the differences that are meant to be. Each stands with its
// reason under the same heading in docs/compatibility.md.
var accepted = []struct {
	heading string
	// path, theirs and ours are patterns for all of a difference's texts.
	path, theirs, ours string
}{
	{"Errors say more", `error`, `".*"`, `".*"`},
	{"What the peer lets pass", `error`, `\(nothing\)`, `"(unknown command|a tracepoint by eBPF|nil pointer dereference|downloading debug files|read 8 bytes).*"`},
	{"Tracepoints in passing", `error`, `\(nothing\)`, `".*"`},
	{"Watchpoints can be disabled", `error|\.Breakpoint\.disabled`, `false|"can not disable watchpoints"`, `true|\(nothing\)`},
	{"No recording, no checkpoints", `error`, `"not a recording"`, `\(nothing\)`},
	{"Disabled breakpoints keep their addresses", `\.Breakpoints?(\[id \d\])?\.(addr|addrs|addrpid)`, `0|null`, `\d+|a list of 1`},
	{"Breakpoints keep their addresses after the end", `\.Breakpoints\[id -\d\]\.(addr|addrs|addrpid)`, `0|null`, `\d+|a list of \d`},
	{"One runtime-fatal-throw", `\.Breakpoints|.*[bB]reak[pP]oints?(\[id -2\])?\.(addr|addrs\[\]|addrpid|addrs|functionName)`, `\d+|a list of \d+|"runtime\..*"`, `\d+|a list of \d+|"\(multiple functions\)"`},
	{"Two breakpoints for nothing", `\.Breakpoints`, `a list of 9`, `a list of 7`},
	{"Where each lives", `.*\.LocationExpr`, `.*`, `.*`},
	{"Values in registers", `.*([aA]rguments|Args|ReturnValues)\[\](\.children\[\])?\.(addr|flags)`, `big|0|16`, `0|32|48`},
	{"A result that is not set yet", `.*breakPointInfo\.arguments\[\]\.(value|unreadable)`, `.*`, `.*`},
	{"More is readable", `.*\.unreadable`, `"(unknown or unsupported kind|empty OP stack|could not find loclist).*"`, `""|"optimized out.*"|"in register.*"`},
	{"Errors say more", `.*\.unreadable`, `"eval error: .*"`, `".*"`},
	{"States have the breakpoint's information", `.*\.breakPointInfo(\..*)?`, `\(nothing\)`, `.*`},
	{"The end is a stop reason", `\.State\.stopReason`, `\(nothing\)`, `"exited"`},
	{"The command line stays known", `\.State\.TargetCommandLine`, `""`, `".*"`},
	{"Versions", `\.(DelveVersion|MinSupportedVersionOfGo|MaxSupportedVersionOfGo)`, `".*"`, `"(Version: .*|1\.\d\d\.0)"`},
	{"Data has names in code", `\.Disassemble\[\]\.Text`, `.*(rip|IP).*`, `.*`},
	{"Who waits on a channel", `\.Goroutines\[\]\..*`, `.*`, `.*`},
	{"Files of packages", `\.List\[\]\.(DirectoryPath|Files)`, `.*`, `.*`},
	{"Addresses in locations", `\.Locations\[\]\.(pcs|pcpids)(\[\])?|\.SubstituteLocExpr`, `.*`, `.*`},
	{"Frames that are skipped", `\.Locations`, `a list of 1`, `a list of 2`},
	{"The stack ends where the program begins", `\.Locations`, `a list of 3`, `a list of 1`},
	{"Empty lists", `\.TracepointResults`, `null`, `a list of 0`},
	{"Kinds of types", `\.TypeInfo\.Kind`, `0`, `18|20|21`},
	{"Functions as values", `\.Variable\.(addr|children|flags|realType|type)`, `.*`, `0|32|null|"func\(\[\]int\) \(int, bool\)"`},
	{"A nil pointer has a nil child", `\.Variable\.(children\[\]\.onlyAddr|len|value)`, `true|0|""`, `false|1|"0"`},
	{"Order", `\.Addrs\[\]|\.List\[\]\[\]`, `\d+|"/.*"`, `\d+|"/.*"`},
	{"Some types have a summary", `.*\.(Locals|Variables)\[\](\.children\[\])*\.value`, `""`, `"(counter )?\d+"`},
	{"Fields tell where they are", `\.TypeInfo\.Fields\[\]\.(Size|Offset|Embedded)`, `\(nothing\)`, `.*`},
	{"Interfaces have methods", `\.TypeInfo\.Methods`, `null`, `a list of \d+`},
	{"Constants have to fit", `error`, `\(nothing\)`, `"can not convert 3\.7 to int: it would be truncated"`},
	{"Lengths are ints", `\.Variable\.(flags|type|realType)`, `4|""`, `0|"int"`},
	{"Core files show as much as there is", `.*\.value`, `""`, `"alpha"`}, // in the read-only data of the program
	{"The signal is a stop reason", `\.State\.stopReason`, `"attached"`, `"(signal .*|manual)"`},
	{"What deferred calls know", `\.Variables(\[\]\.(addr|flags|name|value|DeclLine))?`, `.*`, `.*`},
	{"More is readable", `\.Variable\.children\[\]\.children`, `a list of 0`, `a list of 1`},
	{"A pointer's target has no declaration", `\.Variable\.children\[\]\.DeclLine`, `\d+`, `0`},
	{"Deferred calls that the compiler has inlined", `\.Locations\[\]\.Defers`, `a list of 0`, `a list of 1`},
}

// onlyAt limits acceptance to some answers.
var onlyAt = map[string]string{
	"Who waits on a channel":                    "at the channel",
	"Frames that are skipped":                   "skipping stack",
	"A result that is not set yet":              "to the watchpoint",
	"Functions as values":                       "eval main.sum",
	"Constants have to fit":                     "eval int(3.7)",
	"Lengths are ints":                          "eval len(words)",
	"A nil pointer has a nil child":             "eval (*int)(0)",
	"Disabled breakpoints keep their addresses": "get, list, watched",
	"No recording, no checkpoints":              "ListCheckpoints",
	"Two breakpoints for nothing":               "breakpoints after restart",
	"The stack ends where the program begins":   "stack at entry",
	"Tracepoints in passing":                    "ebpf",
	"Core files show as much as there is":       "core: main.crash, core: main.crash locals",
	"The signal is a stop reason":               "core: state, core: halt",
	"What deferred calls know":                  "locals of deferred call 1, locals of deferred call 2",
	"Order":                                     "returns, guess",
}

// known says whether a difference is accepted.
func (d *difference) known() bool {
	for _, a := range accepted {
		if only, ok := onlyAt[a.heading]; ok && !allIn(d.labels, only) {
			continue
		}
		if whole(a.path, d.path) && whole(a.theirs, d.theirs) && whole(a.ours, d.ours) && !keyword(d.theirs, d.ours) {
			return true
		}
	}
	return false
}

func allIn(labels []string, list string) bool {
	for _, l := range labels {
		if !strings.Contains(", "+list+",", ", "+l+",") {
			return false
		}
	}
	return true
}

func whole(pattern, text string) bool {
	return regexp.MustCompile(`^(?s:` + pattern + `)$`).MatchString(text)
}

// words are what clients look for in errors.
var words = []string{"could not find symbol value for ", "has exited with status", "Breakpoint exists at ", "could not find file",
	"no breakpoint with name", "unknown goroutine", "no type entry found", "could not find function", "invalid character in breakpoint name"}

// keyword is true when one of them got lost.
func keyword(theirs, ours string) bool {
	for _, w := range words {
		if strings.Contains(theirs, w) && !strings.Contains(ours, w) {
			return true
		}
	}
	return false
}

func TestDifferencesAreExplained(t *testing.T) {
	text, err := os.ReadFile("../docs/compatibility.md")
	if err != nil {
		t.Fatal(err)
	}
	compared, _, _ := strings.Cut(string(text), "## What only we have")
	listed := map[string]bool{}
	for _, a := range accepted {
		listed[a.heading] = true
		if !strings.Contains(string(text), "**"+a.heading+".**") {
			t.Errorf("docs/compatibility.md does not explain %q", a.heading)
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^- \*\*(.*?)\.\*\*`).FindAllStringSubmatch(compared, -1) {
		if !listed[m[1]] {
			t.Errorf("docs/compatibility.md explains %q, which no test accepts", m[1])
		}
	}
}
