// Every text that the chat part shows, in English and in simplified Chinese.  A page may replace any of them.

import { bare } from "./dom";

const en = {
  title: "Ask our articles",
  intro: "Answers come from our own articles, each with the passage that it stands in.",
  article: "{n} article",
  articles: "{n} articles",
  newest: "{articles}, the newest of {day}",
  question: "Your question",
  placeholder: "Ask what the articles say",
  send: "Ask",
  stop: "Stop",
  close: "Close",
  clear: "New conversation",
  conversation: "Conversation",
  full: "Open the full chat",
  back: "Back to the answer",
  searching: "Searching the articles…",
  found: "Found in these articles; reading…",
  understood: "Understood as: {question}",
  source: "Source {n}: {title}",
  passage: "Passage: {title}",
  sources: "Sources",
  speaker: "Speaker: {speaker}",
  quoted: "{speaker}, quoted",
  reported: "{speaker}, in the reporter’s words",
  byModel: "Phrased by a language model from the cited passages; check the source.",
  byArticles: "Quoted from the articles (no language model).",
  refused: "The articles in this corpus do not answer that.",
  nearest: "Nearest to it:",
  widened: "The story on this page does not answer that. From all articles:",
  unknownDate: "date unknown",
  corrected: "Corrected: {note}",
  loading: "Opening the passage…",
  gone: "The passage cannot be opened now.",
  read: "Read it in the article",
  here: "Show it on this page",
  marked: "It is marked on the page.",
  notHere: "These words are not on the page as it is now.",
  copy: "Copy",
  copied: "Copied",
  notCopied: "This page does not allow copying",
  again: "Ask again",
  helpful: "Helpful",
  unhelpful: "Not helpful",
  why: "What is wrong with it?",
  wrong: "It is wrong",
  wrong_source: "The source does not say it",
  missing: "Something is missing",
  not_answered: "It answers another question",
  unclear: "It is unclear",
  other: "Something else",
  note: "A note, if you like",
  withQuestion: "Send my question along",
  sendFeedback: "Send",
  thanks: "Thank you.",
  stopped: "Stopped.",
  broken: "The connection broke before the answer was whole.",
  offline: "The answers cannot be reached from this page at the moment.",
  tooMany: "Too many questions. Try again in {n} seconds.",
  failed: "Something went wrong.",
};

export type Name = keyof typeof en;

const zh: Record<Name, string> = {
  title: "向我们的报道提问",
  intro: "回答只来自我们自己的报道，并附上原文段落。",
  article: "共 {n} 篇报道",
  articles: "共 {n} 篇报道",
  newest: "{articles}，最新一篇为{day}",
  question: "您的问题",
  placeholder: "想了解报道中的什么内容？",
  send: "提问",
  stop: "停止",
  close: "关闭",
  clear: "新对话",
  conversation: "对话",
  full: "打开完整聊天页",
  back: "返回回答",
  searching: "正在搜索报道…",
  found: "找到以下报道，正在阅读…",
  understood: "理解为：{question}",
  source: "来源 {n}：{title}",
  passage: "段落：{title}",
  sources: "来源",
  speaker: "发言人：{speaker}",
  quoted: "{speaker}，原话",
  reported: "{speaker}，记者转述",
  byModel: "由语言模型根据所引段落表述，请核对来源。",
  byArticles: "直接引自报道（未使用语言模型）。",
  refused: "本库中的报道没有回答这个问题。",
  nearest: "最接近的报道：",
  widened: "本页报道没有回答这个问题。以下来自全部报道：",
  unknownDate: "日期不详",
  corrected: "更正：{note}",
  loading: "正在打开段落…",
  gone: "现在无法打开该段落。",
  read: "在原文中阅读",
  here: "在本页中显示",
  marked: "已在页面上标出。",
  notHere: "当前页面上没有这些文字。",
  copy: "复制",
  copied: "已复制",
  notCopied: "本页不允许复制",
  again: "重新提问",
  helpful: "有帮助",
  unhelpful: "没有帮助",
  why: "哪里有问题？",
  wrong: "内容有误",
  wrong_source: "来源中没有这样说",
  missing: "有遗漏",
  not_answered: "答非所问",
  unclear: "表述不清",
  other: "其他",
  note: "补充说明（可选）",
  withQuestion: "附上我的问题",
  sendFeedback: "发送",
  thanks: "谢谢。",
  stopped: "已停止。",
  broken: "连接中断，回答不完整。",
  offline: "目前无法从本页获取回答。",
  tooMany: "提问过于频繁，请在 {n} 秒后重试。",
  failed: "出错了。",
};

/** A text by its name, with what stands in braces filled in. */
export type Say = (name: Name, filled?: Record<string, string | number>) => string;

export const texts = (language: string, replaced: Partial<Record<string, string>>): Say => {
  const own = /^zh\b/i.test(language) ? zh : en;
  return (name, filled = {}) => {
    const text = Object.hasOwn(replaced, name) ? String(replaced[name]) : own[name];
    return text.replace(/\{(\w+)\}/g, (whole, key: string) => (Object.hasOwn(filled, key) ? `${filled[key]}` : whole));
  };
};

/** A day as its language writes it; "" where it is no day. */
export function day(published: string | null, language: string): string {
  const found = /^(\d{4})-(\d\d)-(\d\d)/.exec(published ?? "");
  if (!found) return "";
  const date = new Date(Date.UTC(+found[1]!, +found[2]! - 1, +found[3]!));
  const options: Intl.DateTimeFormatOptions = { dateStyle: "long", timeZone: "UTC" };
  return new Intl.DateTimeFormat(language.startsWith("zh") ? "zh-Hans" : "en-GB", bare(options)).format(date);
}
