import 'reflect-metadata'
import {
  Controller,
  Get,
  HttpCode,
  Module,
  Post,
  Req,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import type { Request, RequestHandler } from 'express'
import session from 'express-session'
import passport from 'passport'
import { Password, type Person, Sessions } from './people.js'
import {
  CallGuard,
  CodeGuard,
  PasswordGuard,
  type Settings,
  settings,
  VoiceOtp,
} from './second-factor.js'

@Controller()
class AccountController {
  @Post('login')
  @UseGuards(PasswordGuard)
  logIn(@Req() req: Request) {
    return { pendingUser: (req.pendingUser as Person | undefined)?.id }
  }

  @Post('otp/call')
  @HttpCode(202)
  @UseGuards(CallGuard)
  call(@Req() req: Request) {
    return req.voiceOtp
  }

  @Post('otp')
  @UseGuards(CodeGuard)
  verify(@Req() req: Request) {
    return { user: (req.user as Person).id }
  }

  @Get('account')
  account(@Req() req: Request) {
    if (!req.isAuthenticated()) throw new UnauthorizedException()
    return `This is ${(req.user as Person).id}.`
  }
}

export async function createApp(given: Settings): Promise<RequestHandler> {
  @Module({
    controllers: [AccountController],
    providers: [Password, Sessions, VoiceOtp, { provide: settings, useValue: given }],
  })
  class AppModule {}

  const app = await NestFactory.create<NestExpressApplication>(AppModule, { logger: ['error'] })
  const voiceOtp = app.get(VoiceOtp)
  app.use('/voice-otp', voiceOtp.webhooks())
  app.use(session({ secret: String(given.secret), resave: false, saveUninitialized: false }))
  app.use(passport.session())
  app.use(voiceOtp.enforce())
  await app.init()
  return app.getHttpAdapter().getInstance() as RequestHandler
}
