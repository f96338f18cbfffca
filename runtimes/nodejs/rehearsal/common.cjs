'use strict';

exports.handler = async (event, context) => {
  console.log('rehearsing %s', context.awsRequestId, { event });
  return { remaining: context.getRemainingTimeInMillis() };
};
