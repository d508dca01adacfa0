package compat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"

	peer "github.com/go-delve/delve/service/api"
	peer2 "github.com/go-delve/delve/service/rpc2"

	"github.com/tinydbg/tinydbg/api"
)

// pair is a type of the peer and ours for the same thing.
type pair struct{ theirs, ours any }

var pairs = []pair{
	{peer.Ancestor{}, api.Ancestor{}},
	{peer.AsmInstruction{}, api.AsmInstruction{}},
	{peer.Breakpoint{}, api.Breakpoint{}},
	{peer.BreakpointInfo{}, api.BreakpointInfo{}},
	{peer.Checkpoint{}, api.Checkpoint{}},
	{peer.DebuggerCommand{}, api.DebuggerCommand{}},
	{peer.DebuggerState{}, api.DebuggerState{}},
	{peer.Defer{}, api.Defer{}},
	{peer.DiscardedBreakpoint{}, api.DiscardedBreakpoint{}},
	{peer.DumpState{}, api.DumpState{}},
	{peer.EvalScope{}, api.EvalScope{}},
	{peer.Event{}, api.Event{}},
	{peer.Function{}, api.Function{}},
	{peer.GetVersionIn{}, api.GetVersionIn{}},
	{peer.GetVersionOut{}, api.GetVersionOut{}},
	{peer.Goroutine{}, api.Goroutine{}},
	{peer.GoroutineGroup{}, api.GoroutineGroup{}},
	{peer.GoroutineGroupingOptions{}, api.GoroutineGroupingOptions{}},
	{peer.GuessSubstitutePathIn{}, api.GuessSubstitutePathArgs{}},
	{peer.Image{}, api.Image{}},
	{peer.ListGoroutinesFilter{}, api.ListGoroutinesFilter{}},
	{peer.LoadConfig{}, api.LoadConfig{}},
	{peer.Location{}, api.Location{}},
	{peer.PackageBuildInfo{}, api.PackageBuildInfo{}},
	{peer.Register{}, api.Register{}},
	{peer.SetAPIVersionIn{}, api.SetAPIVersionIn{}},
	{peer.SetAPIVersionOut{}, api.SetAPIVersionOut{}},
	{peer.Stackframe{}, api.Stackframe{}},
	{peer.Target{}, api.Target{}},
	{peer.Thread{}, api.Thread{}},
	{peer.TracepointResult{}, api.TracepointResult{}},
	{peer.TypeInfo{}, api.TypeInfo{}},
	{peer.Variable{}, api.Variable{}},
	{peer2.AmendBreakpointIn{}, api.AmendBreakpointIn{}},
	{peer2.AmendBreakpointOut{}, api.AmendBreakpointOut{}},
	{peer2.AncestorsIn{}, api.AncestorsIn{}},
	{peer2.AncestorsOut{}, api.AncestorsOut{}},
	{peer2.AttachedToExistingProcessIn{}, api.AttachedToExistingProcessIn{}},
	{peer2.AttachedToExistingProcessOut{}, api.AttachedToExistingProcessOut{}},
	{peer2.BuildIDIn{}, api.BuildIDIn{}},
	{peer2.BuildIDOut{}, api.BuildIDOut{}},
	{peer2.CancelDownloadsIn{}, api.CancelDownloadsIn{}},
	{peer2.CancelDownloadsOut{}, api.CancelDownloadsOut{}},
	{peer2.CancelNextIn{}, api.CancelNextIn{}},
	{peer2.CancelNextOut{}, api.CancelNextOut{}},
	{peer2.CheckpointIn{}, api.CheckpointIn{}},
	{peer2.CheckpointOut{}, api.CheckpointOut{}},
	{peer2.ClearBreakpointIn{}, api.ClearBreakpointIn{}},
	{peer2.ClearBreakpointOut{}, api.ClearBreakpointOut{}},
	{peer2.ClearCheckpointIn{}, api.ClearCheckpointIn{}},
	{peer2.ClearCheckpointOut{}, api.ClearCheckpointOut{}},
	{peer2.CommandOut{}, api.CommandOut{}},
	{peer2.CreateBreakpointIn{}, api.CreateBreakpointIn{}},
	{peer2.CreateBreakpointOut{}, api.CreateBreakpointOut{}},
	{peer2.CreateEBPFTracepointIn{}, api.CreateEBPFTracepointIn{}},
	{peer2.CreateEBPFTracepointOut{}, api.CreateEBPFTracepointOut{}},
	{peer2.CreateWatchpointIn{}, api.CreateWatchpointIn{}},
	{peer2.CreateWatchpointOut{}, api.CreateWatchpointOut{}},
	{peer2.DebugInfoDirectoriesIn{}, api.DebugInfoDirectoriesIn{}},
	{peer2.DebugInfoDirectoriesOut{}, api.DebugInfoDirectoriesOut{}},
	{peer2.DetachIn{}, api.DetachIn{}},
	{peer2.DetachOut{}, api.DetachOut{}},
	{peer2.DisassembleIn{}, api.DisassembleIn{}},
	{peer2.DisassembleOut{}, api.DisassembleOut{}},
	{peer2.DownloadLibraryDebugInfoIn{}, api.DownloadLibraryDebugInfoIn{}},
	{peer2.DownloadLibraryDebugInfoOut{}, api.DownloadLibraryDebugInfoOut{}},
	{peer2.DumpCancelIn{}, api.DumpCancelIn{}},
	{peer2.DumpCancelOut{}, api.DumpCancelOut{}},
	{peer2.DumpStartIn{}, api.DumpStartIn{}},
	{peer2.DumpStartOut{}, api.DumpStartOut{}},
	{peer2.DumpWaitIn{}, api.DumpWaitIn{}},
	{peer2.DumpWaitOut{}, api.DumpWaitOut{}},
	{peer2.EvalIn{}, api.EvalIn{}},
	{peer2.EvalOut{}, api.EvalOut{}},
	{peer2.ExamineMemoryIn{}, api.ExamineMemoryIn{}},
	{peer2.ExaminedMemoryOut{}, api.ExamineMemoryOut{}},
	{peer2.FindLocationIn{}, api.FindLocationIn{}},
	{peer2.FindLocationOut{}, api.FindLocationOut{}},
	{peer2.FollowExecEnabledIn{}, api.FollowExecEnabledIn{}},
	{peer2.FollowExecEnabledOut{}, api.FollowExecEnabledOut{}},
	{peer2.FollowExecIn{}, api.FollowExecIn{}},
	{peer2.FollowExecOut{}, api.FollowExecOut{}},
	{peer2.FunctionReturnLocationsIn{}, api.FunctionReturnLocationsIn{}},
	{peer2.FunctionReturnLocationsOut{}, api.FunctionReturnLocationsOut{}},
	{peer2.GetBreakpointIn{}, api.GetBreakpointIn{}},
	{peer2.GetBreakpointOut{}, api.GetBreakpointOut{}},
	{peer2.GetBufferedTracepointsIn{}, api.GetBufferedTracepointsIn{}},
	{peer2.GetBufferedTracepointsOut{}, api.GetBufferedTracepointsOut{}},
	{peer2.GetEventsIn{}, api.GetEventsIn{}},
	{peer2.GetEventsOut{}, api.GetEventsOut{}},
	{peer2.GetThreadIn{}, api.GetThreadIn{}},
	{peer2.GetThreadOut{}, api.GetThreadOut{}},
	{peer2.GuessSubstitutePathIn{}, api.GuessSubstitutePathIn{}},
	{peer2.GuessSubstitutePathOut{}, api.GuessSubstitutePathOut{}},
	{peer2.IsMulticlientIn{}, api.IsMulticlientIn{}},
	{peer2.IsMulticlientOut{}, api.IsMulticlientOut{}},
	{peer2.LastModifiedIn{}, api.LastModifiedIn{}},
	{peer2.LastModifiedOut{}, api.LastModifiedOut{}},
	{peer2.ListBreakpointsIn{}, api.ListBreakpointsIn{}},
	{peer2.ListBreakpointsOut{}, api.ListBreakpointsOut{}},
	{peer2.ListCheckpointsIn{}, api.ListCheckpointsIn{}},
	{peer2.ListCheckpointsOut{}, api.ListCheckpointsOut{}},
	{peer2.ListDynamicLibrariesIn{}, api.ListDynamicLibrariesIn{}},
	{peer2.ListDynamicLibrariesOut{}, api.ListDynamicLibrariesOut{}},
	{peer2.ListFunctionArgsIn{}, api.ListFunctionArgsIn{}},
	{peer2.ListFunctionArgsOut{}, api.ListFunctionArgsOut{}},
	{peer2.ListFunctionsIn{}, api.ListFunctionsIn{}},
	{peer2.ListFunctionsOut{}, api.ListFunctionsOut{}},
	{peer2.ListGoroutinesIn{}, api.ListGoroutinesIn{}},
	{peer2.ListGoroutinesOut{}, api.ListGoroutinesOut{}},
	{peer2.ListLocalVarsIn{}, api.ListLocalVarsIn{}},
	{peer2.ListLocalVarsOut{}, api.ListLocalVarsOut{}},
	{peer2.ListPackageVarsIn{}, api.ListPackageVarsIn{}},
	{peer2.ListPackageVarsOut{}, api.ListPackageVarsOut{}},
	{peer2.ListPackagesBuildInfoIn{}, api.ListPackagesBuildInfoIn{}},
	{peer2.ListPackagesBuildInfoOut{}, api.ListPackagesBuildInfoOut{}},
	{peer2.ListRegistersIn{}, api.ListRegistersIn{}},
	{peer2.ListRegistersOut{}, api.ListRegistersOut{}},
	{peer2.ListSourcesIn{}, api.ListSourcesIn{}},
	{peer2.ListSourcesOut{}, api.ListSourcesOut{}},
	{peer2.ListTargetsIn{}, api.ListTargetsIn{}},
	{peer2.ListTargetsOut{}, api.ListTargetsOut{}},
	{peer2.ListThreadsIn{}, api.ListThreadsIn{}},
	{peer2.ListThreadsOut{}, api.ListThreadsOut{}},
	{peer2.ListTypesIn{}, api.ListTypesIn{}},
	{peer2.ListTypesOut{}, api.ListTypesOut{}},
	{peer2.ProcessPidIn{}, api.ProcessPidIn{}},
	{peer2.ProcessPidOut{}, api.ProcessPidOut{}},
	{peer2.RecordedIn{}, api.RecordedIn{}},
	{peer2.RecordedOut{}, api.RecordedOut{}},
	{peer2.RestartIn{}, api.RestartIn{}},
	{peer2.RestartOut{}, api.RestartOut{}},
	{peer2.SetExecutionPointIn{}, api.SetExecutionPointIn{}},
	{peer2.SetExecutionPointOut{}, api.SetExecutionPointOut{}},
	{peer2.SetIn{}, api.SetIn{}},
	{peer2.SetOut{}, api.SetOut{}},
	{peer2.StacktraceIn{}, api.StacktraceIn{}},
	{peer2.StacktraceOut{}, api.StacktraceOut{}},
	{peer2.StateIn{}, api.StateIn{}},
	{peer2.StateOut{}, api.StateOut{}},
	{peer2.StopRecordingIn{}, api.StopRecordingIn{}},
	{peer2.StopRecordingOut{}, api.StopRecordingOut{}},
	{peer2.ToggleBreakpointIn{}, api.ToggleBreakpointIn{}},
	{peer2.ToggleBreakpointOut{}, api.ToggleBreakpointOut{}},
	{peer2.TypeInfoIn{}, api.TypeInfoIn{}},
	{peer2.TypeInfoOut{}, api.TypeInfoOut{}},
}

