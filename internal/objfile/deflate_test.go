package objfile

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

func samples(t testing.TB) map[string][]byte {
	exe, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	noise := make([]byte, 200_000)
	for i := range noise {
		noise[i] = byte(rand.Uint32())
	}
	return map[string][]byte{
		"empty":  {},
		"one":    {7},
		"run":    make([]byte, 1_000_000),
		"text":   []byte(strings.Repeat("the quick brown fox ", 5000)),
		"noise":  noise,
		"binary": exe[:min(len(exe), 1_300_000)],
	}
}

func pack(t testing.TB, data []byte, level int) []byte {
	var b bytes.Buffer
	z, err := zlib.NewWriterLevel(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	z.Write(data)
	z.Close()
	return b.Bytes()
}

func TestInflate(t *testing.T) {
	for name, data := range samples(t) {
		for _, level := range []int{flate.HuffmanOnly, flate.NoCompression, 1, 6, 9} {
			packed := pack(t, data, level)
			got, err := inflateZlib(packed, uint64(len(data)))
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("%s, level %d: %d bytes, %v; want %d", name, level, len(got), err, len(data))
			}
			if len(data) == 0 || level != 6 {
				continue
			}
			if _, err := inflateZlib(packed, uint64(len(data)-1)); err == nil {
				t.Errorf("%s, level %d: more data than said is not noticed", name, level)
			}
			if _, err := inflateZlib(packed, uint64(len(data)+1)); err == nil {
				t.Errorf("%s, level %d: less data than said is not noticed", name, level)
			}
			for _, n := range []int{0, 1, 2, len(packed) / 2, len(packed) - 1} {
				if _, err := inflateZlib(packed[:n], uint64(len(data))); err == nil {
					t.Errorf("%s, level %d: cut at %d of %d is not noticed", name, level, n, len(packed))
				}
			}
			bad := bytes.Clone(packed)
			bad[len(bad)/2] ^= 0x10
			if got, err := inflateZlib(bad, uint64(len(data))); err == nil && !bytes.Equal(got, data) {
				t.Errorf("%s, level %d: a flipped bit is not noticed", name, level)
			}
		}
	}
}

func TestInflateBomb(t *testing.T) {
	if _, err := inflateZlib(pack(t, make([]byte, 1<<20), 9), 1<<40); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("a claim of a terabyte is believed: %v", err)
	}
}

// FuzzInflate wants what the standard library says of any stream.
func FuzzInflate(f *testing.F) {
	for _, data := range samples(f) {
		for _, level := range []int{flate.HuffmanOnly, 0, 1, 9} {
			packed := pack(f, data[:min(len(data), 2000)], level)
			f.Add(packed[2:])
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		const limit = 1 << 20
		want, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(src)), limit+1))
		if len(want) > limit {
			return
		}
		dst := make([]byte, len(want))
		_, gotErr := inflateRaw(dst, src)
		if (err == nil) != (gotErr == nil) {
			t.Fatalf("got %v, the standard library says %v", gotErr, err)
		}
		if err == nil && !bytes.Equal(dst, want) {
			t.Fatalf("got % x, want % x", dst, want)
		}
		var pieces bytes.Buffer
		_, gotErr = inflateTo(func(data []byte) error {
			if pieces.Write(data); pieces.Len() > len(want) {
				return errTooMuch
			}
			return nil
		}, src)
		if (err == nil) != (gotErr == nil) || err == nil && !bytes.Equal(pieces.Bytes(), want) {
			t.Fatalf("in pieces: %d bytes, %v; want %d, %v", pieces.Len(), gotErr, len(want), err)
		}
	})
}

func BenchmarkInflate(b *testing.B) {
	data := samples(b)["binary"]
	packed := pack(b, data, 6)
	b.Run("ours", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if _, err := inflateZlib(packed, uint64(len(data))); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("std", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			z, err := zlib.NewReader(bytes.NewReader(packed))
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.ReadFull(z, make([]byte, len(data))); err != nil {
				b.Fatal(err)
			}
		}
	})
}
