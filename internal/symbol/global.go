package symbol

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tinydbg/tinydbg/internal/dwarf/info"
)

// Global finds a package variable by its name with import path ("net/http.DefaultClient"),
// or with the package's name if no import path is exactly that ("http.DefaultClient"),
// and only one package of the name has such a variable.
// C's globals have plain names. The error of one that does not exist is a *NotFoundError.
func (f *File) Global(name string) (*Var, error) { return f.packageLevel(name, Global) }

// Constant finds a package's constant, named as for Global. Go keeps integer
// constants only.
func (f *File) Constant(name string) (*Var, error) { return f.packageLevel(name, Const) }

func (f *File) packageLevel(name string, kind VarKind) (*Var, error) {
	d, err := f.dwarfData()
	if err != nil {
		return nil, err
	}
	pkg := packageOf(name)
	byPath, byPackage := f.unitsByName(d)
	if pkg == "" {
		return f.searchUnits(f.cUnits(d), name, kind)
	}
	v, err := f.searchUnits(byPath[pkg], name, kind)
	if v != nil || err != nil && !isNotFound(err) {
		return v, err
	}
	var found []*Var
	for _, u := range byPackage[pkg] {
		v, err := f.searchUnits([]*info.Unit{u}, unitPath(u)+name[len(pkg):], kind)
		if err != nil && !isNotFound(err) {
			return nil, err
		}
		if v != nil && (len(found) == 0 || found[0].Name != v.Name) {
			found = append(found, v)
		}
	}
	switch len(found) {
	case 0:
		return nil, &NotFoundError{kind.noun(), name}
	case 1:
		return found[0], nil
	}
	names := []string{UnescapePath(found[0].Name), UnescapePath(found[1].Name)}
	slices.Sort(names)
	return nil, fmt.Errorf("%s %s is ambiguous: %s; write the import path in quotes", kind.noun(), name, strings.Join(names, ", "))
}

func isNotFound(err error) bool {
	_, ok := err.(*NotFoundError)
	return ok
}

func (k VarKind) noun() string {
	if k == Const {
		return "constant"
	}
	return "variable"
}

// cUnits are the units not written in Go.
func (f *File) cUnits(d *info.Data) []*info.Unit {
	var list []*info.Unit
	for _, u := range d.Units() {
		if !u.IsGo() {
			list = append(list, u)
		}
	}
	return list
}

// searchUnits finds a variable or constant called exactly name.
func (f *File) searchUnits(units []*info.Unit, name string, kind VarKind) (*Var, error) {
	var found *Var
	for _, u := range units {
		err := f.eachPackageLevel(u, kind, func(e *info.Entry) bool {
			if e.String(info.AtName) == name {
				found = f.newPackageLevel(e, kind)
			}
			return found == nil
		})
		if found != nil {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, &NotFoundError{kind.noun(), name}
}

// eachPackageLevel calls yield with a unit's variables or constants until it
// says false. Declarations of what is defined elsewhere are left out.
func (f *File) eachPackageLevel(u *info.Unit, kind VarKind, yield func(*info.Entry) bool) error {
	x, err := f.unitIndex(u)
	offs := x.globals
	if kind == Const {
		offs = x.consts
	}
	for _, off := range offs {
		e, err := u.Entry(off)
		if err != nil {
			return err
		}
		if !e.Flag(info.AtDeclaration) && !yield(e) {
			return nil
		}
	}
	return err
}

func (f *File) newPackageLevel(e *info.Entry, kind VarKind) *Var {
	v := f.newVar(f.dw.data, e)
	if v == nil {
		return nil
	}
	v.Kind, v.InScope = kind, true
	v.Static = !e.Unit().IsGo() && inherited(origins(f.dw.data, e), info.AtExternal) == nil
	if c := e.Field(info.AtConstValue); c != nil {
		v.Value = c.Int()
	}
	return v
}

// Globals lists all package variables.
func (f *File) Globals() ([]*Var, error) { return f.allPackageLevel(Global) }

// Constants lists all package constants.
func (f *File) Constants() ([]*Var, error) { return f.allPackageLevel(Const) }

func (f *File) allPackageLevel(kind VarKind) ([]*Var, error) {
	d, err := f.dwarfData()
	if err != nil {
		return nil, err
	}
	var list []*Var
	for _, u := range d.Units() {
		err := f.eachPackageLevel(u, kind, func(e *info.Entry) bool {
			if v := f.newPackageLevel(e, kind); v != nil && !isStatic(v) {
				list = append(list, v)
			}
			return true
		})
		if err != nil {
			return list, err
		}
	}
	return list, nil
}

// isStatic tells the compiler's own data ("main..stmp_3") from variables.
func isStatic(v *Var) bool { return strings.Contains(v.Name, "..") }
