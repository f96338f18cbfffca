'use strict';

exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  stream.write('rehearsing ');
  stream.end(event.rehearsal[1]);
});
