// A session by VS Code's own test client. Every message of the adapter is checked
// against the protocol's types. Usage: node flow.js PORT PROGRAM SOURCE LINE
const assert = require('assert');
const { DebugClient } = require('@vscode/debugadapter-testsupport');
const { createGenerator } = require('ts-json-schema-generator');
const Ajv = require('ajv');

const [port, program, source, lineText] = process.argv.slice(2);
const line = Number(lineText);

const schema = createGenerator({
  path: require.resolve('@vscode/debugprotocol/lib/debugProtocol.d.ts'), type: '*', skipTypeCheck: true, additionalProperties: true,
}).createSchema('*');
const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addSchema(schema, 'dap');
const wrong = [];
let checked = 0;

function check(message) {
  const upper = (s) => s[0].toUpperCase() + s.slice(1);
  let type = message.type === 'event' ? upper(message.event) + 'Event' : upper(message.command) + 'Response';
  if (message.type === 'request') type = upper(message.command) + 'Request';
  if (message.type === 'response' && !message.success) type = 'ErrorResponse';
  const name = 'DebugProtocol.' + type;
  if (!schema.definitions[name]) {
    wrong.push(`${type} is not in the protocol`);
    return;
  }
  const validate = ajv.getSchema('dap#/definitions/' + name);
  if (!validate(message)) wrong.push(`${type}: ${JSON.stringify(validate.errors)}: ${JSON.stringify(message).slice(0, 500)}`);
  checked++;
}

async function main() {
  const dc = new DebugClient('none', 'none', 'go');
  const dispatch = dc.dispatch;
  dc.dispatch = function (body) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    check(JSON.parse(text));
    return dispatch.call(this, body);
  };
  dc.defaultTimeout = 30000;
  await dc.start(Number(port));
  const init = await dc.initializeRequest({
    adapterID: 'go', linesStartAt1: true, columnsStartAt1: true, pathFormat: 'path', supportsVariableType: true,
    supportsVariablePaging: true, supportsMemoryReferences: true, supportsInvalidatedEvent: true, supportsMemoryEvent: true,
    supportsProgressReporting: true,
  });
  const on = Object.entries(init.body).filter(([k, v]) => /^support/.test(k) && v);
  console.log(`${on.length} capabilities`);
  const initialized = dc.waitForEvent('initialized');
  await dc.launchRequest({ mode: 'exec', program, args: ['count'] });
  await initialized;
  const ask = (command, args) => dc.send(command, args).then((r) => r.body);
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
  assert.deepEqual(wrong, []);
  console.log(`${checked} messages are as the protocol says`);
}

main().then(() => process.exit(0), (err) => {
  console.error(err);
  for (const w of wrong) console.error(w);
  process.exit(1);
});
