package value

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// corrupt is memory in which some words are not what they were: one bit
// flipped, a small or huge number, or a pointer to somewhere else.
type corrupt struct {
	target.Memory
	seed uint64
	// every says how many words there are to a bad one.
	every uint64
}

func (c *corrupt) ReadMemory(buf []byte, a addr.Addr) (int, error) {
	n, err := c.Memory.ReadMemory(buf, a)
	for i := 0; i+8 <= n; i++ {
		word := uint64(a) + uint64(i)
		if word%8 != 0 {
			continue
		}
		r := rand.New(rand.NewPCG(c.seed, word))
		if r.Uint64()%c.every != 0 {
			continue
		}
		switch r.IntN(5) {
		case 0:
			buf[i+r.IntN(8)] ^= 1 << r.IntN(8)
		case 1:
			clear(buf[i : i+8])
		case 2:
			copy(buf[i:], []byte{255, 255, 255, 255, 255, 255, 255, byte(r.IntN(256))})
		case 3:
			copy(buf[i:], []byte{0, 0, 0, 0, 1, 0, 0, 0})
		default:
			p := uint64(a) + uint64(r.IntN(1<<16))
			for k := range 8 {
				buf[i+k] = byte(p >> (8 * k))
			}
		}
	}
	return n, err
}

func (c *corrupt) WriteMemory(addr.Addr, []byte) (int, error) { return 0, errors.New("not here") }

// FuzzCorruptMemory reads values whose memory makes no sense: there must be an
// end to it, in time and size, and no panic.
func FuzzCorruptMemory(f *testing.F) {
	bin := testkit.Build(f, "value_kinds", testkit.Options{})
	proc := testkit.Start(f, bin)
	proc.WaitOutput(f, "ready")
	w := open(f, bin, proc.PID)
	vars, err := w.file.Globals()
	if err != nil {
		f.Fatal(err)
	}
	var names []string
	for _, v := range vars {
		if len(v.Name) > 5 && v.Name[:5] == "main." {
			names = append(names, v.Name)
		}
	}
	names = append(names, "runtime.allgs", "runtime.allm", "runtime.sched", "time.localLoc", "os.Stdout")
	shape, err := w.file.TypeNamed("main.Shape")
	if err != nil {
		f.Fatal(err)
	}
	for seed := range uint64(12) {
		f.Add(seed, uint8(seed*7))
	}
	f.Fuzz(func(t *testing.T, seed uint64, density uint8) {
		bad := &corrupt{Memory: w.mem, seed: seed, every: 1 + uint64(density)}
		env := &Env{Mem: bad, Runtime: w.env.Runtime}
		start := time.Now()
		for _, name := range names {
			v := w.global(t, name)
			v.env = env
			tree := v.ToAPI(LoadConfig{FollowPointers: true, MaxVariableRecurse: 4, MaxStringLen: 1 << 12, MaxArrayValues: 40, MaxStructFields: -1})
			if v.Kind() == symbol.Interface {
				_, _ = v.AssertInterface(shape)
			}
			if n := nodes(&tree); n > 2*maxNodes {
				t.Errorf("%s has %d parts", name, n)
			}
		}
		readRuntime(env.Runtime, bad)
		if took := time.Since(start); took > testkit.Patience {
			t.Errorf("reading took %v", took)
		}
	})
}

// readRuntime reads what the runtime keeps, without regard for the result.
func readRuntime(r *goruntime.Runtime, mem target.Memory) {
	gs, _, _ := r.Goroutines(mem, 0, 100)
	for _, g := range gs {
		r.Defers(mem, g)
		r.Panics(mem, g)
		r.Ancestors(mem, g)
		r.WaitsOn(mem, g)
	}
	r.Ms(mem)
	r.GByID(mem, 3)
}
