// npm run pages: a gallery of every state of the ready pages, in each language, theme and width.
import { startGallery } from '../test/pages/gallery.js'

const { url } = await startGallery(Number(process.env['PORT'] ?? 3002))
process.stdout.write(`The gallery of the pages: ${url}\n`)