// TestSameJSON fills both types of each pair with the same made-up values and
// wants the same bytes, and each side's bytes to be read back by the other.
func TestSameJSON(t *testing.T) {
	for _, p := range pairs {
		t.Run(fmt.Sprintf("%T", p.ours), func(t *testing.T) {
			theirs, ours := reflect.New(reflect.TypeOf(p.theirs)), reflect.New(reflect.TypeOf(p.ours))
			for depth := range 3 {
				fill(theirs.Elem(), depth)
				fill(ours.Elem(), depth)
				want, got := marshal(t, theirs.Interface()), marshal(t, ours.Interface())
				if !bytes.Equal(want, got) {
					t.Fatalf("depth %d:\npeer %s\nours %s", depth, want, got)
				}
				if theirs, ours := reread(t, p.theirs, want), reread(t, p.ours, want); !bytes.Equal(theirs, ours) {
					t.Fatalf("depth %d: read back\npeer %s\nours %s", depth, theirs, ours)
				}
			}
		})
	}
}

// reread is text after a journey through a value of sample's type.
func reread(t *testing.T, sample any, text []byte) []byte {
	t.Helper()
	v := reflect.New(reflect.TypeOf(sample))
	if err := json.Unmarshal(text, v.Interface()); err != nil {
		t.Fatal(err)
	}
	return marshal(t, v.Interface())
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// ourOwn are fields that the peer does not know. They are left out when they
// are zero.
var ourOwn = map[reflect.Type][]string{reflect.TypeFor[api.TypeInfoField](): {"Offset", "Size", "Embedded"}}

// fill gives every exported field a value that is not zero, the same for types
// of the same shape. Below depth, pointers, slices and maps stay nil.
func fill(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(77)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(24) // also reflect.String, so that Variable's special case is met
	case reflect.String:
		v.SetString("text \xff <&>")
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), depth)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && !slices.Contains(ourOwn[v.Type()], f.Name) {
				fill(v.Field(i), depth)
			}
		}
	}
	if depth > 0 {
		fillReferences(v, depth-1)
	}
}

