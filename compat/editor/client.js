// VS Code's own test client, on a server of its own. Every message of the adapter
// is checked against the protocol's types.
const { spawn } = require('child_process');
const fs = require('fs');
const readline = require('readline');
const { DebugClient } = require('@vscode/debugadapter-testsupport');
const { createGenerator } = require('ts-json-schema-generator');
const Ajv = require('ajv');

// The schema takes some seconds to make: it is kept beside the types.
function protocol() {
  const types = require.resolve('@vscode/debugprotocol/lib/debugProtocol.d.ts');
  const kept = types + '.schema.json';
  if (!fs.existsSync(kept)) {
    const made = createGenerator({ path: types, type: '*', skipTypeCheck: true, additionalProperties: true }).createSchema('*');
    fs.writeFileSync(`${kept}.${process.pid}`, JSON.stringify(made));
    fs.renameSync(`${kept}.${process.pid}`, kept);
  }
  return JSON.parse(fs.readFileSync(kept, 'utf8'));
}

const schema = protocol();
const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addSchema(schema, 'dap');

const report = { wrong: [], checked: 0 };

function check(message) {
  const upper = (s) => s[0].toUpperCase() + s.slice(1);
  let type = message.type === 'event' ? upper(message.event) + 'Event' : upper(message.command) + 'Response';
  if (message.type === 'request') type = upper(message.command) + 'Request';
  if (message.type === 'response' && !message.success) type = 'ErrorResponse';
  const name = 'DebugProtocol.' + type;
  if (!schema.definitions[name]) {
    report.wrong.push(`${type} is not in the protocol`);
    return;
  }
  const validate = ajv.getSchema('dap#/definitions/' + name);
  if (!validate(message)) report.wrong.push(`${type}: ${JSON.stringify(validate.errors)}: ${JSON.stringify(message).slice(0, 500)}`);
  report.checked++;
}

// connect starts a server and connects to it.
async function connect(binary) {
  const server = spawn(binary, ['dap', '--listen=127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => server.on('exit', resolve));
  const line = await new Promise((resolve) => readline.createInterface(server.stdout).once('line', resolve));
  const dc = new DebugClient('none', 'none', 'go');
  const dispatch = dc.dispatch;
  dc.dispatch = function (body) {
    check(JSON.parse(typeof body === 'string' ? body : JSON.stringify(body)));
    return dispatch.call(this, body);
  };
  dc.defaultTimeout = 30000;
  await dc.start(Number(line.slice(line.lastIndexOf(':') + 1)));
  dc.ask = (command, args) => dc.send(command, args).then((r) => r.body);
  // stop is the body of the next stop, which running leads to.
  dc.stop = async (running) => {
    const stopped = dc.waitForEvent('stopped');
    await running();
    return (await stopped).body;
  };
  dc.ended = ended;
  return dc;
}

const hello = {
  adapterID: 'go', linesStartAt1: true, columnsStartAt1: true, pathFormat: 'path', supportsVariableType: true,
  supportsVariablePaging: true, supportsMemoryReferences: true, supportsInvalidatedEvent: true, supportsMemoryEvent: true,
  supportsProgressReporting: true, supportsANSIStyling: true,
};

// run ends with what main finds, and with what the messages had wrong.
function run(main) {
  main().then(() => {
    if (report.wrong.length > 0) throw new Error('messages are not as the protocol says');
    console.log(`${report.checked} messages are as the protocol says`);
    process.exit(0);
  }).catch((err) => {
    console.error(err);
    for (const w of report.wrong) console.error(w);
    process.exit(1);
  });
}

module.exports = { connect, hello, run };
