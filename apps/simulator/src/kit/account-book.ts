/** The accounts of one twin, by id. */
export class AccountBook<Account extends { readonly id: string; reset(): void }> {
  readonly #accounts = new Map<string, Account>();

  get(id: string): Account | undefined {
    return this.#accounts.get(id);
  }

  add(account: Account): void {
    this.#accounts.set(account.id, account);
  }

  all(): readonly Account[] {
    return [...this.#accounts.values()];
  }

  /** Accounts are emptied first, so that a timer still running for one finds nobody. */
  clear(): void {
    for (const account of this.#accounts.values()) account.reset();
    this.#accounts.clear();
  }
}
