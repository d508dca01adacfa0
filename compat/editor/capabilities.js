// Every capability that is advertised is put to the test. Usage: node capabilities.js TINYDBG PROGRAM SOURCE
const assert = require('assert');
const fs = require('fs');
const { connect, hello, run } = require('./client.js');

const [binary, program, path] = process.argv.slice(2);
const source = { path };
const lines = fs.readFileSync(path, 'utf8').split('\n');
const lineOf = (text) => lines.findIndex((l) => l.includes(text)) + 1;
const tick = lineOf('counter += n');
const call = lineOf('tick(i)');

const tested = new Set();
const did = (...names) => names.forEach((n) => tested.add(n));

// launch begins a session and leaves it to be configured.
async function launch(deed) {
  const dc = await connect(binary);
  dc.offers = (await dc.initializeRequest(hello)).body;
  const initialized = dc.waitForEvent('initialized');
  const started = dc.waitForEvent('process');
  await dc.launchRequest({ mode: 'exec', program, args: [deed] });
  dc.pid = (await started).body.systemProcessId;
  await initialized;
  return dc;
}

async function top(dc, threadId) {
  return (await dc.stackTraceRequest({ threadId, startFrame: 0, levels: 1 })).body.stackFrames[0];
}

async function variables(dc, frameId, scope) {
  const { scopes } = (await dc.scopesRequest({ frameId })).body;
  const { variablesReference } = scopes.find((s) => s.name === scope);
  return { variablesReference, list: (await dc.variablesRequest({ variablesReference })).body.variables };
}

const value = async (dc, frameId, expression, more) =>
  (await dc.evaluateRequest({ expression, frameId, context: 'watch', ...more })).body.result;

async function breakpoints() {
  const dc = await launch('count');
  const at = await dc.ask('breakpointLocations', { source, line: tick, endLine: tick + 1 });
  assert.deepEqual(at.breakpoints.map((b) => b.line), [tick, tick + 1]);
  const modes = dc.offers.breakpointModes.map((m) => m.mode);
  const set = (await dc.setBreakpointsRequest({ source, breakpoints: [
    { line: tick, condition: 'n == 2', mode: modes[0] }, { line: tick + 1, logMessage: 'n is {n}' }, { line: call, mode: 'nosuch' },
  ] })).body.breakpoints;
  assert.deepEqual(set.map((b) => b.verified), [true, true, false]);
  const logged = dc.waitForEvent('output');
  let s = await dc.stop(() => dc.configurationDoneRequest());
  const f = await top(dc, s.threadId);
  assert.equal(await value(dc, f.id, 'n'), '2');
  assert.match((await logged).body.output, /n is 0/);
  did('supportsBreakpointLocationsRequest', 'breakpointModes', 'supportsConfigurationDoneRequest', 'supportsConditionalBreakpoints', 'supportsLogPoints');
  await dc.setBreakpointsRequest({ source, breakpoints: [{ line: tick, hitCondition: '> 2' }] });
  s = await dc.stop(() => dc.continueRequest({ threadId: s.threadId }));
  assert.equal(await value(dc, (await top(dc, s.threadId)).id, 'n'), '4');
  did('supportsHitConditionalBreakpoints');
  await dc.setBreakpointsRequest({ source, breakpoints: [] });
  await dc.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'main.tick', condition: 'n == 6' }] });
  s = await dc.stop(() => dc.continueRequest({ threadId: s.threadId }));
  assert.equal(s.reason, 'function breakpoint');
  await dc.setFunctionBreakpointsRequest({ breakpoints: [] });
  did('supportsFunctionBreakpoints');
  await data(dc, s.threadId);
  await instructions(dc, s.threadId);
  await dc.disconnectRequest({});
}

async function data(dc, threadId) {
  const { id } = await top(dc, threadId);
  const info = (await dc.dataBreakpointInfoRequest({ name: 'counter', frameId: id })).body;
  await dc.setDataBreakpointsRequest({ breakpoints: [{ dataId: info.dataId, accessType: 'write', mode: 'hardware' }] });
  let s = await dc.stop(() => dc.continueRequest({ threadId }));
  assert.equal(s.reason, 'data breakpoint');
  did('supportsDataBreakpoints');
  const { memoryReference } = (await dc.evaluateRequest({ expression: 'counter', frameId: (await top(dc, threadId)).id })).body;
  const bytes = (await dc.dataBreakpointInfoRequest({ name: memoryReference, asAddress: true, bytes: 3 })).body;
  const set = (await dc.setDataBreakpointsRequest({ breakpoints: [{ dataId: bytes.dataId, accessType: 'write' }] })).body;
  assert(set.breakpoints[0].verified, set.breakpoints[0].message);
  s = await dc.stop(() => dc.continueRequest({ threadId }));
  assert.equal(s.reason, 'data breakpoint');
  await dc.setDataBreakpointsRequest({ breakpoints: [] });
  did('supportsDataBreakpointBytes');
}

