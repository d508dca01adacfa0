package session

import (
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/step"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// Between Go and C stand functions that cmd/cgo has made: main._Cfunc_f, which
// is Go, and _cgo_HASH_Cfunc_f, which is C, before a C function f; for an
// exported Go function g a C function g, and _cgoexp_HASH_g. Nobody wrote them,
// so steps go through them.
const (
	goToC   = "_Cfunc_"
	goToC2  = "_C2func_" // the same for a call with errno as second result
	cgoC    = "_cgo_"
	cgoBack = "_cgoexp_"
)

// betweenLanguages tells whether a function is one of those, and the name of the
// function it leads to.
func betweenLanguages(fn *symbol.Func) (leadsTo string, ok bool) {
	switch last := fn.Name[strings.LastIndexByte(fn.Name, '.')+1:]; {
	case strings.HasPrefix(last, goToC):
		return last[len(goToC):], true
	case strings.HasPrefix(last, goToC2):
		return last[len(goToC2):], true
	case strings.HasPrefix(last, cgoC), strings.HasPrefix(last, cgoBack):
		_, name, _ := strings.Cut(strings.TrimLeft(last, "_"), "_")
		_, name, _ = strings.Cut(name, "_")
		return strings.TrimPrefix(strings.TrimPrefix(name, goToC[1:]), goToC2[1:]), true
	case strings.HasSuffix(fn.SourceFile(), "_cgo_export.c"):
		return last, true
	}
	return "", false
}

// crossing are the runtime's own functions between the two languages.
var crossing = map[string]bool{
	"runtime.cgocall": true, "runtime.asmcgocall": true, "runtime.cgocallback": true,
	"runtime.cgocallbackg": true, "runtime.cgocallbackg1": true, "crosscall2": true,
}

// ofCgo tells whether a function has a part in calls between languages.
func ofCgo(fn *symbol.Func) bool {
	if fn == nil {
		return false
	}
	_, ok := betweenLanguages(fn)
	return ok || crossing[fn.Name]
}

// Leads implements step.Code.
func (c *code) Leads(f step.Func) (list []addr.Addr) {
	img, fn := c.images.FuncAt(f.Entry)
	if fn == nil {
		return nil
	}
	name, ok := betweenLanguages(fn)
	if !ok || name == "" {
		return nil
	}
	for _, next := range nextBetween(img.File, name) {
		if a := c.inside(img, next, name); a != 0 {
			list = append(list, a)
		}
	}
	return list
}

// nextBetween are the functions that call the one called name, of another
// language than their own callers.
func nextBetween(file *symbol.File, name string) []*symbol.Func {
	list := file.FuncsCalled(name, func(s string) bool {
		return strings.HasPrefix(s, cgoC) && strings.HasSuffix(s, "_"+name)
	})
	for _, s := range file.NamesWith(cgoBack) {
		if fn := file.FuncNamed(s); fn != nil && strings.HasSuffix(s, "_"+name) {
			list = append(list, fn)
		}
	}
	return list
}

// inside is where the function called name begins that fn calls: its body or,
// when it was inlined into fn, its first statement there.
func (c *code) inside(img *image.Image, fn *symbol.Func, name string) addr.Addr {
	f := c.stepFunc(img, fn)
	for _, r := range c.Rows(f) {
		if r.Stmt && r.Inline != "" {
			return r.PC
		}
	}
	for a := f.Entry; a < f.End; {
		in, err := c.Instr(a)
		if err != nil || len(in.Bytes) == 0 {
			return 0
		}
		if to, ok := c.Func(in.Target); ok && in.HasTarget && in.Kind != arch.InstOther && to.Entry == in.Target {
			if to.Name == name || strings.HasSuffix(to.Name, "."+name) {
				return to.Body
			}
		}
		a += addr.Addr(len(in.Bytes))
	}
	return 0
}
