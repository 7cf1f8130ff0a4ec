import { type FaultProxy, openFaultProxy, type OpenTap, type Tap } from './fault-proxy.js';

/** What a client asks its server at once, and waits for: a simple query, or one that is prepared, bound and executed. */
export interface Round {
  /** Of a statement of ours, prepared or not; empty for anything else. */
  readonly statement: string;
  /** Of a simple query. */
  readonly text: string;
  /** As they go over the wire: what is bound is to be found in them as text. */
  readonly bytes: Buffer;
}

/** Which round; with the earlier ones of its transaction, its beginning included, none outside one. */
export type Which = (round: Round, earlier: readonly Round[]) => boolean;

/**
 * `before`: it does not reach the server. `after`: the server has answered, so it is done, and its client does not hear of it.
 */
export type Side = 'before' | 'after';

/** A session of which a round is kept back. */
export interface HeldSession {
  /** The server's process behind it. */
  readonly backend: number;
  readonly round: Round;
}

/** The first round that comes of those that are meant; the others pass. */
export interface RoundHold {
  /** Resolves when somebody is held. */
  readonly held: Promise<HeldSession>;
  /** Lets it go on; nobody is held from now on. */
  release(): void;
}

/** Stands before a PostgreSQL and understands its protocol, to stop its clients at one statement for sure. */
export interface PostgresProxy extends AsyncDisposable {
  /** Of the same database, through the proxy. */
  readonly url: string;
  /** To do to the connections what networks do. */
  readonly network: FaultProxy;
  hold(which: Which, side: Side): RoundHold;
}

export async function openPostgresProxy(databaseUrl: string): Promise<PostgresProxy> {
  const url = new URL(databaseUrl);
  const holds = new Set<Holding>();
  const openTap: OpenTap = (link) => new Session(link, holds);
  const network = await openFaultProxy({ host: url.hostname, port: Number(url.port) }, openTap);
  url.hostname = '127.0.0.1';
  url.port = String(network.port);
  return {
    url: url.href,
    network,
    hold(which, side) {
      const holding = new Holding(which, side);
      holds.add(holding);
      return {
        held: holding.held,
        release: () => {
          holds.delete(holding);
          holding.release();
        },
      };
    },
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  };
}

/** A statement of ours by its name; `about`: only where that text is bound, as the id of a tenant. */
export function statement(name: string, about = ''): Which {
  return (round) => round.statement === name && round.bytes.includes(about);
}

/** The commit of whatever transaction that statement is in; the statement itself where it commits itself. */
export function commitOf(name: string, about = ''): Which {
  const is = statement(name, about);
  return (round, earlier) =>
    isCommit(round) ? earlier.some((one) => is(one, [])) : earlier.length === 0 && is(round, []);
}

/** A simple query in which the text is. */
export function script(text: string): Which {
  return (round) => round.text.includes(text);
}

class Holding {
  readonly held: Promise<HeldSession>;
  readonly #caught: (session: HeldSession) => void;
  readonly #released = Promise.withResolvers<undefined>();
  #isTaken = false;

  constructor(
    readonly which: Which,
    readonly side: Side,
  ) {
    const { promise, resolve } = Promise.withResolvers<HeldSession>();
    this.held = promise;
    this.#caught = resolve;
  }

  /** Whether it is this one's to hold: from then on it holds no other. */
  takes(side: Side, round: Round, earlier: readonly Round[]): boolean {
    if (this.#isTaken || side !== this.side || !this.which(round, earlier)) return false;
    this.#isTaken = true;
    return true;
  }

  async hold(session: HeldSession): Promise<void> {
    this.#caught(session);
    await this.#released.promise;
  }

  release(): void {
    this.#isTaken = true;
    this.#released.resolve(undefined);
  }
}

/** One client's connection: takes both streams apart into messages, and these together into rounds. */
class Session implements Tap {
  readonly #link: Parameters<OpenTap>[0];
  readonly #holds: ReadonlySet<Holding>;
  #isOpen = true;
  #isStarted = false;
  #backend = 0;
  #fromClient: Buffer = Buffer.alloc(0);
  #fromServer: Buffer = Buffer.alloc(0);
  /** Messages of a round that is not whole yet. */
  #messages: Buffer[] = [];
  /** Rounds behind one that is kept from the server, itself included; null: none is. */
  #keptRounds: Round[] | null = null;
  /** Bytes of the server behind an answer that is kept from the client, itself included; null: none is. */
  #keptAnswers: Buffer[] | null = null;
  /** Which the server has not answered, oldest first, with who holds the answer. */
  readonly #asked: { readonly round: Round; readonly holding: Holding | null }[] = [];
  /** Those of the transaction that is open, from its beginning on; null: none is. */
  #transaction: Round[] | null = null;

