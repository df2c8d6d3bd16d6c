/** Says something in the region that screen readers read out; `''` clears it. */
export const say = (text: string): void => {
  const region = document.getElementById('status')
  if (region !== null) region.textContent = text
}

/** At most so often something is read out that happens again and again. */
const QUIET_MS = 3_000

/** Says the newest of what it is told, now and then. */
export class Announcer {
  #pending: string | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  tell(text: string): void {
    this.#pending = text
    if (this.#timer === undefined) this.#speak()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#pending = undefined
  }

  #speak(): void {
    if (this.#pending === undefined) {
      this.#timer = undefined
      return
    }
    say(this.#pending)
    this.#pending = undefined
    this.#timer = setTimeout(() => this.#speak(), QUIET_MS)
  }
}
