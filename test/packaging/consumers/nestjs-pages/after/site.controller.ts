import { Controller, Get, Header, Post, Redirect, Req, Res, UseGuards } from '@nestjs/common'
import type { Request, Response } from 'express'
import { PasswordGuard } from './password.js'
import type { Person } from './people.js'

const page = (body: string) => `<!doctype html><html lang="en"><title>Acme</title>${body}</html>`

@Controller()
export class SiteController {
  @Get()
  home(@Req() req: Request, @Res() res: Response) {
    if (!req.user) return res.redirect('/login')
    res.send(page(`<p>You are logged in as ${(req.user as Person).id}.</p>`))
  }

  @Get('login')
  @Header('Content-Type', 'text/html')
  form() {
    return page(`<form method="post">
      <label>Username <input name="username" autocomplete="username"></label>
      <label>Password
        <input name="password" type="password" autocomplete="current-password"></label>
      <button>Sign in</button>
    </form>`)
  }

  @Post('login')
  @UseGuards(PasswordGuard)
  @Redirect('/')
  logIn() {}
}
