package value

import (
	"fmt"
	"strings"
)

// readMutex is a sync.Mutex (internal/sync/mutex.go since go1.24): bit 0 of the
// state is the lock, from bit 3 on are those who wait.
func readMutex(v *Value) (string, error) {
	if inner, err := v.Field("mu"); err == nil {
		v = inner
	}
	state, err := uintField(v, "state")
	if err != nil {
		return "", err
	}
	text := "unlocked"
	if state&1 != 0 {
		text = "locked"
	}
	return withWaiters(text, int32(state)>>3), nil
}

func withWaiters(text string, n int32) string {
	if n > 0 {
		return fmt.Sprintf("%s, %d waiting", text, n)
	}
	return text
}

// readRWMutex is a sync.RWMutex: a writer takes 1<<30 from the number of readers.
func readRWMutex(v *Value) (string, error) {
	const writer = 1 << 30
	count, err := atomicField(v, "readerCount")
	if err != nil {
		return "", err
	}
	readers := int32(count)
	var parts []string
	if readers < 0 {
		readers += writer
		waits, err := atomicField(v, "readerWait")
		if err != nil {
			return "", err
		}
		if int32(waits) > 0 {
			return fmt.Sprintf("a writer waits for %s", plural(int32(waits), "reader")), nil
		}
		parts = append(parts, "locked for writing")
		if readers > 0 {
			parts = append(parts, plural(readers, "reader")+" waiting")
		}
		return strings.Join(parts, ", "), nil
	}
	if readers == 0 {
		return "unlocked", nil
	}
	return "locked by " + plural(readers, "reader"), nil
}

// readWaitGroup is a sync.WaitGroup: the counter is the upper half of its state.
func readWaitGroup(v *Value) (string, error) {
	state, err := atomicField(v, "state")
	if err != nil {
		return "", err
	}
	return withWaiters(fmt.Sprintf("counter %d", int32(state>>32)), int32(state&0x7fffffff)), nil
}

func readOnce(v *Value) (string, error) {
	done, err := atomicField(v, "done")
	if done != 0 {
		return "done", err
	}
	return "not done", err
}

// atomicField is a field of a number type, or of one of package atomic's.
func atomicField(v *Value, name string) (uint64, error) {
	f, err := v.Field(name)
	if err != nil {
		return 0, err
	}
	if n, err := uintField(f, "v"); err == nil {
		return n, nil
	}
	return f.Uint()
}

// plural is how many there are of something: "1 reader", "2 readers".
func plural[T int32 | int64](n T, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
