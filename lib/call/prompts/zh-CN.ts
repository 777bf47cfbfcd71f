import type { Prompts } from '../../options/prompts.js'

/**
 * Mandarin Chinese, with "您". Voice: Amazon Polly's Zhiyu, neural. Source of the voice: "Available
 * voices" in the Amazon Polly Developer Guide; its name here is as on SignalWire's page "<Say>".
 */
export const zhCN: Prompts = {
  language: 'zh-CN',
  speechLanguage: 'cmn-CN',
  voice: 'Polly.Zhiyu-Neural',
  separator: '，',
  opening: {
    login: appName => `您好，这里是${appName}，此次来电是为您播报登录验证码。`,
    'step-up': appName => `您好，这里是${appName}，此次来电是为您播报验证码，以确认是您本人操作。`,
    enroll: appName => `您好，这里是${appName}，此次来电是为您播报验证码，用于确认这个电话号码。`,
    approve: appName =>
      `您好，这里是${appName}，此次来电是为您播报验证码，用于确认您申请办理的业务。`,
  },
  pressMatchingDigits: '如需收听验证码，请输入屏幕上显示的两位数字。',
  pressAnyKey: '如需收听验证码，请按一。',
  pressIfNotYou: '如非您本人操作，请按零。',
  neverAsked: '任何人都不会向您索要这个验证码。',
  codeIs: '您的验证码是：',
  onceMore: '重复一遍：',
  menu: '如需再听一遍，请按一。如需慢速收听，请按二。',
  inThisLanguage: '中文服务，请按三。',
  goodbye: '再见。',
  wrongDigits: '您输入的数字与屏幕上显示的不一致。请重新申请语音验证码。再见。',
  noDigits: '未检测到您的按键。再见。',
  expired: '此验证码已失效。请重新申请语音验证码。再见。',
  reported: '感谢您的反馈。此验证码已作废，任何人都无法再用它登录。再见。',
  approval: {
    refuse: '如不同意办理，请按零。',
    refused: '该业务不会办理。如非您本人操作，请再次按零。',
  },
  text: (appName, code) => `您的${appName}验证码是${code}。`,
  hosted: appName => `您的${appName}验证码是：`,
}
