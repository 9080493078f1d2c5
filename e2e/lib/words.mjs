// What the screens say, as far as the journeys look for it, in both languages.

import { EN } from "./words/en.mjs";
import { KO } from "./words/ko.mjs";

/** By language: `WORDS.ko`, `WORDS.en`. */
export const WORDS = { ko: KO, en: EN };
