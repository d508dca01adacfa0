package dap

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
)

// sourceOf is a file of the program for the client.
func (c *client) sourceOf(file string) *dap.Source {
	if file == "" {
		return nil
	}
	path := c.paths.edited(file)
	return &dap.Source{Name: filepath.Base(path), Path: path}
}

// lineIn and lineOut translate lines, which a client may count from 0.
func (c *client) lineIn(line int) int {
	if c.init.LinesStartAt1 {
		return line
	}
	return line + 1
}

func (c *client) lineOut(line int) int {
	if c.init.LinesStartAt1 {
		return line
	}
	return max(line-1, 0)
}

func hex(n uint64) string { return "0x" + strconv.FormatUint(n, 16) }

// parseReference reads an address as hex writes it.
func parseReference(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 0, 64)
	if err != nil {
		return 0, badArguments("%.40q is not an address", s)
	}
	return n, nil
}

// maxSource bounds a source file that is sent.
const maxSource = 8 << 20

// source is the text of a file of the program, or, for code without one, its
// instructions.
func (c *client) source(r *request, a *dap.SourceArguments) (any, error) {
	d, err := c.debuggee()
	if err != nil {
		return nil, err
	}
	ref := a.SourceReference
	if ref == 0 && a.Source != nil {
		ref = a.Source.SourceReference
	}
	if ref != 0 {
		return c.listing(r, d, ref)
	}
	if a.Source == nil || a.Source.Path == "" {
		return nil, badArguments("source: neither sourceReference nor source.path is given")
	}
	file := c.paths.compiled(a.Source.Path)
	files, err := d.ListSources(r.ctx, "")
	if err != nil {
		return nil, err
	}
	if !slices.Contains(files, file) {
		return nil, failed("Unable to read the source", fmt.Errorf("%s is not a file of the program", file))
	}
	info, err := os.Stat(file)
	if err == nil && info.Size() > maxSource {
		err = fmt.Errorf("%s has %d bytes", file, info.Size())
	}
	var data []byte
	if err == nil {
		data, err = os.ReadFile(file)
	}
	if err != nil {
		return nil, failed("Unable to read the source", err)
	}
	return dap.SourceResponseBody{Content: string(data), MimeType: "text/x-go"}, nil
}

// listing is the code around an address.
func (c *client) listing(r *request, d *debuggee, ref int) (any, error) {
	pc, ok := c.handles.sources[ref]
	if !ok {
		return nil, badArguments("sourceReference %d is not known: the program has run since, or it never was", ref)
	}
	in := api.DisassembleIn{Scope: api.EvalScope{GoroutineID: -1}, StartPC: pc, Flavour: api.IntelFlavour}
	insts, err := d.Disassemble(r.ctx, in)
	if err != nil {
		in.EndPC = pc + 64
		if insts, err = d.Disassemble(r.ctx, in); err != nil {
			return nil, failed("Unable to disassemble", err)
		}
	}
	var b strings.Builder
	for i := range insts {
		fmt.Fprintf(&b, "%#x\t%x\t%s\n", insts[i].Loc.PC, insts[i].Bytes, insts[i].Text)
	}
	return dap.SourceResponseBody{Content: b.String(), MimeType: "text/x-asm"}, nil
}

// loadedSources lists the files the program was made of.
func (c *client) loadedSources(r *request) (any, error) {
	d, err := c.debuggee()
	if err != nil {
		return nil, err
	}
	files, err := d.ListSources(r.ctx, "")
	if err != nil {
		return nil, err
	}
	body := dap.LoadedSourcesResponseBody{Sources: []dap.Source{}}
	for _, f := range files {
		if f != "" && f[0] != '<' {
			body.Sources = append(body.Sources, *c.sourceOf(f))
		}
	}
	return body, nil
}

// modules lists the executable and the libraries it has loaded.
func (c *client) modules(r *request, a *dap.ModulesArguments) (any, error) {
	d, err := c.debuggee()
	if err != nil {
		return nil, err
	}
	if a.StartModule < 0 || a.ModuleCount < 0 {
		return nil, badArguments("startModule %d and moduleCount %d must not be negative", a.StartModule, a.ModuleCount)
	}
	libs, err := d.ListDynamicLibraries(r.ctx)
	if err != nil {
		return nil, err
	}
	all := []module{c.mainModule(r, d)}
	for _, l := range libs.List {
		m := module{Module: dap.Module{
			Id: l.Path, Name: filepath.Base(l.Path), Path: l.Path, AddressRange: hex(l.Address), SymbolStatus: "Symbols loaded.",
		}}
		if l.LoadError != "" {
			m.SymbolStatus = l.LoadError
		}
		all = append(all, m)
	}
	body := modulesBody{TotalModules: len(all)}
	body.Modules = all[min(a.StartModule, len(all)):]
	if a.ModuleCount > 0 {
		body.Modules = body.Modules[:min(a.ModuleCount, len(body.Modules))]
	}
	return body, nil
}

// module has the additional columns, too.
type module struct {
	dap.Module
	BuildID   string `json:"buildId,omitempty"`
	GoVersion string `json:"goVersion,omitempty"`
}

type modulesBody struct {
	Modules      []module `json:"modules"`
	TotalModules int      `json:"totalModules,omitempty"`
}

func (c *client) mainModule(r *request, d *debuggee) module {
	m := module{Module: dap.Module{Id: "main", Name: "program", IsUserCode: true, SymbolStatus: "Symbols loaded."}}
	m.BuildID, _ = d.BuildID(r.ctx)
	if d.core {
		m.Path, m.Name = d.args.Program, filepath.Base(d.args.Program)
	} else if pid, err := d.ProcessPid(r.ctx); err == nil {
		if path, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid)); err == nil {
			m.Path, m.Name = path, filepath.Base(path)
		}
	}
	if v, err := d.GetVersion(r.ctx); err == nil {
		m.Version = v.TargetGoVersion
		m.GoVersion = strings.TrimPrefix(v.TargetGoVersion, "Go cmd/compile ")
	}
	return m
}
