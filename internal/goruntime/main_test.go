package goruntime

import (
	"debug/buildinfo"
	"os"
	"testing"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

func versionOf(t *testing.T, bin string) Version {
	t.Helper()
	info, err := buildinfo.ReadFile(bin)
	if err != nil {
		t.Fatal(err)
	}
	v, err := ParseVersion(info.GoVersion)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
