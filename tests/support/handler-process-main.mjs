/** One execution environment in a process of its own: loads the bundle named by its argument, then answers invocations. */
const loading = import(process.argv[2]);

process.on('disconnect', () => process.exit(0));
process.on('message', async ({ requestId, event, deadlineAtMs }) => {
  const context = {
    awsRequestId: requestId,
    functionName: 'tmdb-test',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:tmdb-test',
    memoryLimitInMB: '256',
    getRemainingTimeInMillis: () => Math.max(0, deadlineAtMs - Date.now()),
  };
  try {
    const { handler } = await loading;
    process.send({ requestId, ok: true, value: await handler(event, context) });
  } catch (error) {
    process.send({ requestId, ok: false, error: String(error?.stack ?? error) });
  }
});
