import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * Stands before a PostgreSQL as a pooler in transaction mode does, and as unkindly as one may: each transaction of a client is run in the
 * session that has rested longest, which is hardly ever the one before.
 */
export interface TransactionPooler extends AsyncDisposable {
  /** Of the same database, through the pooler. */
  readonly url: string;
  /** How many transactions were run in another session than the one before them of the same client. */
  readonly moves: () => number;
}

export async function openTransactionPooler(databaseUrl: string): Promise<TransactionPooler> {
  const { hostname: host, port } = new URL(databaseUrl);
  const pool = new Pool();
  const clients = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    clients.add(client);
    client.once('close', () => clients.delete(client));
    const session = connect({ host, port: Number(port), noDelay: true });
    new Client(client, new Session(session), pool);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(typeof address === 'object' ? address?.port : '');
  return {
    url: url.href,
    moves: () => pool.moves,
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy();
      pool.close();
      server.close();
      await once(server, 'close');
    },
  };
}

const READY = 'Z'.charCodeAt(0);
const IDLE = 'I'.charCodeAt(0);
const QUERY = 'Q'.charCodeAt(0);
const SYNC = 'S'.charCodeAt(0);
const TERMINATE = 'X'.charCodeAt(0);

const FATAL = Buffer.from('SFATAL\0C08P01\0Mserver conn crashed?\0\0');
const LOST = Buffer.concat([Buffer.from('E'), Buffer.of(0, 0, 0, FATAL.length + 4), FATAL]);

/** The sessions that nobody uses now, the one that has rested longest first, and who waits for one. */
class Pool {
  moves = 0;
  readonly #resting: Session[] = [];
  readonly #waiting: ((session: Session) => void)[] = [];
  readonly #all = new Set<Session>();

  add(session: Session): void {
    this.#all.add(session);
    session.socket.once('close', () => {
      this.#all.delete(session);
      const index = this.#resting.indexOf(session);
      if (index >= 0) this.#resting.splice(index, 1);
    });
  }

  take(then: (session: Session) => void): void {
    const session = this.#resting.shift();
    if (session === undefined) this.#waiting.push(then);
    else then(session);
  }

  give(session: Session): void {
    if (session.socket.destroyed) return;
    const next = this.#waiting.shift();
    if (next === undefined) this.#resting.push(session);
    else next(session);
  }

  close(): void {
    for (const { socket } of this.#all) socket.destroy();
  }
}

/** One of the server's, and who it works for. */
class Session {
  readonly #messages = new Messages();
  #client: Client | null = null;

  constructor(readonly socket: Socket) {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      for (const message of this.#messages.of(bytes)) this.#client?.answered(message);
    });
    socket.once('close', () => this.#client?.lost());
  }

  worksFor(client: Client | null): void {
    this.#client = client;
  }
}

/** One of those who take the pooler for a server. Its first session is the one that it has made itself known to. */
class Client {
  readonly #messages = new Messages();
  #session: Session | null;
  #before: Session;
  #isKnown = false;
  /** Rounds that the server has not answered, and what waits for a session. */
  #unanswered = 0;
  #waiting: Buffer[] | null = null;

  constructor(
    private readonly socket: Socket,
    session: Session,
    private readonly pool: Pool,
  ) {
    this.#session = session;
    this.#before = session;
    session.worksFor(this);
    pool.add(session);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      // Up to here there is nothing to be told apart but what goes there and back.
      if (!this.#isKnown) session.socket.write(bytes);
      else for (const message of this.#messages.of(bytes)) this.#asks(message);
    });
    socket.once('close', () => {
      this.#leaves();
    });
  }

  #asks(message: Buffer): void {
    const [type] = message;
    if (type === TERMINATE) {
      this.socket.end();
      return;
    }
    if (type === QUERY || type === SYNC) this.#unanswered += 1;
    if (this.#session !== null) this.#session.socket.write(message);
    else if (this.#waiting !== null) this.#waiting.push(message);
    else {
      this.#waiting = [message];
      this.pool.take((session) => {
        this.#goesOnIn(session);
      });
    }
  }

  #goesOnIn(session: Session): void {
    if (this.socket.destroyed) {
      this.pool.give(session);
      return;
    }
    if (session !== this.#before) this.pool.moves += 1;
    this.#session = session;
    session.worksFor(this);
    for (const message of this.#waiting ?? []) session.socket.write(message);
    this.#waiting = null;
  }

  answered(message: Buffer): void {
    this.socket.write(message);
    if (message[0] !== READY) return;
    if (this.#isKnown) this.#unanswered -= 1;
    this.#isKnown = true;
    if (this.#unanswered === 0 && message[5] === IDLE) this.#rest();
  }

  #rest(): void {
    if (this.#session === null) return;
    const session = this.#session;
    this.#before = session;
    this.#session = null;
    session.worksFor(null);
    this.pool.give(session);
  }

  /** In the middle of something: nobody else is to go on with it. */
  #leaves(): void {
    this.#session?.socket.destroy();
  }

  /** PgBouncer says so, and hangs up. */
  lost(): void {
    if (this.#unanswered > 0) this.socket.write(LOST);
    this.socket.end();
  }
}

/** Takes a stream apart: a type, a length that counts itself, and the rest. */
class Messages {
  #rest = Buffer.alloc(0);

  *of(bytes: Buffer): Generator<Buffer> {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= 5) {
      const length = 1 + this.#rest.readUInt32BE(1);
      if (this.#rest.length < length) return;
      const message = this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
      yield message;
    }
  }
}
