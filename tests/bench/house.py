#!/usr/bin/env python3
"""Measures the form of the sources at one or more revisions: files, widths, lengths, circles of folders (docs/adr/0020).

usage: tests/bench/house.py [REVISION ...]      without one: HEAD
"""
import collections
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Comments, raw strings, verbatim strings, strings, characters: what looks like code in them is none.
TEXT = re.compile(
    r'//[^\n]*|/\*.*?\*/|\$*"{3,}.*?"{3,}|\$?@"(?:""|[^"])*"|@\$?"(?:""|[^"])*"|\$?"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S
)
TYPE = re.compile(r'\b(class|struct|record|interface|enum)\b(?:\s+(?:struct|class))?\s+(\w+)')
LEADING = re.compile(r'\s*(?:\[[^\]]*(?:\[[^\]]*\][^\]]*)*\]\s*)*')
ASSIGNED = re.compile(r'=\s*$|= new|=[^=]')


def git(*arguments):
    return subprocess.run(['git', *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def bare(source):
    """The code without its texts and comments, on the lines where it was."""
    return TEXT.sub(lambda m: ('' if m[0].startswith(('//', '/*')) else 's') + '\n' * m[0].count('\n'), source)


def analyse(source):
    """Lengths in lines of the methods, and of the types by their full names."""
    code, stack, methods, types = bare(source), [], [], []
    found = re.search(r'^namespace\s+([\w.]+)', code, re.M)
    space = found.group(1) if found else ''
    start = parens = 0

    def length(first, last):
        return code.count('\n', first, last) + 1

    def begin(first, last):
        return first + LEADING.match(code[first:last]).end()

    for at, letter in enumerate(code):
        if letter in '([':
            parens += 1
        elif letter in ')]':
            parens -= 1
        elif letter == '{':
            head, kind, outer = code[start:at], 'block', stack[-1][0] if stack else 'file'
            if parens == 0:
                if re.search(r'\bnamespace\b', head) and not TYPE.search(head):
                    kind = 'ns'
                elif outer in ('file', 'ns', 'type') and TYPE.search(head):
                    kind = 'type'
                elif outer == 'type' and '(' in head and '=>' not in head:
                    flat = re.sub(r'\([^()]*(?:\([^()]*\)[^()]*)*\)', '()', head)
                    kind = 'block' if ASSIGNED.search(flat) else 'method'
                elif outer == 'type' and '=>' in head and '(' in head.split('=>')[0]:
                    kind = 'expression'
            name = TYPE.search(head).group(2) if kind == 'type' else None
            stack.append((kind, begin(start, at), name, start, parens))
            parens = 0 if kind in ('ns', 'type', 'method') else parens
            if kind != 'expression':
                start = at + 1
        elif letter == '}' and stack:
            kind, first, name, before, parens = stack.pop()
            if kind == 'method':
                methods.append(length(first, at))
            if kind == 'type':
                types.append(('.'.join([space, *(one[2] for one in stack if one[0] == 'type'), name]), length(first, at)))
            if kind == 'expression':
                start = before
            elif not stack or stack[-1][0] in ('type', 'ns'):
                start = at + 1
        elif letter == ';' and parens == 0:
            outer, head = stack[-1][0] if stack else 'file', code[start:at]
            if outer == 'type':
                if '=>' in head and '(' in head.split('=>')[0] and not re.search(r'\bdelegate\b', head):
                    methods.append(length(begin(start, at), at))
                start = at + 1
            elif outer in ('file', 'ns'):
                if kept := TYPE.search(head):
                    types.append((f'{space}.{kept.group(2)}', length(begin(start, at), at)))
                start = at + 1
    return methods, types


def circles(files):
    """For each project how many of its top-level folders name each other in a circle, by their using lines."""
    folders = {tuple(name.split('/')[1:3]) for name in files if name.count('/') > 2}
    edges = collections.defaultdict(lambda: collections.defaultdict(set))
    for name, text in files.items():
        project, folder = (name.split('/') + [''])[1:3]
        if name.count('/') < 3:
            continue
        for used in re.findall(rf'^using (?:static |\w+ = )?{re.escape(project)}\.([\w.]+);', text, re.M):
            if (target := used.split('.')[0]) != folder and (project, target) in folders:
                edges[project][folder].add(target)

    def reached(graph, first):
        seen, open_ = set(), [first]
        while open_:
            for following in graph.get(open_.pop(), ()):
                if following not in seen:
                    seen.add(following)
                    open_.append(following)
        return seen

    found = {project: sum(one in reached(graph, one) for one in list(graph)) for project, graph in sorted(edges.items())}
    return ', '.join(f'{project.split(".")[1]} {count}' for project, count in found.items() if count) or 'none'


def quantiles(values):
    ordered = sorted(values)
    return f'median {ordered[len(ordered) // 2]}, p90 {ordered[int(len(ordered) * 0.9)]}, longest {ordered[-1]}'


def run(revision):
    names = [
        name
        for name in git('ls-tree', '-r', '--name-only', revision, 'src').split()
        if name.endswith('.cs') and '/Migrations/' not in name
    ]
    files = {name: git('show', f'{revision}:{name}') for name in names}
    widths = [len(line) for text in files.values() for line in text.split('\n') if line.strip()]
    methods, types = [], collections.Counter()
    for text in files.values():
        of_methods, of_types = analyse(text)
        methods += of_methods
        for name, lines in of_types:
            types[name] += lines
    print(f'{revision}: {len(files)} files of src without generated migrations')
    print(f'  width of a line:             {quantiles(widths)}')
    print(f'  lines over 140, over 160:    {sum(w > 140 for w in widths)}, {sum(w > 160 for w in widths)}')
    print(f'  length of a file:            {quantiles([text.count(chr(10)) for text in files.values()])}')
    print(f'  length of a method:          {quantiles(methods)}')
    print(f'  length of a type, all parts: {quantiles(types.values())}')
    print(f'  top-level folders in circle: {circles(files)}')


for wanted in sys.argv[1:] or ['HEAD']:
    run(wanted)
