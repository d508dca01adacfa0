package dap

import (
	"fmt"

	"github.com/google/go-dap"
)

// breakpointMode is a way to make a breakpoint, of which the user has the choice.
type breakpointMode struct {
	Mode        string   `json:"mode"`
	Label       string   `json:"label"`
	Description string   `json:"description,omitempty"`
	AppliesTo   []string `json:"appliesTo"`
}

const (
	modeSoftware = "software"
	modeHardware = "hardware"
)

func breakpointModes() []breakpointMode {
	return []breakpointMode{
		{modeSoftware, "Software", "A trap in the code: as many as you like.", []string{"source", "instruction", "exception"}},
		{modeHardware, "Hardware", "A debug register of the processor: four at once.", []string{"data"}},
	}
}

// checkMode refuses a mode that a kind of breakpoint does not have.
func checkMode(mode string, k kind) error {
	has := modeSoftware
	if k == onData {
		has = modeHardware
	}
	if mode != "" && mode != has {
		return fmt.Errorf("mode %q is not to be had for this breakpoint, only %s", mode, has)
	}
	return nil
}

// modes are those of a request's breakpoints, which go-dap does not know.
type modes struct {
	Breakpoints []struct {
		Mode string `json:"mode"`
	} `json:"breakpoints"`
}

// checkModes refuses the breakpoints of a list whose mode cannot be.
func (r *request) checkModes(list []wanted, k kind) {
	var m modes
	_ = r.decode(&m)
	for i := range m.Breakpoints {
		if err := checkMode(m.Breakpoints[i].Mode, k); err != nil && i < len(list) {
			list[i].create = refuse(err)
			list[i].place += " in mode " + m.Breakpoints[i].Mode // not the one that is there
		}
	}
}

// moduleColumns are what modules have beyond what the protocol knows.
func moduleColumns() []dap.ColumnDescriptor {
	return []dap.ColumnDescriptor{
		{AttributeName: "buildId", Label: "Build ID", Type: "string"},
		{AttributeName: "goVersion", Label: "Go", Type: "string"},
	}
}
