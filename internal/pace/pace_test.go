//go:build linux

package pace

import (
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// sleeps is how often the calling thread has given up its processor by itself.
func sleeps(t *testing.T) int64 {
	t.Helper()
	var use unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &use); err != nil {
		t.Fatal(err)
	}
	return use.Nvcsw
}

// Work rests as long as somebody wants it to.
func TestRest(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	end, other := Slow(), Slow()
	defer other()
	end()
	end() // counts once
	before := sleeps(t)
	for deadline := time.Now().Add(30 * time.Second); sleeps(t) < before+3; Rest() {
		spent.Store(0) // on a busy machine a few rests use all patience up
		if time.Now().After(deadline) {
			t.Fatal("the thread does not rest")
		}
	}
	other()
	if n := slow.Load(); n != 0 {
		t.Errorf("%d still want work to be slow", n)
	}
}

func BenchmarkRest(b *testing.B) {
	b.Run("fast", func(b *testing.B) {
		for b.Loop() {
			Rest()
		}
	})
	b.Run("slow", func(b *testing.B) {
		defer Slow()()
		for b.Loop() {
			Rest()
		}
	})
}
