// Older versions, installed under other names: typed as the ones that this package is developed with.
declare module 'express-4' {
  import express from 'express'
  export default express
}
declare module 'passport-0.6' {
  export { Passport } from 'passport'
}
