import { type Log } from '@gatehouse/platform';

/**
 * From here on SIGTERM and SIGINT stop the program in order, with exit code 0; and a failure that nobody waits for ends it with
 * code 1, since the state of the process is then no longer known.
 */
export function stopOnSignal(log: Log, stop: () => Promise<void>): void {
  let isStopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isStopping) return;
    isStopping = true;
    log.info('stopping', { signal });
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error('the shutdown failed', { error });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);

  const onFailure = (error: unknown): void => {
    log.error('an unexpected failure ends the process', { error });
    process.exit(1);
  };
  process.on('unhandledRejection', onFailure);
  process.on('uncaughtException', onFailure);
}
