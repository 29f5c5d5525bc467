#!/usr/bin/env python3
"""On a terminal: its width, its letters, its colours, and how far long work is."""
import fcntl
import os
import pathlib
import pty
import struct
import subprocess
import sys
import tempfile
import termios
import unittest

KTLSSIM = os.environ["KTLSSIM"]
ROOT = pathlib.Path(os.environ["KTLSSIM_ROOT"])
SCENARIO = ROOT / "scenarios" / "ccr-tls12-gcm128.json"
SHORT = ["--set", "/measure/warmup_ms=1", "--set", "/measure/duration_ms=2"]
UTF8 = {"LC_ALL": "C.UTF-8"}


def environment(**more):
    bare = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS", "LC_ALL", "LC_CTYPE", "LANG")}
    return {**bare, "TERM": "xterm", **more}


def on_terminal(*words, columns=80, stdin=b"", **more):
    """Exit status and what a terminal of so many columns got, standard error included."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    process = subprocess.Popen([KTLSSIM, *map(str, words)], stdin=slave, stdout=slave, stderr=slave, env=environment(**more))
    os.close(slave)
    if stdin:
        os.write(master, stdin)
    got = b""
    try:
        while chunk := os.read(master, 65536):
            got += chunk
    except OSError:  # the end of a terminal
        pass
    os.close(master)
    return process.wait(), got.decode().replace("\r\n", "\n")


def piped(*words, **more):
    return subprocess.run([KTLSSIM, *map(str, words)], capture_output=True, text=True, env=environment(**more), check=False, cwd=ROOT)


class Terminal(unittest.TestCase):
    def widest(self, text):
        return max(map(len, text.splitlines()))

    def test_text_is_as_wide_as_the_terminal(self):
        narrow = self.widest(on_terminal("parameters", columns=60)[1])
        wide = self.widest(on_terminal("parameters", columns=150)[1])
        self.assertLessEqual(narrow, 60)
        self.assertTrue(100 < wide <= 150, wide)
        self.assertLessEqual(self.widest(piped("parameters").stdout), 80)
        self.assertTrue(100 < self.widest(piped("parameters", COLUMNS="150").stdout) <= 150)

    def test_a_narrow_terminal_loses_no_number_and_no_unit(self):
        words = ("run", SCENARIO, "--replications", 2, "--set", "/measure/duration_ms=5", "--ensemble", "off")
        narrow, wide = (piped(*words, COLUMNS=columns).stdout for columns in ("40", "80"))
        self.assertLessEqual(self.widest(narrow), 40)
        for line in wide[:wide.index("CPU time")].splitlines()[-20:]:
            for word in line.split():
                self.assertIn(word, narrow.split())

    def test_help_and_tables_break_no_word_on_a_narrow_terminal(self):
        run = ("--replications", 2, *SHORT, "--ensemble", "off")
        asked = [("--help",), ("run", "--help"), ("frontier", "--help"), ("compare", "--help"), ("profiles",), ("validate", "--rows"),
                 ("bounds", SCENARIO, "--ensemble", "off"), ("run", SCENARIO, *run),
                 ("compare", SCENARIO.relative_to(ROOT), "--set-a", "/ktls/dispatch=blocking", *run)]
        for words in asked:
            narrow, wide = (piped(*words, COLUMNS=columns).stdout for columns in ("40", "400"))
            known = {*wide.split(), "\\", "busy%"}  # the short head of a column
            for line in narrow.splitlines():
                # A word that is wider than a line stays whole. Names that are cut at their end say so.
                self.assertTrue(len(line) <= 40 or len(line.split()) == 1, (words, line))
                for word in line.split():
                    cut = word.endswith("..") and any(whole.startswith(word[:-2]) for whole in known)
                    self.assertTrue(cut or word in known, (words, line))

    def test_examples_can_be_pasted_from_a_narrow_terminal(self):
        for verb in ("frontier", "size", "compare"):
            narrow, wide = (piped(verb, "--help", COLUMNS=columns).stdout.split("Examples:\n")[1] for columns in ("40", "400"))
            pasted = subprocess.run(["sh", "-c", f"ktlssim() {{ printf '<%s>' \"$@\"; echo; }}\n{narrow}"], capture_output=True,
                                    text=True, check=True)
            self.assertEqual(pasted.stdout, subprocess.run(
                ["sh", "-c", f"ktlssim() {{ printf '<%s>' \"$@\"; echo; }}\n{wide}"], capture_output=True, text=True,
                check=True).stdout)

    def test_colour_is_for_terminals_that_want_it(self):
        words = ("check", SCENARIO)
        self.assertIn("\x1b[32m: ok\x1b[0m", on_terminal(*words)[1])
        for more in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            self.assertNotIn("\x1b", on_terminal(*words, **more)[1])
        self.assertNotIn("\x1b", piped(*words).stdout)
        self.assertNotIn("\x1b", on_terminal(*words, "--format", "json", NO_COLOR="1")[1])

    def test_letters_are_shown_where_the_locale_has_them(self):
        with tempfile.TemporaryDirectory() as directory:
            a, b = (pathlib.Path(directory) / name for name in ("Prüfung.json", "Präfung.json"))
            for path in (a, b):
                path.write_text(SCENARIO.read_text())
            words = ("compare", a, b, "--replications", "1", "--engine", "fiber", *SHORT)
            shown = piped(*words, **UTF8).stdout
            self.assertIn("Prüfung.json", "".join(shown.split("\n")))
            escaped = "".join(piped(*words, LC_ALL="C").stdout.split("\n"))
            self.assertTrue(escaped.isascii())
            self.assertIn(r"Pr\xc3\xbcfung.json", escaped)
            self.assertIn(r"Pr\xc3\xa4fung.json", escaped)

    def test_long_work_says_how_far_it_is(self):
        _, text = on_terminal("run", SCENARIO, "--replications", "8", "--engine", "fiber", "-j", "1", *SHORT[:2],
                              "--set", "/measure/duration_ms=100")
        self.assertRegex(text, r"\r\d/8 runs, 0 failed, .* s left")

    def test_init_asks_on_a_terminal_and_takes_no_nonsense(self):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "mine.json"
            answers = b"epyc-7502p\nqat-c26x\nqat-c62x\n\n\nmany\n12\n\n"
            status, text = on_terminal("init", path, stdin=answers, columns=200)
            self.assertEqual(status, 0, text)
            self.assertIn('did you mean "qat-c62x"?', text)
            self.assertIn("expected an integer from 1", text)
            effective = piped("check", path)
            self.assertEqual(effective.returncode, 0, effective.stderr)
            written = path.read_text()
            for words in ('"host": "epyc-7502p"', '"driver": "qat-c62x"', '"sessions": 12', '"// sessions": '):
                self.assertIn(words, written)


if __name__ == "__main__":
    sys.exit(unittest.main())
