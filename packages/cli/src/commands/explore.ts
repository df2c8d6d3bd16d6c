import { aborted } from '../aborted.js'
import { type AddCommand, examples, remark } from '../add-command.js'
import { wholeNumber } from '../arguments.js'
import { loadAssets } from '../explore/assets.js'
import { startExploreServer } from '../explore/explore-server.js'
import { openExplorer } from '../explore/explorer.js'
import { openBrowser } from '../explore/open-browser.js'
import { makeRoutes } from '../explore/routes.js'

interface Flags {
  readonly port: number
  readonly write?: boolean
  readonly open: boolean
}

/** `dynact explore`: a local web page to look at histories with. */
export const addExplore: AddCommand = (parent, handle) => {
  parent
    .command('explore')
    .description('look at ids, histories, live events and tables in the browser, until Ctrl-C')
    .option('--port <port>', 'on 127.0.0.1; 0 takes a free one', wholeNumber(0, 65_535), 0)
    .option('--write', 'let the page repair marks and delete events (default: it only reads)')
    .option('--no-open', 'do not open the browser')
    .addHelpText(
      'after',
      remark(`The page is served to this machine only, and to whoever has the address with its token: treat that as a password. Lists and
histories are read page by page, as you go; only counting the events, and verifying an id, read all of it.`),
    )
    .addHelpText('after', examples('explore', 'explore --port 8080 --no-open', 'explore --write --table orders'))
    .action(
      handle(async ({ connection, output, signal, surroundings }, { port, write, open }: Flags) => {
        const { table, snapshotTable, journalName, endpoint, region } = connection.settings
        const about = {
          table,
          snapshotTable,
          journalName,
          place: endpoint ?? region ?? (await connection.client.config.region()),
          isWritable: write === true,
        }
        await using server = await startExploreServer({
          port,
          assets: loadAssets(),
          routes: makeRoutes(openExplorer(connection), about),
          env: surroundings.env,
          signal,
        })
        const { access } = server
        const url = `${access.origin}/?token=${access.token}`
        await output.record({ url, ...about }, () =>
          [
            `dynact explore: ${url}`,
            `  tables: ${table}, ${snapshotTable}; ${about.isWritable ? 'it may repair marks and delete events' : 'it only reads'}`,
            '  Ctrl-C ends it.',
          ].join('\n'),
        )
        if (open && !(await openBrowser(`${access.origin}/?token=${access.makeOnce()}`)))
          output.note('No browser could be started: open the address yourself.')
        await aborted(signal)
        signal.throwIfAborted()
      }),
    )
}
