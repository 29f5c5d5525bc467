#!/usr/bin/env python3
"""What documents say can be done: each command parses; links lead somewhere; questions are answered; and what a marked command
prints is what the document shows. That commands run is shown by commands_of_documents_test.py.

KTLSSIM_SLOW=1 also runs what takes minutes.
"""
import html
import os
import pathlib
import re
import shlex
import subprocess
import sys
import unittest

KTLSSIM = os.environ["KTLSSIM"]
ROOT = pathlib.Path(os.environ["KTLSSIM_ROOT"])
SLOW = bool(os.environ.get("KTLSSIM_SLOW"))
RELEASE = "Release" in subprocess.run([KTLSSIM, "--version"], capture_output=True, text=True, check=True).stdout
sys.path.insert(0, str(ROOT / "docs"))
import documents  # noqa: E402  pylint: disable=wrong-import-position,import-error

README_LINES = 100
README_WORDS_A_SENTENCE = 30
WORDS_A_SENTENCE = 40
QUESTIONS = 25  # that people ask in public, each with a row in docs/ask.md
PLACEHOLDER = re.compile(r"^(?:/[\w./]*=)?[A-Z][A-Z.]*$|^(?:N|NAME|FILE|DIR|K/N|\.\.\.|\[.*|VERB|KIND)$|\.\.\.|NAME")


def lines_of(path):
    return path.read_text(encoding="utf-8").split("\n")


def prose(lines):
    """The lines outside fenced blocks, tables, headings and marks."""
    fenced = False
    for line in lines:
        if line.startswith("```"):
            fenced = not fenced
            yield ""
        elif fenced or line.startswith(("|", "#", "<!--", "![")):
            yield ""
        else:
            yield line


def sentences(lines):
    for paragraph in re.split(r"\n(?:\n|(?=- ))", "\n".join(prose(lines))):
        yield from re.split(r"(?<=[.:?!])\s+", " ".join(paragraph.split()))


