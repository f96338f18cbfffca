// The smallest useful function: greets, and shows what the context says of the invocation.
export const handler = async (event, context) => {
  const name = event.name || "world";
  console.log(`greeting ${name}`);
  return {
    message: `Hello, ${name}!`,
    runtime: `Node ${process.versions.node}`,
    function: context.functionName,
    requestId: context.awsRequestId,
    memoryMib: Number(context.memoryLimitInMB),
    remainingMs: context.getRemainingTimeInMillis(),
  };
};