async function instructions(dc, threadId) {
  const { instructionPointerReference: reference } = await top(dc, threadId);
  const code = (await dc.ask('disassemble', { memoryReference: reference, instructionOffset: -1, instructionCount: 3, resolveSymbols: true })).instructions;
  assert.equal(code[1].address, reference);
  await dc.ask('setInstructionBreakpoints', { breakpoints: [{ instructionReference: code[2].address }] });
  let s = await dc.stop(() => dc.continueRequest({ threadId }));
  assert.equal(s.reason, 'instruction breakpoint');
  await dc.ask('setInstructionBreakpoints', { breakpoints: [] });
  s = await dc.stop(() => dc.send('next', { threadId, granularity: 'instruction' }));
  const now = (await top(dc, threadId)).instructionPointerReference;
  assert.notEqual(now, code[2].address);
  const memory = await dc.ask('readMemory', { memoryReference: reference, count: 8 });
  assert.equal(Buffer.from(memory.data, 'base64').length, 8);
  const wrote = await dc.ask('writeMemory', { memoryReference: reference, data: memory.data });
  assert.equal(wrote.bytesWritten, 8);
  did('supportsDisassembleRequest', 'supportsInstructionBreakpoints', 'supportsSteppingGranularity', 'supportsReadMemoryRequest', 'supportsWriteMemoryRequest');
}

async function values() {
  const dc = await launch('count');
  await dc.setBreakpointsRequest({ source, breakpoints: [{ line: tick }] });
  const { threadId } = await dc.stop(() => dc.configurationDoneRequest());
  const frames = (await dc.stackTraceRequest({ threadId, startFrame: 1, levels: 1 })).body;
  assert(frames.stackFrames.length === 1 && frames.totalFrames > 2 && frames.stackFrames[0].name === 'main.main');
  did('supportsDelayedStackTraceLoading');
  const { id } = await top(dc, threadId);
  for (const [context, capability] of [['hover', 'supportsEvaluateForHovers'], ['clipboard', 'supportsClipboardContext']]) {
    assert.equal(await value(dc, id, 'n + 255', { context }), '255');
    did(capability);
  }
  assert.equal(await value(dc, id, 'n + 255', { format: { hex: true } }), '0xff');
  did('supportsValueFormattingOptions');
  const { variablesReference } = await variables(dc, id, 'Arguments');
  await dc.setVariableRequest({ variablesReference, name: 'n', value: '7' });
  await dc.ask('setExpression', { frameId: id, expression: 'counter', value: '100' });
  assert.equal(await value(dc, id, 'n + counter'), '107');
  did('supportsSetVariable', 'supportsSetExpression');
  assert(dc.offers.completionTriggerCharacters.includes('.'));
  const { targets } = await dc.ask('completions', { frameId: id, text: 'os.Ar', column: 6 });
  assert(targets.some((t) => t.label === 'Args'));
  did('supportsCompletionsRequest', 'completionTriggerCharacters');
  const { modules } = await dc.ask('modules', {});
  for (const column of dc.offers.additionalModuleColumns) assert(column.attributeName in modules[0], column.attributeName);
  did('supportsModulesRequest', 'additionalModuleColumns');
  assert((await dc.ask('loadedSources', {})).sources.some((s) => s.path === path));
  did('supportsLoadedSourcesRequest');
  const text = await value(dc, id, 'dlv list main.main', { context: 'repl' });
  assert(text.includes('\x1b['), text);
  did('supportsANSIStyling');
  await moves(dc, threadId);
  await dc.disconnectRequest({});
}

