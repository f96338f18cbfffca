// Hearth's Node.js runtime: loads a function's handler, then serves invocations until the node hangs up.
// CommonJS, because it starts about 3 ms faster than an ES module; an ES handler is imported from here all the same.
'use strict';

const output = require('./output.cjs');
const { RuntimeApi } = require('./runtime-api.cjs');
const { loadHandler } = require('./handler.cjs');
const { readEnvironment } = require('./invocation.cjs');
const { invocations } = require('./streaming.cjs');
const errors = require('./errors.cjs');

const EXIT_UNCAUGHT = 129;
const EXIT_UNHANDLED_REJECTION = 128;

/** The invocation being served; null during init and between invocations. */
let current = null;
/** From the moment an outcome is known until the node has accepted it. */
let outcomePending = false;
let handler;
let newInvocation;
let api;
let exiting = false;
let exitCode = 0;

const exit = () => process.exit(exitCode);

/** Posts an invocation's outcome once everything it printed is in the pipe. */
function finish(kind, body, errorType) {
  const path = `invocation/${current.id}/${kind}`;
  current = null;
  outcomePending = true;
  output.flushed(() => api.post(path, body, errorType, true));
}

/** Of an invocation whose response streams: it is sent while the handler may go on. */
const streaming = {
  onEnded() { outcomePending = true; },
  onOver() {
    current = null;
    api.askNext();
  },
};

/** Reports an error that nobody caught, to the invocation it hit or else as a failed init, and ends the process. */
function die(title, error, code) {
  if (exiting) return;
  exiting = true;
  exitCode = code;
  output.log('ERROR', title, errors.forLog(error));
  if (outcomePending) return; // that invocation keeps its outcome; `onAccepted` exits
  if (handler && (!current || current.ended)) {
    output.flushed(exit); // between invocations there is nobody to tell
    return;
  }
  const report = errors.forCaller(error);
  if (current?.isStreaming) {
    const cut = current;
    output.flushed(() => cut.breakOff(report));
    return;
  }
  const path = current ? `invocation/${current.id}/error` : 'init/error';
  current = null;
  output.flushed(() => api.post(path, JSON.stringify(report), report.errorType, false));
}

function uncaught(error) {
  die('Uncaught Exception', error, EXIT_UNCAUGHT);
}

/** Before a function is known, too: a connection that is there already is one thing less to wait for. */
function connect() {
  api = new RuntimeApi(process.env.AWS_LAMBDA_RUNTIME_API, {
    onInvocation(headers, body) {
      output.state.requestId = headers['lambda-runtime-aws-request-id'];
      current = newInvocation(headers);
      current.run(body);
    },
    onAccepted() {
      outcomePending = false;
      if (exiting) exit();
    },
    onHungUp: exit,
    onFailed(message) {
      output.log('ERROR', message);
      process.exit(1);
    },
  });
}

function start() {
  readEnvironment();
  output.patchConsole();
  process.on('uncaughtException', uncaught);
  process.on('unhandledRejection', (reason) => {
    die('Unhandled Promise Rejection', new errors.UnhandledPromiseRejection(reason), EXIT_UNHANDLED_REJECTION);
  });
  process.on('beforeExit', () => current?.drained());

  loadHandler(process.env.LAMBDA_TASK_ROOT ?? process.cwd(), process.env._HANDLER ?? '').then((loaded) => {
    // A turn of the event loop later, so that a promise rejected while loading still counts as a failed init.
    setImmediate(() => {
      if (exiting) return;
      handler = loaded;
      newInvocation = invocations(handler, finish, api, streaming);
      api.askNext();
    });
  }, uncaught);
}

connect();
if (process.env.HEARTH_ASSIGNMENT_FD) {
  require('./assignment.cjs').awaitAssignment(Number(process.env.HEARTH_ASSIGNMENT_FD)).then(start);
} else {
  start();
}
