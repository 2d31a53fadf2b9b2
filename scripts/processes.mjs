/** Other programs: run to their end, with their output kept, or in our place, with our terminal and our signals. */

import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'

const windows = process.platform === 'win32'
const KEPT_CHARACTERS = 200_000
const ORPHAN_POLL_MS = 250

/**
 * Runs a program quietly. Never rejects: a program that cannot be started has code 127.
 * @param {string} command
 * @param {readonly string[]} parameters
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ code: number, output: string }>}
 */
export function runQuietly(command, parameters, { cwd, env = process.env }) {
  return new Promise((resolve) => {
    const child = spawn(command, parameters, { cwd, env, shell: windows, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const keep = (piece) => {
      output = (output + piece).slice(-KEPT_CHARACTERS)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    const undo = passSignals(child)
    child.on('error', (error) => {
      undo()
      resolve({ code: 127, output: String(error) })
    })
    child.on('close', (code) => {
      undo()
      resolve({ code: code ?? 1, output })
    })
  })
}

/**
 * Runs a program on our terminal. What it prints and how it ends is what we print and how we end.
 * @param {string} command
 * @param {readonly string[]} parameters
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ code: number, signal?: NodeJS.Signals }>}
 */
export function runInFront(command, parameters, { cwd, env = process.env }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { cwd, env, stdio: 'inherit' })
    const undoSignals = passSignals(child)
    const undoWatch = watchNpm(child)
    const undo = () => {
      undoSignals()
      undoWatch()
    }
    child.on('error', (error) => {
      undo()
      reject(error)
    })
    child.on('close', (code, signal) => {
      undo()
      resolve(signal ? { code: 1, signal } : { code: code ?? 1 })
    })
  })
}

/** Ends this process as the child ended: by the same code, or by the same signal. */
export function endAs({ code, signal }) {
  if (signal && !windows) process.kill(process.pid, signal)
  process.exitCode = code
}

/** @type {NodeJS.Signals | undefined} */
let lastSignal
/** The signal this process was sent while another program ran in front: no further one should be begun. */
export const interruptedBy = () => lastSignal

/** A terminal sends Ctrl-C to the whole group, the child included; any other sender reaches only us. */
function passSignals(child) {
  const pass = (signal) => {
    lastSignal = signal
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, pass)
  return () => {
    for (const signal of signals) process.off(signal, pass)
  }
}

/**
 * npm gives a signal to the shell it runs a script in, and many a shell dies of it without a word to us. So when that
 * shell is gone, the child is told to end.
 */
function watchNpm(child) {
  if (!process.env.npm_lifecycle_event || windows) return () => {}
  const shell = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === shell) return
    clearInterval(timer)
    if (lastSignal) return // the child has been told
    lastSignal = 'SIGTERM'
    child.kill('SIGTERM')
  }, ORPHAN_POLL_MS)
  return () => clearInterval(timer)
}

/** The environment without node_modules/.bin in PATH: npm must not run on the Node it is about to replace. */
export function environmentWithout(folder, env = process.env) {
  const path = (env.PATH ?? '').split(delimiter).filter((entry) => entry !== join(folder, 'node_modules', '.bin'))
  return { ...env, PATH: path.join(delimiter) }
}
