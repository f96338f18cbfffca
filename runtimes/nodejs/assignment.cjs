// A blank sandbox: the process is up before it is known which function it will run.
'use strict';

const fs = require('fs');

/** Waits for the function's variables, and goes to where its code has been mounted meanwhile. */
function awaitAssignment(descriptor) {
  const records = fs.readFileSync(descriptor, 'utf8').split('\0');
  fs.closeSync(descriptor);
  if (records.length === 1) process.exit(0); // The node is gone.
  delete process.env.HEARTH_ASSIGNMENT_FD;
  for (const record of records.slice(0, -1)) {
    const equals = record.indexOf('=');
    process.env[record.slice(0, equals)] = record.slice(equals + 1);
  }
  process.chdir(process.env.LAMBDA_TASK_ROOT);
}

module.exports = { awaitAssignment };
