import { styleText } from "node:util";

export interface Story {
  chapter(title: string): void;
  /** What is done, or what a program said: no claim. */
  tell(line: string): void;
  /** A claim, and whether it came true; `otherwise` says what was found instead. */
  check(claim: string, holds: boolean, otherwise?: string): void;
  /** Says what was shown, if all of it was. Returns the exit code. */
  end(shown: string): number;
}

/** Colours only where standard output is a terminal that wants them: `styleText` looks itself. */
export function startStory(print: (line: string) => void = console.log): Story {
  let checks = 0;
  let failures = 0;
  return {
    chapter: (title) => print(`\n${styleText("bold", title)}`),
    tell: (line) => print(`   ${line}`),
    check(claim, holds, otherwise = "") {
      checks += 1;
      print(`   ${holds ? styleText("green", "✓") : styleText("red", "✗ NOT SO:")} ${claim}`);
      if (holds) return;
      failures += 1;
      if (otherwise !== "") print(`     ${otherwise}`);
    },
    end(shown) {
      const isShown = failures === 0 && checks > 0;
      print(`\n${isShown ? `Shown by ${checks} checks: ${shown}` : `${failures} of ${checks} checks failed.`}`);
      return isShown ? 0 : 1;
    },
  };
}