def anchors(lines):
    return {re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-") for line in lines if line.startswith("#")}


def shown_in_text(lines):
    """Commands between backticks, in prose and tables."""
    for line in (line for line in lines if not line.startswith("```")):
        yield from re.findall(r"(?<!`)`(\./ktlssim [^`]+)`", html.unescape(line))


def simple_commands(line):
    """Words of each command of a line of the shell, without what it is redirected to."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words, redirected = [], False
    for token in lexer:
        if token and set(token) <= set("&|;()"):
            yield words
            words, redirected = [], False
        elif token and set(token) <= set("<>"):
            redirected = True
        elif not redirected:
            words.append(token)
    yield words


class Verbs:
    """What the binary says of its verbs."""

    def __init__(self):
        self.known = re.findall(r"^  ([a-z][a-z-]*) ", self.output("--help"), re.MULTILINE)
        self.helps = {}

    @staticmethod
    def output(*words):
        return subprocess.run([KTLSSIM, *words], capture_output=True, text=True, check=True).stdout

    def options(self, verb):
        if verb not in self.helps:
            self.helps[verb] = set(re.findall(r"(?<![\w-])(--?[A-Za-z][\w-]*)", self.output(verb, "--help")))
        return self.helps[verb]


class Documents(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.verbs = Verbs()

    def each(self):
        for path in documents.paths():
            yield path, str(path.relative_to(ROOT)), lines_of(path)

    def parse(self, command):
        """Verb, options and files of a command that is not run."""
        for words in simple_commands(command):
            while words and re.match(r"\w+=", words[0]):
                words = words[1:]
            if words and re.match(r"(?:bench|docs|results)/|\./|\.ci/", words[0]):
                self.assertTrue((ROOT / words[0]).is_file(), command)
            if not words or words[0] != "./ktlssim" or words[1:2] == ["test"]:
                continue
            verb = words[1]
            if verb in ("--version", "--help") or PLACEHOLDER.search(verb):
                continue
            self.assertIn(verb, self.verbs.known, command)
            for word in words[2:]:
                if re.match(r"--?[a-zA-Z]", word) and not re.match(r"-j\d", word):
                    self.assertIn(word.split("=")[0], self.verbs.options(verb), command)
                elif word.endswith((".json", ".sbatch", ".csv")) and re.search("^[^/].*/", word) and not PLACEHOLDER.search(word) and \
                        not word.startswith(("out/", "cmp/")):
                    self.assertTrue(list(ROOT.glob(word)), f"{command}: no file {word}")

    def test_every_command_that_is_shown_parses(self):
        for _, name, lines in self.each():
            for command in (*shown_in_text(lines), *(one.text for one in documents.commands(lines))):
                with self.subTest(f"{name}: {command}"):
                    self.parse(command)

    def test_commands_stand_in_blocks_that_say_so(self):
        for _, name, lines in self.each():
            for words, first, block in documents.blocks(lines):
                self.assertTrue(words[:1] == ["sh"] or not any(re.match(r"\$? ?(\./ktlssim|bench/|docs/)", line) for line in block),
                                f"{name}:{first}: a block of commands begins with ```sh")

    def test_every_question_has_a_command_or_a_reason_why_none_can_answer_it(self):
        asked = list(documents.questions(lines_of(ROOT / "docs/ask.md")))
        self.assertEqual(len(asked), QUESTIONS)
        for question in asked:
            with self.subTest(question.text):
                self.assertTrue(question.command.startswith("./ktlssim ") or not question.command)
                self.assertIn(question.where, ("here", "minutes") if question.command else ("",))
                self.assertGreater(len(question.answer.split()), 1 if question.command else 8)

    @unittest.skipUnless(RELEASE, "minutes under the sanitizers, which have tests of their own")
    def test_commands_that_answer_questions_do(self):
        with documents.scratch() as tree:
            for question in documents.questions(lines_of(ROOT / "docs/ask.md")):
                if not question.command or (question.where == "minutes" and not SLOW):
                    continue
                with self.subTest(question.text):
                    done = documents.run(question.command, tree)
                    self.assertEqual(done.returncode, 0, f"{question.command}\n{done.stderr}")
                    self.assertNotIn("has no value", done.stdout, question.command)

    @unittest.skipUnless(RELEASE, "minutes under the sanitizers, which have tests of their own")
    def test_documents_show_what_their_commands_print(self):
        words = [ROOT / "docs/regenerate", "--check", *([] if SLOW else ["--fast"])]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_files_that_are_shown_are_sound(self):
        checked = 0
        with documents.scratch() as tree:
            for _, name, lines in self.each():
                for words, first, block in documents.blocks(lines):
                    if words != ["json"] or '"confidence"' in block[0]:
                        continue
                    (tree / "scenarios/sweeps/shown.json").write_text("\n".join(block))
                    done = documents.run("./ktlssim check scenarios/sweeps/shown.json", tree)
                    self.assertEqual(done.returncode, 0, f"{name}:{first}: {done.stderr}")
                    checked += 1
        self.assertGreater(checked, 1)

    def test_links_lead_somewhere(self):
        for path, name, lines in self.each():
            for target in re.findall(r"\]\(([^)\s]+)\)", "\n".join(lines)):
                if re.match(r"[a-z]+:", target):
                    continue
                file, _, anchor = target.partition("#")
                found = (path.parent / file).resolve() if file else path
                with self.subTest(f"{name}: {target}"):
                    self.assertTrue(found.exists())
                    if anchor:
                        self.assertIn(anchor, anchors(lines_of(found)))

    def test_files_that_are_named_exist(self):
        rooms = r"(?:sim|models|tests|docs|scenarios|bench|notebooks|results)"
        for _, name, lines in self.each():
            for file in re.findall(rf"`({rooms}/[\w./-]+)`", "\n".join(lines)):
                with self.subTest(f"{name}: {file}"):
                    self.assertTrue((ROOT / file).exists())

    def test_every_document_is_one_that_a_reader_is_led_to(self):
        reached = set()
        waiting = [ROOT / "README.md"]
        while waiting:
            path = waiting.pop()
            if path in reached or path.suffix != ".md" or not path.exists():
                continue
            reached.add(path)
            waiting += [(path.parent / target.split("#")[0]).resolve()
                        for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8"))]
        self.assertEqual(set(documents.paths()) - reached, set())

    def test_the_door_is_short_and_its_sentences_are_read_once(self):
        lines = lines_of(ROOT / "README.md")
        self.assertLessEqual(len(lines), README_LINES)
        for sentence in sentences(lines):
            self.assertLessEqual(len(sentence.split()), README_WORDS_A_SENTENCE, sentence)
        for path in (ROOT / "docs").glob("*.md"):
            for sentence in sentences(lines_of(path)):
                self.assertLessEqual(len(sentence.split()), WORDS_A_SENTENCE, f"{path.name}: {sentence}")


if __name__ == "__main__":
    unittest.main()
