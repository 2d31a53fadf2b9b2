/** A single sign-on on this machine: code flow with PKCE, ID tokens signed with a key of its own. */
import { createHash, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { onTestFinished } from 'vitest'

export interface Issuer {
  readonly url: string
  /** Of whoever signs in next. */
  claims: Record<string, unknown>
  /** Put into the ID token in place of what was asked. */
  override: Record<string, unknown>
  /** Codes are made out for this challenge, where it is set. */
  readonly requests: string[]
  close(): Promise<void>
}

interface Asked {
  readonly nonce: string
  readonly challenge: string
  readonly redirectUri: string
}

export async function openIssuer(client: { readonly id: string; readonly secret: string }): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }
  const codes = new Map<string, Asked>()
  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', issuer.url)
      issuer.requests.push(url.pathname)
      const json = (body: unknown, status = 200) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
      if (url.pathname === '/.well-known/openid-configuration') {
        return json({
          issuer: issuer.url,
          authorization_endpoint: `${issuer.url}/authorize`,
          token_endpoint: `${issuer.url}/token`,
          jwks_uri: `${issuer.url}/jwks`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
          token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
          code_challenge_methods_supported: ['S256'],
        })
      }
      if (url.pathname === '/jwks') return json({ keys: [jwk] })
      if (url.pathname === '/authorize') {
        const said = (name: string) => url.searchParams.get(name) ?? ''
        const code = randomUUID()
        codes.set(code, { nonce: said('nonce'), challenge: said('code_challenge'), redirectUri: said('redirect_uri') })
        const back = new URL(said('redirect_uri'))
        back.search = new URLSearchParams({ code, state: said('state'), iss: issuer.url }).toString()
        return response.writeHead(302, { Location: back.href }).end()
      }
      let body = ''
      for await (const chunk of request) body += String(chunk)
      const form = new URLSearchParams(body)
      const asked = codes.get(form.get('code') ?? '')
      codes.delete(form.get('code') ?? '')
      const [id, secret] = credentials(request.headers.authorization, form)
      const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url')
      if (!asked || id !== client.id || secret !== client.secret || challenge !== asked.challenge || form.get('redirect_uri') !== asked.redirectUri) {
        return json({ error: 'invalid_grant' }, 400)
      }
      const token = await new SignJWT({ ...issuer.claims, nonce: asked.nonce, ...issuer.override })
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .setIssuer(issuer.url)
        .setAudience(client.id)
        .setIssuedAt()
        .setExpirationTime('5 minutes')
        .sign(privateKey)
      json({ access_token: randomUUID(), token_type: 'Bearer', expires_in: 300, id_token: token })
    })()
  })
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle))
  const close = () => new Promise<void>((settle) => (server.close(() => settle()), server.closeAllConnections()))
  const issuer: Issuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    claims: {},
    override: {},
    requests: [],
    close,
  }
  onTestFinished(close)
  return issuer
}

function credentials(authorization: string | undefined, form: URLSearchParams): readonly (string | null)[] {
  const basic = /^Basic (.+)$/.exec(authorization ?? '')?.[1]
  if (basic === undefined) return [form.get('client_id'), form.get('client_secret')]
  return Buffer.from(basic, 'base64').toString('utf8').split(':').map(decodeURIComponent)
}