  constructor(link: Parameters<OpenTap>[0], holds: ReadonlySet<Holding>) {
    this.#link = link;
    this.#holds = holds;
  }

  fromClient(chunk: Buffer): void {
    this.#fromClient = Buffer.concat([this.#fromClient, chunk]);
    for (;;) {
      // The first message has a length and no type.
      const typeLength = this.#isStarted ? 1 : 0;
      const message = firstMessage(this.#fromClient, typeLength);
      if (message === null) return;
      this.#fromClient = this.#fromClient.subarray(message.length);
      if (!this.#isStarted) {
        this.#isStarted = true;
        this.#ask({ statement: '', text: '', bytes: message });
        continue;
      }
      const type = typeOf(message);
      if (type === 'p' || type === 'X') {
        // A password, and a farewell: neither is asked.
        if (this.#keptRounds === null) this.#link.toServer(message);
        continue;
      }
      this.#messages.push(message);
      if (type !== 'Q' && type !== 'S') continue;
      const round = roundOf(this.#messages);
      this.#messages = [];
      this.#begin(round);
    }
  }

  fromServer(chunk: Buffer): void {
    this.#fromServer = Buffer.concat([this.#fromServer, chunk]);
    for (;;) {
      const message = firstMessage(this.#fromServer, 1);
      if (message === null) return;
      this.#fromServer = this.#fromServer.subarray(message.length);
      const type = typeOf(message);
      if (type === 'K') this.#backend = message.readInt32BE(5);
      const [asked] = this.#asked;
      if (asked?.holding != null) this.#keptAnswers ??= [];
      if (this.#keptAnswers === null) this.#link.toClient(message);
      else this.#keptAnswers.push(message);
      // Ready for the next round.
      if (type !== 'Z') continue;
      this.#asked.shift();
      if (asked?.holding != null) void this.#keepAnswer(asked.round, asked.holding);
    }
  }

  closed(): void {
    this.#isOpen = false;
  }

  #begin(round: Round): void {
    if (this.#keptRounds !== null) {
      this.#keptRounds.push(round);
      return;
    }
    const holding = this.#holding('before', round);
    if (holding === null) this.#ask(round);
    else void this.#keepRound(round, holding);
  }

  async #keepRound(round: Round, holding: Holding): Promise<void> {
    this.#keptRounds = [];
    await holding.hold({ backend: this.#backend, round });
    if (!this.#isOpen) return;
    const behind = this.#keptRounds;
    this.#keptRounds = null;
    this.#ask(round);
    for (const next of behind) this.#begin(next);
  }

  async #keepAnswer(round: Round, holding: Holding): Promise<void> {
    await holding.hold({ backend: this.#backend, round });
    if (!this.#isOpen) return;
    const answers = this.#keptAnswers ?? [];
    this.#keptAnswers = null;
    for (const answer of answers) this.#link.toClient(answer);
  }

  #ask(round: Round): void {
    const holding = this.#holding('after', round);
    if (/^begin\b/i.test(round.text)) this.#transaction = [round];
    else if (isCommit(round) || /^rollback\b/i.test(round.text)) this.#transaction = null;
    else this.#transaction?.push(round);
    this.#asked.push({ round, holding });
    this.#link.toServer(round.bytes);
  }

  #holding(side: Side, round: Round): Holding | null {
    const earlier = this.#transaction ?? [];
    for (const holding of this.#holds) if (holding.takes(side, round, earlier)) return holding;
    return null;
  }
}

function isCommit({ text }: Round): boolean {
  return /^commit\b/i.test(text);
}

function firstMessage(bytes: Buffer, typeLength: number): Buffer | null {
  if (bytes.length < typeLength + 4) return null;
  const length = typeLength + bytes.readInt32BE(typeLength);
  return bytes.length < length ? null : bytes.subarray(0, length);
}

function typeOf(message: Buffer): string {
  return message.toString('latin1', 0, 1);
}

/** Of one of ours that is not prepared: its text begins with it. */
function nameIn(message: Buffer | undefined): string {
  return /^[\0]?\/\* (\w+) \*\//.exec(message?.toString('utf8', 5) ?? '')?.[1] ?? '';
}

function roundOf(messages: readonly Buffer[]): Round {
  const of = (type: string): Buffer | undefined => messages.find((message) => typeOf(message) === type);
  const query = of('Q');
  const bind = of('B');
  return {
    // A bind has the portal's name first.
    statement:
      (bind === undefined ? '' : bind.toString('utf8', 5).split('\0', 2)[1]) || nameIn(of('P') ?? query),
    text: query === undefined ? '' : query.toString('utf8', 5, query.length - 1),
    bytes: Buffer.concat(messages),
  };
}
