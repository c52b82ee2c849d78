# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp completion bash|zsh`: a script by which the shell completes commands and options, made from the parser itself."""

import argparse
import json

SHELLS = ("bash", "zsh")
_SCRIPT = """\
_svp() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} command= at words=
    for ((at = 1; at < COMP_CWORD; at++)); do
        [[ ${{COMP_WORDS[at]}} == -- ]] && return
        [[ -z $command && ${{COMP_WORDS[at]}} != -* ]] && command=${{COMP_WORDS[at]}}
    done
    case "$command $before" in
{values}
    *)
        case $command in
{commands}
        esac
        ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o default -F _svp svp scripts/svp ./scripts/svp
"""


def script(shell, parser):
    """The text for a shell to evaluate."""
    commands = _subcommands(parser)
    values, lines = [], [f"        '') words={_quoted([*commands, *_options(parser)])} ;;"]
    for name, command in commands.items():
        tasks = _subcommands(command)
        positional = [str(choice) for action in command._actions if not action.option_strings and action.choices and not tasks for choice in action.choices]
        lines.append(f"        {name}) words={_quoted([*tasks, *positional, *_options(command), *(word for task in tasks.values() for word in _options(task))])} ;;")
        for action in command._actions:
            if action.choices and action.option_strings:
                values.append(f"    {'|'.join(_pattern(name, option) for option in action.option_strings)}) words={_quoted(map(str, action.choices))} ;;")
    text = _SCRIPT.format(values="\n".join(values), commands="\n".join(lines))
    return ("autoload -U +X bashcompinit && bashcompinit\n" if shell == "zsh" else "") + text


def _subcommands(parser):
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return action.choices
    return {}


def _options(parser):
    return [option for action in parser._actions for option in action.option_strings if option.startswith("--") or len(option) == 2]


def _pattern(command, option):
    return f"'{command} {option}'"


def _quoted(words):
    return json.dumps(" ".join(dict.fromkeys(words)))
