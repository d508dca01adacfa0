package goruntime

import (
	"fmt"
	"strconv"
	"strings"
)

// Version is a release of Go 1: go1.Minor.Patch.
type Version struct {
	Minor, Patch int
}

// Oldest and Newest bound the releases whose runtime is known.
var (
	Oldest = Version{Minor: 22}
	Newest = Version{Minor: 27}
)

func (v Version) String() string {
	if v.Patch == 0 {
		return fmt.Sprintf("go1.%d", v.Minor)
	}
	return fmt.Sprintf("go1.%d.%d", v.Minor, v.Patch)
}

// VersionError says that a program was built by a release of Go whose runtime
// is not known.
type VersionError struct {
	// GoVersion is what the program says of itself, "" when it says nothing.
	GoVersion string
	// TooNew tells a newer release from an older one.
	TooNew bool
	// Unknown is set when GoVersion is no release: a development version.
	Unknown bool
}

func (e *VersionError) Error() string {
	const advice = "supported are %v to %v; suppress this error with --check-go-version=false"
	advised := fmt.Sprintf(advice, Oldest, Newest)
	switch {
	case e.GoVersion == "":
		return "the program does not tell which version of Go built it (" + advised + ")"
	case e.Unknown:
		return fmt.Sprintf("Go version %q of the program is not a release (%s)", e.GoVersion, advised)
	case e.TooNew:
		return fmt.Sprintf("Go version %s of the program is too new for this version of tinydbg (%s)", e.GoVersion, advised)
	default:
		return fmt.Sprintf("Go version %s of the program is too old for this version of tinydbg (%s)", e.GoVersion, advised)
	}
}

// ParseVersion reads what a Go binary says about the toolchain that built it:
// "go1.26.8", "go1.26rc1", "go1.25.1 X:noswissmap". A development version
// ("devel go1.27-0a1b2c ...") counts as the release it leads to.
func ParseVersion(s string) (Version, error) {
	text := strings.TrimPrefix(s, "devel ")
	rest, ok := strings.CutPrefix(text, "go1.")
	minor, rest := leadingInt(rest)
	if !ok || minor < 0 {
		return Version{}, &VersionError{GoVersion: s, Unknown: true}
	}
	v := Version{Minor: minor}
	if rest, ok := strings.CutPrefix(rest, "."); ok {
		if patch, _ := leadingInt(rest); patch > 0 {
			v.Patch = patch
		}
	}
	return v, nil
}

// CheckVersion returns a *VersionError unless the runtime of goVersion is known.
func CheckVersion(goVersion string) error {
	v, err := ParseVersion(goVersion)
	switch {
	case err != nil:
		return err
	case v.Minor < Oldest.Minor:
		return &VersionError{GoVersion: goVersion}
	case v.Minor > Newest.Minor:
		return &VersionError{GoVersion: goVersion, TooNew: true}
	}
	return nil
}

// leadingInt cuts a decimal number off the beginning of s; -1 when there is none.
func leadingInt(s string) (int, string) {
	end := 0
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(s[:end])
	if err != nil {
		return -1, s
	}
	return n, s[end:]
}
