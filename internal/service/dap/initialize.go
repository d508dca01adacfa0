package dap

import (
	"github.com/google/go-dap"
)

// capabilities are go-dap's and those that the protocol has got since.
type capabilities struct {
	dap.Capabilities
	SupportsDataBreakpointBytes bool             `json:"supportsDataBreakpointBytes,omitempty"`
	SupportsANSIStyling         bool             `json:"supportsANSIStyling,omitempty"`
	BreakpointModes             []breakpointMode `json:"breakpointModes,omitempty"`
}

// initializeArgs are go-dap's and those that the protocol has got since.
type initializeArgs struct {
	dap.InitializeRequestArguments
	SupportsANSIStyling bool `json:"supportsANSIStyling"`
}

// initialize is the first request: what can the client do, what can we do?
func (c *client) initialize(r *request) (any, error) {
	if c.inited {
		return nil, notNow("initialize has been done")
	}
	args := initializeArgs{InitializeRequestArguments: dap.InitializeRequestArguments{
		LinesStartAt1: true, ColumnsStartAt1: true, PathFormat: "path",
	}}
	if err := r.decode(&args); err != nil {
		return nil, err
	}
	if args.PathFormat != "path" {
		return nil, badArguments("pathFormat %q is not supported, only path", args.PathFormat)
	}
	c.init, c.inited = args, true
	return c.capabilities(), nil
}

func (c *client) capabilities() *capabilities {
	return &capabilities{
		SupportsDataBreakpointBytes: true,
		SupportsANSIStyling:         true,
		BreakpointModes:             breakpointModes(),
		Capabilities: dap.Capabilities{
			SupportsConfigurationDoneRequest:   true,
			SupportsFunctionBreakpoints:        true,
			SupportsConditionalBreakpoints:     true,
			SupportsHitConditionalBreakpoints:  true,
			SupportsLogPoints:                  true,
			SupportsInstructionBreakpoints:     true,
			SupportsDataBreakpoints:            true,
			SupportsBreakpointLocationsRequest: true,
			ExceptionBreakpointFilters:         exceptionFilters(),
			SupportsExceptionFilterOptions:     true,
			SupportsExceptionInfoRequest:       true,
			SupportsEvaluateForHovers:          true,
			SupportsClipboardContext:           true,
			SupportsSetVariable:                true,
			SupportsSetExpression:              true,
			SupportsValueFormattingOptions:     true,
			SupportsCompletionsRequest:         true,
			CompletionTriggerCharacters:        []string{"."},
			SupportsGotoTargetsRequest:         true,
			SupportsStepInTargetsRequest:       true,
			SupportsSteppingGranularity:        true,
			SupportsDelayedStackTraceLoading:   true,
			SupportsModulesRequest:             true,
			SupportsLoadedSourcesRequest:       true,
			SupportsDisassembleRequest:         true,
			SupportsReadMemoryRequest:          true,
			SupportsWriteMemoryRequest:         true,
			SupportsRestartRequest:             true,
			SupportsTerminateRequest:           true,
			SupportTerminateDebuggee:           true,
			SupportSuspendDebuggee:             true,
			SupportsCancelRequest:              true,
			SupportsRestartFrame:               true,
			SupportsExceptionOptions:           true,

			SupportsSingleThreadExecutionRequests: true,
			AdditionalModuleColumns:               moduleColumns(),
		},
	}
}

// withdraw tells the client what cannot be done with this debuggee.
func (c *client) withdraw(d *debuggee) {
	var names []string
	if d.attached {
		names = append(names, "supportsRestartRequest")
	}
	if d.core {
		names = append(names, "supportsRestartRequest", "supportsRestartFrame", "supportsGotoTargetsRequest", "supportsStepInTargetsRequest",
			"supportsSteppingGranularity", "supportsSingleThreadExecutionRequests", "supportsTerminateRequest", "supportTerminateDebuggee",
			"supportSuspendDebuggee", "supportsSetVariable", "supportsSetExpression", "supportsWriteMemoryRequest", "supportsDataBreakpoints",
			"supportsDataBreakpointBytes", "supportsFunctionBreakpoints", "supportsInstructionBreakpoints", "supportsLogPoints",
			"supportsConditionalBreakpoints", "supportsHitConditionalBreakpoints")
	}
	if len(names) == 0 {
		return
	}
	changed := map[string]bool{}
	for _, n := range names {
		changed[n] = false
	}
	c.out.event("capabilities", map[string]any{"capabilities": changed})
}
