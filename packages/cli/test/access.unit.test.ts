import { Access } from '../src/explore/access.js'

test('the token is 128 random bits, and opens the page again and again', () => {
  const access = new Access(80)

  expect(Buffer.from(access.token, 'base64url')).toHaveLength(16)
  expect(new Access(80).token).not.toBe(access.token)
  expect([access.opens(access.token), access.opens(access.token)]).toEqual([true, true])
})

test('the address that a browser is started with opens the page once, the newest only', () => {
  const access = new Access(80)
  const [first, second] = [access.makeOnce(), access.makeOnce()]

  expect(access.opens(first)).toBe(false)
  expect([access.opens(second), access.opens(second)]).toEqual([true, false])
})

test.each(['', 'x', 'undefined'])('%j opens nothing', (token) => {
  const access = new Access(80)

  expect(access.opens(token)).toBe(false)
  expect(access.isKnown({ method: 'GET', headers: { authorization: `Bearer ${token}` } })).toBe(false)
  expect(access.isKnown({ method: 'GET', headers: { cookie: `dynact-explore-80=${token}` } })).toBe(false)
})

test('the cookie is known by its own port only', () => {
  const access = new Access(80)
  const [pair = ''] = access.cookie.split(';')
  const known = (cookie: string) => access.isKnown({ method: 'GET', headers: { cookie } })

  expect([known(pair), known(`a=b; ${pair}`), known(pair.replace('-80=', '-81='))]).toEqual([true, true, false])
})

test('a link elsewhere may open the page, which still needs its token, and nothing else', () => {
  const access = new Access(80)
  const faultOf = (mode: string, dest: string) =>
    access.faultOf({
      method: 'GET',
      headers: { host: '127.0.0.1:80', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': mode, 'sec-fetch-dest': dest },
    })

  expect(faultOf('navigate', 'document')).toBeUndefined()
  expect(faultOf('navigate', 'iframe')).toMatch(/another origin/)
  expect(faultOf('no-cors', 'script')).toMatch(/another origin/)
})
