// A person who uses the keyboard alone.
import type { Locator } from 'playwright-core'
import { Guest } from './chromium.js'

/** What has the focus, and whether it can be seen. */
interface Focus {
  readonly name: string
  /** The name of a group of radio buttons. */
  readonly group: string | null
  readonly hasRing: boolean
}

const readFocus = `(() => {
  const focused = document.activeElement
  const [label] = focused.labels ?? []
  const text = focused.getAttribute('aria-label') ?? (label ?? focused).textContent
  const { top, bottom } = focused.getBoundingClientRect()
  // A choice shows the ring around its label.
  const hasRing = [focused, label].some(each => {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(each ?? focused)
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 &&
      outlineColor !== getComputedStyle(document.body).backgroundColor
  })
  return {
    name: text.trim().replace(/\\s+/g, ' '),
    group: focused.type === 'radio' ? focused.name : null,
    hasRing: hasRing && bottom > 0 && top < innerHeight,
  }
})()`

/** Goes through the pages with Tab, Enter, Space and the arrow keys. */
export class KeyGuest extends Guest {
  override async press(name: string): Promise<void> {
    await this.openOptions('button', name)
    await this.leaveFrom(name)
  }

  override async follow(name: string): Promise<void> {
    await this.openOptions('a', name)
    await this.leaveFrom(name)
  }

  override async fill(label: string, text: string): Promise<void> {
    await this.reach(label)
    await this.page.keyboard.press('Control+A')
    await this.page.keyboard.type(text)
  }

  override async choose(label: string): Promise<void> {
    const field = this.page.getByLabel(label)
    const isRadio = (await field.getAttribute('type')) === 'radio'
    const group = isRadio ? await field.getAttribute('name') : undefined
    await this.reachWhere(label, focus => focus.name.startsWith(label) || focus.group === group)
    if (!isRadio) return this.page.keyboard.press('Space')
    while (!(await this.focus()).name.startsWith(label)) await this.page.keyboard.press('ArrowDown')
  }

  protected override async openSummary(summary: Locator): Promise<void> {
    await this.reach(String(await summary.textContent()))
    await this.page.keyboard.press('Enter')
  }

  private async leaveFrom(name: string): Promise<void> {
    await this.reach(name)
    await this.leave(() => this.page.keyboard.press('Enter'))
  }

  private focus(): Promise<Focus> {
    return this.page.evaluate<Focus>(readFocus)
  }

  /** Presses Tab until the focus is there, and can be seen. */
  reach(name: string): Promise<void> {
    return this.reachWhere(name, focus => focus.name === name)
  }

  private async reachWhere(name: string, isThere: (focus: Focus) => boolean): Promise<void> {
    const passed: string[] = []
    while (passed.length < 60) {
      const focus = await this.focus()
      if (isThere(focus)) {
        if (!focus.hasRing) throw new Error(`Nobody can see that the focus is on ${name}`)
        return
      }
      passed.push(focus.name.slice(0, 30))
      await this.page.keyboard.press('Tab')
    }
    throw new Error(`Tab never reaches ${name}, only ${passed.join(', ')}`)
  }
}
