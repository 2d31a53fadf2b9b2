/** DingTalk's signature: its vectors, its window, and forgeries. */
import { describe, expect, test } from 'vitest'
import { refusalOf, signatureOf, signedAddress } from '../../../src/channels/dingtalk/signature.ts'
import { randomFrom, trials } from '../../store/random.ts'

const SECRET = 'policy-rag-ding-app-secret'
const SIGNATURE = 'AU7j9GAC2TVIZwUy7hIjMeytbClHR6H7M4PDykHj4Uw='
const TIME = 1_700_000_000_000
const WINDOW = 300_000
const at = (now: number) => ({ secret: SECRET, now, windowMs: WINDOW })

describe('the vectors', () => {
  test('D1: base64, and escaped for an address', () => {
    expect(signatureOf('1577262236757', 'this is secret')).toBe('hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM=')
    expect(signedAddress('https://oapi.dingtalk.com/robot/send?access_token=t', 'this is secret', 1_577_262_236_757)).toBe(
      'https://oapi.dingtalk.com/robot/send?access_token=t&timestamp=1577262236757' +
        '&sign=hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D',
    )
  })

  test('D2', () => expect(signatureOf(String(TIME), SECRET)).toBe(SIGNATURE))

  test('D3: the slash of a group robot is escaped too', () => {
    expect(signedAddress('https://oapi.dingtalk.com/robot/send?access_token=t', `SEC${'0'.repeat(66)}`, TIME)).toContain(
      '&sign=aEvQ5296V9Ky2Fxtzqe1q0nSBtNcNi%2FeXQCVbn0BBcQ%3D',
    )
  })
})

describe('a call', () => {
  const call = { timestamp: String(TIME), sign: SIGNATURE }

  test.each([TIME - WINDOW, TIME, TIME + WINDOW])('stands while the clock says %i', (now) => {
    expect(refusalOf(call, at(now))).toBeUndefined()
  })

  test.each([
    ['too old', { ...call }, TIME + WINDOW + 1, 'stale'],
    ['from the future', { ...call }, TIME - WINDOW - 1, 'stale'],
    ['without a time', { ...call, timestamp: null }, TIME, 'timestamp'],
    ['with a time in seconds', { ...call, timestamp: '1700000000' }, TIME, 'timestamp'],
    ['with the time twice', { ...call, timestamp: `${TIME}, ${TIME}` }, TIME, 'timestamp'],
    ['with a time that is a number to JavaScript', { ...call, timestamp: '1.7e12000000'.slice(0, 13) }, TIME, 'timestamp'],
    ['with a time in spaces', { ...call, timestamp: ` ${TIME}` }, TIME, 'timestamp'],
    ['without a signature', { ...call, sign: null }, TIME, 'signature'],
    ['with an empty signature', { ...call, sign: '' }, TIME, 'signature'],
    ['with the signature twice', { ...call, sign: `${SIGNATURE}, ${SIGNATURE}` }, TIME, 'signature'],
    ['with the signature of another second', { ...call, timestamp: String(TIME + 1000) }, TIME, 'signature'],
    ['with the signature escaped', { ...call, sign: encodeURIComponent(SIGNATURE) }, TIME, 'signature'],
    ['with base64 of an address', { ...call, sign: signatureOf(String(TIME), 'x').replace('+', '-') }, TIME, 'signature'],
  ])('%s is refused', (_, forged, now, why) => expect(refusalOf(forged, at(now))).toBe(why))

  test('none of many forgeries is accepted', () => {
    const random = randomFrom(20_240_219)
    const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/='
    const any = (length: number) => Array.from({ length }, () => characters[random.between(0, 65)]).join('')
    const forge = [
      () => ({ timestamp: String(TIME), sign: any(44) }),
      () => ({ timestamp: String(TIME + random.between(1, WINDOW)), sign: SIGNATURE }),
      () => ({ timestamp: String(TIME), sign: signatureOf(String(TIME), any(random.between(1, 40))) }),
      () => {
        const place = random.between(0, 43)
        const other = characters[(characters.indexOf(SIGNATURE[place]!) + random.between(1, 64)) % 65]!
        return { timestamp: String(TIME), sign: SIGNATURE.slice(0, place) + other + SIGNATURE.slice(place + 1) }
      },
      () => ({ timestamp: String(TIME), sign: SIGNATURE.slice(0, random.between(0, 43)) }),
      () => {
        const stale = String(TIME - WINDOW - random.between(1, 1e9))
        return { timestamp: stale, sign: signatureOf(stale, SECRET) }
      },
    ]
    const accepted = Array.from({ length: trials(20_000, 200_000) }, () => random.pick(forge)()).filter(
      (forged) => refusalOf(forged, at(TIME)) === undefined,
    )
    expect(accepted).toEqual([])
  })
})
