// What build.mjs puts in.
declare const VERSION: string;
declare const CHAT_INTEGRITY: string;

declare module "*.css" {
  const text: string;
  export default text;
}
