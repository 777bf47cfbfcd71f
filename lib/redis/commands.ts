import { createRunScript, type RedisClient, type Script } from './client.js'
import { hashOf } from './script.js'

/** A command on one key: its name, and its arguments after the key. @internal */
export type Command = readonly string[]

/**
 * Runs commands on one key in one atomic step, and returns their results.
 * @param condition A command, whose last part is the result that it must have. If it has another
 * result, nothing runs, and the list of results is empty.
 * @internal
 */
export type RunCommands = (
  key: string,
  commands: readonly Command[],
  condition?: Command,
) => Promise<readonly unknown[]>

// The arguments of the commands are texts, because Lua would write a long number as 1.7e+12.
const text = `
local commands = cjson.decode(ARGV[1])
local function run(command)
  local name = table.remove(command, 1)
  return redis.call(name, KEYS[1], unpack(command))
end
if ARGV[2] then
  local condition = cjson.decode(ARGV[2])
  local expected = table.remove(condition)
  if run(condition) ~= expected then return {} end
end
local results = {}
for i, command in ipairs(commands) do results[i] = run(command) end
return results
`.trim()
const script: Script = { text, hash: hashOf(text) }

/**
 * Creates the function that runs commands over a client. Throws a `TypeError` for anything but a
 * client.
 * @internal
 */
export function createRunCommands(client: RedisClient): RunCommands {
  const runScript = createRunScript(client, 'redisStores')
  return async (key, commands, condition) => {
    const given = [commands, condition].flatMap(each => (each ? [JSON.stringify(each)] : []))
    return (await runScript(script, [key], given)) as readonly unknown[]
  }
}
