import type { Space } from '../space.js'
import type { Scope } from '../types/options.js'
import { createCall, listCalls, readCall, updateCall } from './calls.js'
import { createMessage, listMessages, readMessage } from './messages.js'
import { requestMfa, verifyMfa } from './mfa.js'
import { codes, failure, type Outcome } from './outcome.js'
import type { Parameters } from './parameters.js'

/** A route of the REST API. @internal */
export interface Route {
  /** The part of the API, as faults name it. */
  readonly part: 'calls' | 'messages' | 'mfa'
  /** The scope that the API token needs. */
  readonly scope: Scope
  /** The project in the path; hosted MFA has none. */
  readonly project?: string
  readonly run: (fields: Readonly<Record<string, unknown>>) => Outcome
}

/** Whether a path belongs to the REST API. @internal */
export const isRestPath = (path: string): boolean => /^\/(?:2010-04-01|api)(?:\/|$)/.test(path)

/** Whether a path belongs to hosted MFA, which has its own shapes of errors. @internal */
export const isMfaPath = (path: string): boolean => path.startsWith('/api/relay/')

/** Finds the route of a request. @internal */
export function findRoute(space: Space, method: string, path: string): Route | undefined {
  return isMfaPath(path) ? findMfaRoute(space, method, path) : findLamlRoute(space, method, path)
}

function findMfaRoute(space: Space, method: string, path: string): Route | undefined {
  const [, channel, id] =
    /^\/api\/relay\/rest\/mfa\/(?:(call|sms)|([^/]+)\/verify)$/.exec(path) ?? []
  if (method !== 'POST') return undefined
  const route = { part: 'mfa', scope: 'Management' } as const
  if (channel === 'call' || channel === 'sms')
    return { ...route, run: fields => requestMfa(space, channel, fields) }
  return id === undefined ? undefined : { ...route, run: fields => verifyMfa(space, id, fields) }
}

/** Whether a request creates a call: its 400 has a shape of its own. @internal */
export const isCreateCall = (method: string, path: string): boolean =>
  method === 'POST' && /\/Calls(?:\.json)?$/.test(path)

function findLamlRoute(space: Space, method: string, path: string): Route | undefined {
  if (/^(?:\/api\/laml)?\/2010-04-01\/Accounts(?:\/[^/]+)?$/.test(path))
    return { part: 'calls', scope: 'Management', run: notSimulated(method, path) }
  const [, project = '', resource = '', sid, more] =
    /^(?:\/api\/laml)?\/2010-04-01\/Accounts\/([^/]+)\/(\w+)(?:\/([^/]+?))?(\/.+?)?(?:\.json)?$/.exec(
      path,
    ) ?? []
  if (!documentedResources.includes(resource)) return undefined
  const isMessages = resource === 'Messages'
  const run = more === undefined ? findHandler(space, method, resource, sid) : undefined
  return {
    part: isMessages ? 'messages' : 'calls',
    scope: isMessages ? 'Messaging' : 'Voice',
    project,
    run: fields => (run ?? notSimulated(method, path))(fields as Parameters),
  }
}

type Handler = (given: Parameters) => Outcome

function findHandler(
  space: Space,
  method: string,
  resource: string,
  sid: string | undefined,
): Handler | undefined {
  const handlers: Readonly<Record<string, Handler>> =
    sid === undefined
      ? {
          'POST Calls': given => createCall(space, given),
          'GET Calls': query => listCalls(space, query),
          'POST Messages': given => createMessage(space, given),
          'GET Messages': query => listMessages(space, query),
        }
      : {
          'GET Calls': () => readCall(space, sid),
          'POST Calls': given => updateCall(space, sid, given),
          'GET Messages': () => readMessage(space, sid),
        }
  return handlers[`${method} ${resource}`]
}

/** Resources of the Compatibility API. Source: SignalWire, OpenAPI of the Compatibility API. */
const documentedResources: readonly string[] = [
  'Applications',
  'AvailablePhoneNumbers',
  'Calls',
  'Conferences',
  'Faxes',
  'ImportedPhoneNumbers',
  'IncomingPhoneNumbers',
  'LamlBins',
  'Messages',
  'Queues',
  'Recordings',
  'Transcriptions',
  'tokens',
]

const notSimulated = (method: string, path: string) => (): Outcome =>
  failure(501, codes.notEnabled, `${method} ${path.slice(0, 120)} is not simulated`)
