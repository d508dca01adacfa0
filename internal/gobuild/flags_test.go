package gobuild

import (
	"strings"
	"testing"
)

func TestSplitFlags(t *testing.T) {
	got, err := SplitFlags(`-tags="a b" -ldflags='-X main.v=1'  -race`)
	if err != nil || strings.Join(got, "|") != `-tags=a b|-ldflags=-X main.v=1|-race` {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := SplitFlags(`-x "open`); err == nil {
		t.Error("an open quotation was taken")
	}
}

func TestExecutableName(t *testing.T) {
	for pkg, want := range map[string]string{"/x/shop": "shop", "/x/main.go": "main", "/": "debug"} {
		if got := executableName(pkg, false); got != want {
			t.Errorf("%s: %s", pkg, got)
		}
	}
	if got := executableName("/x/shop", true); got != "shop.test" {
		t.Error(got)
	}
}