func fillReferences(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), depth)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), depth)
		fill(v.Index(1), depth)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, depth)
		fill(elem, depth)
		v.SetMapIndex(key, elem)
	}
}

func TestSameNumbers(t *testing.T) {
	for _, c := range []struct {
		name         string
		theirs, ours int
	}{
		{"VariableEscaped", int(peer.VariableEscaped), int(api.VariableEscaped)},
		{"VariableShadowed", int(peer.VariableShadowed), int(api.VariableShadowed)},
		{"VariableConstant", int(peer.VariableConstant), int(api.VariableConstant)},
		{"VariableArgument", int(peer.VariableArgument), int(api.VariableArgument)},
		{"VariableReturnArgument", int(peer.VariableReturnArgument), int(api.VariableReturnArgument)},
		{"VariableFakeAddress", int(peer.VariableFakeAddress), int(api.VariableFakeAddress)},
		{"VariableCPtr", int(peer.VariableCPtr), int(api.VariableCPtr)},
		{"VariableCPURegister", int(peer.VariableCPURegister), int(api.VariableCPURegister)},
		{"GoroutineWaiting", int(peer.GoroutineWaiting), int(api.GoroutineWaiting)},
		{"GoroutineSyscall", int(peer.GoroutineSyscall), int(api.GoroutineSyscall)},
		{"GNUFlavour", int(peer.GNUFlavour), int(api.GNUFlavour)},
		{"IntelFlavour", int(peer.IntelFlavour), int(api.IntelFlavour)},
		{"GoFlavour", int(peer.GoFlavour), int(api.GoFlavour)},
		{"EventResumed", int(peer.EventResumed), int(api.EventResumed)},
		{"EventStopped", int(peer.EventStopped), int(api.EventStopped)},
		{"EventBinaryInfoDownload", int(peer.EventBinaryInfoDownload), int(api.EventBinaryInfoDownload)},
		{"EventBreakpointMaterialized", int(peer.EventBreakpointMaterialized), int(api.EventBreakpointMaterialized)},
		{"EventProcessSpawned", int(peer.EventProcessSpawned), int(api.EventProcessSpawned)},
		{"EventDownloadLibraryInfoDone", int(peer.EventDownloadLibraryInfoDone), int(api.EventDownloadLibraryInfoDone)},
		{"GoroutineFieldNone", int(peer.GoroutineFieldNone), int(api.GoroutineFieldNone)},
		{"GoroutineCurrentLoc", int(peer.GoroutineCurrentLoc), int(api.GoroutineCurrentLoc)},
		{"GoroutineUserLoc", int(peer.GoroutineUserLoc), int(api.GoroutineUserLoc)},
		{"GoroutineGoLoc", int(peer.GoroutineGoLoc), int(api.GoroutineGoLoc)},
		{"GoroutineStartLoc", int(peer.GoroutineStartLoc), int(api.GoroutineStartLoc)},
		{"GoroutineLabel", int(peer.GoroutineLabel), int(api.GoroutineLabel)},
		{"GoroutineRunning", int(peer.GoroutineRunning), int(api.GoroutineRunning)},
		{"GoroutineUser", int(peer.GoroutineUser), int(api.GoroutineUser)},
		{"GoroutineWaitingOnChannel", int(peer.GoroutineWaitingOnChannel), int(api.GoroutineWaitingOnChannel)},
		{"StacktraceReadDefers", int(peer.StacktraceReadDefers), int(api.StacktraceReadDefers)},
		{"StacktraceSimple", int(peer.StacktraceSimple), int(api.StacktraceSimple)},
		{"StacktraceG", int(peer.StacktraceG), int(api.StacktraceG)},
		{"WatchRead", int(peer.WatchRead), int(api.WatchRead)},
		{"WatchWrite", int(peer.WatchWrite), int(api.WatchWrite)},
		{"ExamineMemoryLimit", peer2.ExamineMemoryLengthLimit, api.ExamineMemoryLimit},
	} {
		if c.theirs != c.ours {
			t.Errorf("%s is %d for the peer, %d for us", c.name, c.theirs, c.ours)
		}
	}
}

