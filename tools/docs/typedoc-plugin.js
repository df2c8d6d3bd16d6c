// @ts-check
// What typedoc does not do by itself for several packages in one repository.
import { Converter, ReflectionKind } from 'typedoc'

/** @param {import('typedoc').Application} app */
export const load = (app) => {
  // A module has the name that it is imported by.
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_context, reflection) => {
    if (reflection.kind === ReflectionKind.Module)
      reflection.name = reflection.name.replace(/^([\w-]+)\/src$/, '@dynact/$1')
  })
  // TSDoc names what another package exports though its file has no import of it: there is one of that name.
  app.converter.addUnknownSymbolResolver((reference, reflection) => {
    const name = reference.symbolReference?.path?.[0]?.path
    const exported = reflection.project.children?.flatMap(({ children = [] }) => children) ?? []
    const target = exported.find((child) => child.name === name && child.kind !== ReflectionKind.Reference)
    // Its type says string, for addresses elsewhere; typedoc takes what it makes a link of itself.
    return target && { target: /** @type {any} */ (target), caption: target.name }
  })
}
