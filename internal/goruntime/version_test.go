package goruntime

import (
	"errors"
	"strings"
	"testing"
)

func TestParseVersion(t *testing.T) {
	for text, want := range map[string]Version{
		"go1.22": {22, 0}, "go1.26.8": {26, 8}, "go1.27rc1": {27, 0}, "go1.25.1 X:noswissmap": {25, 1},
		"devel go1.27-0a1b2c3d Tue": {27, 0}, "go1.26.8-custom": {26, 8},
	} {
		if v, err := ParseVersion(text); v != want || err != nil {
			t.Errorf("%q: %v %v", text, v, err)
		}
	}
	for _, text := range []string{"", "devel +0a1b2c3d", "go2.1", "go1.", "gccgo 12", "go1.99999999999999999999"} {
		var unknown *VersionError
		if _, err := ParseVersion(text); !errors.As(err, &unknown) || !unknown.Unknown {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestCheckVersion(t *testing.T) {
	for text, want := range map[string]string{
		"go1.22.0": "", "go1.27.3": "", "go1.21.9": "too old", "go1.28.0": "too new", "": "does not tell", "gcc": "not a release",
	} {
		err := CheckVersion(text)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzParseVersion(f *testing.F) {
	f.Add("go1.26.8")
	f.Add("devel go1.27-0a1b2c3d")
	f.Fuzz(func(t *testing.T, s string) {
		if v, err := ParseVersion(s); err == nil && (v.Minor < 0 || v.Patch < 0) {
			t.Errorf("%q: %v", s, v)
		}
	})
}
