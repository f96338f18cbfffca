// A blank sandbox: the process is up before it is known which function it will run.
'use strict';

const fs = require('fs');
const { rehearse } = require('./rehearsal.cjs');

/** Gets everything ready, says so, and waits for the function: its variables, and its code where we are told to go. */
async function awaitAssignment(descriptor) {
  await rehearse();
  fs.writeSync(1, '\0');
  const records = fs.readFileSync(descriptor, 'utf8').split('\0');
  fs.closeSync(descriptor);
  if (records.length === 1) process.exit(0); // The node is gone.
  delete process.env.HEARTH_ASSIGNMENT_FD;
  for (const record of records.slice(0, -1)) {
    const equals = record.indexOf('=');
    process.env[record.slice(0, equals)] = record.slice(equals + 1);
  }
  process.chdir(process.env.LAMBDA_TASK_ROOT); // Where we were is now below what has been mounted over it.
}

module.exports = { awaitAssignment };
