import type { Space } from '../space.js'
import { codes, failure, type Outcome } from './outcome.js'
import type { Parameters } from './parameters.js'

const defaultPageSize = 50
const largestPageSize = 1000

/** A list as the REST API returns it: the newest items, on one page. */
interface Listing {
  readonly resource: 'Calls' | 'Messages'
  /** Newest first. */
  readonly items: readonly Readonly<Record<string, unknown>>[]
  /** The filters, and the field that each compares. */
  readonly filters: Readonly<Record<string, string>>
}

/**
 * `GET Calls` and `GET Messages`. Source: SignalWire, "Paging"; other filters are not simulated.
 * @internal
 */
export function listPage(
  space: Space,
  query: Parameters,
  { resource, items, filters }: Listing,
): Outcome {
  const { Page: page = '0', PageSize: pageSize = String(defaultPageSize), ...others } = query
  const unknown = Object.keys(others).find(name => !Object.hasOwn(filters, name))
  if (unknown !== undefined)
    return failure(
      400,
      codes.unsupportedParameter,
      `the filter '${unknown.slice(0, 40)}' is not simulated: ${Object.keys(filters).join(', ')}`,
    )
  if (!/^\d{1,4}$/.test(pageSize) || Number(pageSize) < 1 || Number(pageSize) > largestPageSize)
    return failure(400, 54454, `'PageSize' is 1 to ${largestPageSize}`)
  if (page !== '0') return failure(400, 54453, 'only the first page is simulated')
  const found = items.filter(item =>
    Object.entries(filters).every(
      ([name, field]) => others[name] === undefined || item[field] === others[name],
    ),
  )
  const { project } = space.identity
  const search = new URLSearchParams({ ...others, Page: '0', PageSize: pageSize }).toString()
  const uri = `/api/laml/2010-04-01/Accounts/${project}/${resource}.json?${search}`
  return {
    status: 200,
    body: {
      uri,
      first_page_uri: uri,
      next_page_uri: null,
      previous_page_uri: null,
      page: 0,
      page_size: Number(pageSize),
      [resource.toLowerCase()]: found.slice(0, Number(pageSize)),
    },
  }
}
