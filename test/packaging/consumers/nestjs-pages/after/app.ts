import 'reflect-metadata'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import session from 'express-session'
import passport from 'passport'
import { PasswordStrategy, PersonSerializer } from './password.js'
import { People } from './people.js'
import { createSecondFactor, type Settings } from './second-factor.js'
import { SiteController } from './site.controller.js'

@Module({
  controllers: [SiteController],
  providers: [People, PasswordStrategy, PersonSerializer],
})
class AppModule {}

export async function createApp(settings: Settings) {
  const app = await NestFactory.create<NestExpressApplication>(AppModule, { logger: ['error'] })
  const { voiceOtp, pages } = createSecondFactor(settings)
  app.use('/voice-otp', voiceOtp.webhooks())
  app.use(session({ secret: settings.secret, resave: false, saveUninitialized: false }))
  app.use(passport.session())
  app.use(voiceOtp.enforce({ redirectTo: '/otp', except: ['/login', '/phone'] }))
  app.use(pages)
  await app.init()
  return app.getHttpAdapter().getInstance()
}
