// Maps, pointers and lists of the library that are used by many at once, with what
// is in them (expression, tab, text), and a trap with all of them in scope.
package main

import (
	"bytes"
	"container/list"
	"context"
	"errors"
	"fmt"
	"math/big"
	"os"
	"regexp"
	"runtime"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

type Point struct{ X, Y int }

type ID int

type key struct{ name string }

type contextKey string

var (
	empty, plain, promoted, mixed, large, gone, typed sync.Map

	config, nothing atomic.Pointer[Point]
	text            atomic.Pointer[string]
	stored, unset   atomic.Value
	elements        = list.New()
	noElements      list.List
	umlauts         strings.Builder
	partly          = bytes.NewBufferString("read: the rest")
	whole, third    = big.NewRat(3, 1), big.NewRat(-1, 3)
	zero            big.Rat
	pattern         = regexp.MustCompile(`^a+$`)
	chain           context.Context
	cancelled       context.Context
	expiring        context.Context
	todo            = context.TODO()
	locked, waited  sync.Mutex
	reading         sync.RWMutex
	writing         sync.RWMutex
	group           sync.WaitGroup
	done, open      sync.Once
)

func say(expression, text string) { fmt.Printf("%s\t%s\n", expression, text) }

// contents are a map's entries as the debugger is to write them.
func contents(m *sync.Map, spell func(any) string) string {
	var list []string
	m.Range(func(k, v any) bool {
		list = append(list, spell(k)+": "+spell(v))
		return true
	})
	sort.Strings(list)
	return "[" + strings.Join(list, ", ") + "]"
}

func quoted(v any) string {
	switch v := v.(type) {
	case string:
		return fmt.Sprintf("%q", v)
	case Point:
		return fmt.Sprintf("main.Point{X: %d, Y: %d}", v.X, v.Y)
	case *Point:
		return fmt.Sprintf("*main.Point{X: %d, Y: %d}", v.X, v.Y)
	case ID:
		return fmt.Sprintf("main.ID(%d)", v)
	case nil:
		return "nil"
	}
	return fmt.Sprint(v)
}

func fill() {
	for i := range 5 {
		plain.Store(fmt.Sprint("key ", i), i)
		promoted.Store(i, fmt.Sprint("value ", i))
		mixed.Store(i, i*i)
	}
	for i := range 200 { // the oldest implementation moves all to the map that is read
		promoted.Load(i % 5)
		mixed.Load(i % 5)
	}
	promoted.Delete(3)
	promoted.Store(1, "stored again")
	mixed.Delete(1)
	mixed.Store("later", true)
	mixed.Delete(2)
	mixed.Store(4, nil)
	for i := range 2000 {
		large.Store(i, ID(i))
		gone.Store(i, i)
	}
	for i := range 2000 {
		gone.Delete(i)
	}
	typed.Store(Point{1, 2}, &Point{3, 4})
	typed.Store(ID(7), Point{5, 6})
	typed.Store(&Point{8, 9}, ID(1))
	typed.Store(2.5, errors.New("e"))
}

//go:noinline
func work() {
	fill()
	config.Store(&Point{1, 2})
	s := "pointed to"
	text.Store(&s)
	stored.Store(Point{3, 4})
	elements.PushBack(1)
	elements.PushBack("two")
	elements.PushFront(Point{0, 0})
	partly.Next(6)
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), contextKey("user"), "ann"))
	chain = context.WithValue(context.WithValue(ctx, key{"trace"}, 7), contextKey("k"), Point{1, 2})
	cancelled, cancel = context.WithCancel(context.Background())
	cancel()
	deadline := time.Date(2100, 1, 2, 3, 4, 5, 0, time.UTC)
	expiring, _ = context.WithDeadline(context.WithoutCancel(chain), deadline)
	locked.Lock()
	reading.RLock()
	reading.RLock()
	writing.Lock()
	group.Add(2)
	done.Do(func() {})
	waited.Lock()
	go waited.Lock()
	for i := 0; i < 10000 && !strings.Contains(stacks(), "Mutex"); i++ {
		time.Sleep(time.Millisecond)
	}

	say("empty", contents(&empty, quoted))
	say("plain", contents(&plain, quoted))
	say("promoted", contents(&promoted, quoted))
	say("mixed", contents(&mixed, quoted))
	say("gone", "[]")
	say(`plain["key 3"].(int)`, "3")
	say(`large[1999]`, "")
	say(`promoted[1].(string)`, "stored again")
	say(`mixed["later"].(bool)`, "true")
	say(`typed[Point{1, 2}].(*Point).X`, "3")
	say(`typed[ID(7)].(Point).Y`, "6")
	say("nothing", "nil")
	say("stored", "main.Point{X: 3, Y: 4}")
	say("*elements", `[main.Point{X: 0, Y: 0}, 1, "two"]`)
	say("noElements", "[]")
	say("*partly", fmt.Sprintf("%q", partly.String()))
	umlauts.WriteString("a" + strings.Repeat("ü", 300))
	say("umlauts", fmt.Sprintf("%q...", "a"+strings.Repeat("ü", 127)))
	say("*whole", whole.String())
	say("*third", third.String())
	say("zero", zero.String())
	say("*pattern", pattern.String())
	say("*os.Stdin", os.Stdin.Name())
	say("*chain.(*context.valueCtx)", `context.Background.WithValue(main.contextKey("user"), "ann").WithCancel.WithValue(main.key{name: "trace"}, 7).WithValue(main.contextKey("k"), main.Point{X: 1, Y: 2})`)
	say("*cancelled.(*context.cancelCtx)", "context.Background.WithCancel (context canceled)")
	say("expiring.(*context.timerCtx).deadline", deadline.String())
	say("todo.(context.todoCtx)", fmt.Sprint(todo))
	say("locked", "locked")
	say("waited", "locked, 1 waiting")
	say("reading", "locked by 2 readers")
	say("writing", "locked for writing")
	say("group", "counter 2")
	say("done", "done")
	say("open", "not done")
	fmt.Println("READY")
	runtime.Breakpoint()
	fmt.Println(config.Load(), text.Load(), stored.Load(), unset.Load(), nothing.Load(), elements, noElements, partly, whole, third, zero, chain, cancelled, expiring)
	open.Do(func() {})
	runtime.KeepAlive(&empty)
}

// stacks are those of all goroutines that wait for a lock.
func stacks() string {
	buf := make([]byte, 1<<16)
	buf = buf[:runtime.Stack(buf, true)]
	if i := strings.Index(string(buf), "sync.Mutex.Lock"); i >= 0 {
		return "Mutex"
	}
	return ""
}

func main() { work() }