func TestSameCommands(t *testing.T) {
	for theirs, ours := range map[string]string{
		peer.Continue:                   api.Continue,
		peer.Rewind:                     api.Rewind,
		peer.DirectionCongruentContinue: api.DirectionCongruentContinue,
		peer.Step:                       api.Step,
		peer.ReverseStep:                api.ReverseStep,
		peer.StepOut:                    api.StepOut,
		peer.ReverseStepOut:             api.ReverseStepOut,
		peer.StepInstruction:            api.StepInstruction,
		peer.NextInstruction:            api.NextInstruction,
		peer.ReverseStepInstruction:     api.ReverseStepInstruction,
		peer.ReverseNextInstruction:     api.ReverseNextInstruction,
		peer.Next:                       api.Next,
		peer.ReverseNext:                api.ReverseNext,
		peer.SwitchThread:               api.SwitchThread,
		peer.SwitchGoroutine:            api.SwitchGoroutine,
		peer.Halt:                       api.Halt,
		peer.Call:                       api.Call,
	} {
		if theirs != ours {
			t.Errorf("the peer says %q, we say %q", theirs, ours)
		}
	}
}

// TestSameText compares what methods of the types make of a value.
func TestSameText(t *testing.T) {
	if theirs, ours := (*peer.Function)(nil).Name(), (*api.Function)(nil).Name(); theirs != ours {
		t.Errorf("the name of no function is %q for the peer, %q for us", theirs, ours)
	}
	theirs := peer.Registers{{Name: "Rip", Value: "0x1"}, {Name: "Fs_base", Value: "0x2"}}.String()
	ours := api.Registers{{Name: "Rip", Value: "0x1"}, {Name: "Fs_base", Value: "0x2"}}.String()
	if theirs != ours {
		t.Errorf("registers:\npeer\n%s\nours\n%s", theirs, ours)
	}
}
