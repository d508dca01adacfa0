// A session as a user of VS Code has it. Usage: node flow.js TINYDBG PROGRAM SOURCE LINE
const assert = require('assert');
const { connect, hello, run } = require('./client.js');

const [binary, program, source, lineText] = process.argv.slice(2);
const line = Number(lineText);

async function main() {
  const dc = await connect(binary);
  await dc.initializeRequest(hello);
  const initialized = dc.waitForEvent('initialized');
  await dc.launchRequest({ mode: 'exec', program, args: ['count'] });
  await initialized;
  const { ask } = dc;
  const set = await dc.setBreakpointsRequest({ source: { path: source }, breakpoints: [{ line }, { line: line + 1, logMessage: 'n is {n}' }] });
  assert(set.body.breakpoints[0].verified, 'the breakpoint is not verified');
  await dc.setFunctionBreakpointsRequest({ breakpoints: [] });
  await dc.setExceptionBreakpointsRequest({ filters: ['unrecovered-panic'], filterOptions: [{ filterId: 'panic' }] });
  await ask('breakpointLocations', { source: { path: source }, line: 1, endLine: 30 });
  let stopped = dc.waitForEvent('stopped');
  await dc.configurationDoneRequest();
  let { body } = await stopped;
  assert.equal(body.reason, 'breakpoint');
  const { threadId } = body;
  await dc.threadsRequest();
  const stack = (await dc.stackTraceRequest({ threadId, startFrame: 0, levels: 20 })).body;
  assert.equal(stack.stackFrames[0].line, line);
  const frameId = stack.stackFrames[0].id;
  const scopes = (await dc.scopesRequest({ frameId })).body.scopes;
  for (const s of scopes) await dc.variablesRequest({ variablesReference: s.variablesReference });
  const args = scopes.find((s) => s.name === 'Arguments').variablesReference;
  await dc.setVariableRequest({ variablesReference: args, name: 'n', value: '5' });
  await ask('setExpression', { frameId, expression: 'counter', value: '100' });
  const value = (await dc.evaluateRequest({ expression: 'n + counter', frameId, context: 'watch' })).body;
  assert.equal(value.result, '105');
  await assert.rejects(dc.evaluateRequest({ expression: 'nosuch', frameId, context: 'hover' }));
  await ask('completions', { frameId, text: 'co', column: 3 });
  const info = (await dc.dataBreakpointInfoRequest({ name: 'counter', frameId })).body;
  await dc.setDataBreakpointsRequest({ breakpoints: [{ dataId: info.dataId, accessType: 'write' }] });
  stopped = dc.waitForEvent('stopped');
  await dc.continueRequest({ threadId });
  assert.equal((await stopped).body.reason, 'data breakpoint');
  await dc.setDataBreakpointsRequest({ breakpoints: [] });
  const top = (await dc.stackTraceRequest({ threadId })).body.stackFrames[0];
  const reference = top.instructionPointerReference;
  await ask('disassemble', { memoryReference: reference, instructionOffset: -5, instructionCount: 20, resolveSymbols: true });
  await ask('setInstructionBreakpoints', { breakpoints: [{ instructionReference: reference }] });
  await ask('setInstructionBreakpoints', { breakpoints: [] });
  const memory = await ask('readMemory', { memoryReference: reference, count: 64 });
  await ask('writeMemory', { memoryReference: reference, data: memory.data });
  await ask('stepInTargets', { frameId: top.id });
  const targets = (await ask('gotoTargets', { source: { path: source }, line })).targets;
  stopped = dc.waitForEvent('stopped');
  await dc.gotoRequest({ threadId, targetId: targets[0].id });
  assert.equal((await stopped).body.reason, 'goto');
  await ask('modules', {});
  await ask('loadedSources', {});
  await dc.sourceRequest({ source: { path: source }, sourceReference: 0 });
  await assert.rejects(ask('exceptionInfo', { threadId }));
  await assert.rejects(ask('stepBack', { threadId }));
  await ask('cancel', { requestId: 1 });
  for (const step of ['next', 'stepIn', 'stepOut']) {
    stopped = dc.waitForEvent('stopped');
    await dc.send(step, { threadId });
    await stopped;
  }
  stopped = dc.waitForEvent('stopped');
  await dc.send('restart', {});
  assert.equal((await stopped).body.reason, 'breakpoint');
  await dc.setBreakpointsRequest({ source: { path: source }, breakpoints: [] });
  const end = Promise.all([dc.waitForEvent('exited'), dc.waitForEvent('terminated')]);
  await dc.continueRequest({ threadId });
  await end;
  await ask('terminate', {});
  await dc.disconnectRequest({});
  await dc.ended;
}

run(main);