async function moves(dc, threadId) {
  await dc.setBreakpointsRequest({ source, breakpoints: [{ line: call }] });
  await dc.stop(() => dc.continueRequest({ threadId }));
  const { id } = await top(dc, threadId);
  const into = (await dc.ask('stepInTargets', { frameId: id })).targets.find((t) => t.label === 'main.tick');
  await dc.setBreakpointsRequest({ source, breakpoints: [] });
  await dc.stop(() => dc.send('stepIn', { threadId, targetId: into.id }));
  let frame = await top(dc, threadId);
  assert.equal(frame.name, 'main.tick');
  did('supportsStepInTargetsRequest');
  await dc.stop(() => dc.send('next', { threadId, singleThread: true }));
  frame = await top(dc, threadId);
  assert.equal(frame.name, 'main.tick');
  did('supportsSingleThreadExecutionRequests');
  let s = await dc.stop(() => dc.send('restartFrame', { frameId: frame.id }));
  assert.equal(s.reason, 'restart');
  assert.equal((await top(dc, threadId)).name, 'main.tick');
  did('supportsRestartFrame');
  const there = (await dc.ask('gotoTargets', { source, line: tick + 1 })).targets[0];
  s = await dc.stop(() => dc.gotoRequest({ threadId, targetId: there.id }));
  assert.equal(s.reason, 'goto');
  assert.equal((await top(dc, threadId)).line, tick + 1);
  did('supportsGotoTargetsRequest');
  await dc.setBreakpointsRequest({ source, breakpoints: [{ line: tick }] });
  await dc.stop(() => dc.send('restart', {}));
  assert.equal(await value(dc, (await top(dc, threadId)).id, 'n'), '0');
  did('supportsRestartRequest');
  await dc.ask('cancel', { requestId: 1 });
  did('supportsCancelRequest');
}

async function exceptions() {
  const dc = await launch('panic');
  const known = dc.offers.exceptionBreakpointFilters.map((f) => f.filter);
  assert.deepEqual(known.sort(), ['panic', 'runtime-fatal-throw', 'signal', 'unrecovered-panic']);
  const set = await dc.setExceptionBreakpointsRequest({ filters: ['unrecovered-panic'], filterOptions: [{ filterId: 'panic' }] });
  assert(set.body.breakpoints.every((b) => b.verified));
  let s = await dc.stop(() => dc.configurationDoneRequest());
  assert.equal(s.reason, 'exception');
  const info = await dc.ask('exceptionInfo', { threadId: s.threadId });
  assert.match(info.description, /caught/);
  did('exceptionBreakpointFilters', 'supportsExceptionFilterOptions', 'supportsExceptionInfoRequest');
  await dc.setExceptionBreakpointsRequest({ filters: [], exceptionOptions: [{ path: [{ names: ['panic'] }], breakMode: 'unhandled' }] });
  s = await dc.stop(() => dc.continueRequest({ threadId: s.threadId }));
  assert.match(s.description, /unrecovered/);
  did('supportsExceptionOptions');
  await dc.disconnectRequest({});
}

const stateOf = (pid) => {
  try {
    return fs.readFileSync(`/proc/${pid}/status`, 'utf8').match(/State:\s+(.)/)[1];
  } catch (err) {
    return '';
  }
};

async function until(what, fulfilled) {
  for (const start = Date.now(); !fulfilled();) {
    assert(Date.now() - start < 30000, what);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function ends() {
  let dc = await launch('spin');
  await dc.configurationDoneRequest();
  const over = Promise.all([dc.waitForEvent('exited'), dc.waitForEvent('terminated')]);
  await dc.ask('terminate', {});
  await over;
  await dc.disconnectRequest({});
  did('supportsTerminateRequest');
  dc = await launch('spin');
  await dc.configurationDoneRequest();
  await dc.disconnectRequest({ suspendDebuggee: true });
  await until('the program is suspended', () => stateOf(dc.pid) === 'T');
  process.kill(dc.pid, 'SIGKILL');
  did('supportSuspendDebuggee');
  for (const terminateDebuggee of [true, false]) {
    dc = await launch('spin');
    await dc.configurationDoneRequest();
    await dc.disconnectRequest({ terminateDebuggee });
    await dc.ended;
    if (terminateDebuggee) await until('the program is gone', () => stateOf(dc.pid) === '');
    else assert.match(stateOf(dc.pid), /[RS]/);
    if (!terminateDebuggee) process.kill(dc.pid, 'SIGKILL');
  }
  did('supportTerminateDebuggee');
  return dc.offers;
}

async function main() {
  await breakpoints();
  await values();
  await exceptions();
  const offers = Object.entries(await ends()).filter(([, v]) => v === true || Array.isArray(v) && v.length > 0).map(([k]) => k);
  assert.deepEqual(offers.filter((name) => !tested.has(name)), [], 'offered and not tested');
  assert.deepEqual([...tested].filter((name) => !offers.includes(name)), [], 'tested and not offered');
  assert(offers.length >= 36, `${offers.length} capabilities`);
  console.log(`${offers.length} capabilities, each of them tested`);
}

run(main);
