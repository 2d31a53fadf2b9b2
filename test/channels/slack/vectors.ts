/** Test vectors of the signature v0; S1 is the example of Slack's documentation. */
export interface Vector {
  readonly secret: string
  readonly timestamp: string
  readonly body: string
  readonly signature: string
}

const SECRET = 'policy-rag-slack-signing-secret'

export const S1: Vector = {
  secret: '8f742231b10e8888abcd99yyyzzz85a5',
  timestamp: '1531420618',
  body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
  signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
}

export const S2: Vector = {
  secret: SECRET,
  timestamp: '1700000000',
  body: '{"token":"t","team_id":"T0001","api_app_id":"A0001","event":{"type":"app_mention","user":"U0001","text":"<@U0BOT> 城西科创大走廊的规划范围是什么？","ts":"1700000000.000100","channel":"C0001","event_ts":"1700000000.000100"},"type":"event_callback","event_id":"Ev0001","event_time":1700000000}',
  signature: 'v0=942c4c28efad3f7b11a4241fa5b1d3708c8858ec0c11bbdc18ebcd5922c88373',
}

export const S3: Vector = {
  secret: SECRET,
  timestamp: '1700000000',
  body: '{"token":"t","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P","type":"url_verification"}',
  signature: 'v0=bc06f89f8fed63bcbdce4c800cd4debe148021c88f2d9b61c058b21ad011f1c9',
}
