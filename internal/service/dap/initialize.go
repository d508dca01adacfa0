package dap

import (
	"github.com/google/go-dap"
)

// capabilities are go-dap's and those that the protocol has got since.
type capabilities struct {
	dap.Capabilities
	SupportsDataBreakpointBytes bool `json:"supportsDataBreakpointBytes,omitempty"`
}

// initialize is the first request: what can the client do, what can we do?
func (c *client) initialize(r *request) (any, error) {
	if c.inited {
		return nil, notNow("initialize has been done")
	}
	args := dap.InitializeRequestArguments{LinesStartAt1: true, ColumnsStartAt1: true, PathFormat: "path"}
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
			SupportSuspendDebuggee:             c.cfg.Backend != nil && c.cfg.Multiclient,
			SupportsCancelRequest:              true,
		},
	}
}
