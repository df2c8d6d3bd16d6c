/** What an element is made with: properties that begin with `on` are listeners, all else are attributes. */
export type Properties = Readonly<Record<string, string | number | boolean | undefined | ((event: Event) => void)>>

/** What is put into an element. A string is put in as text, never as HTML. */
export type Child = Node | string | undefined

/** Makes an element: the only place where the page does. */
export const element = <K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] => {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue
    if (typeof value === 'function') made.addEventListener(key.slice(2), value)
    else made.setAttribute(key, value === true ? '' : String(value))
  }
  made.append(...children.filter((child) => child !== undefined))
  return made
}
