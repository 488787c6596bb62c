/** Scripts that let a shell complete a program's commands, made from a description of them. */

/** What an option takes: one of these values, or the path of a file or folder. */
export type Value = readonly string[] | 'file' | 'folder';

/** A command: what may follow it. `path` is its words, such as `dlq list`; that of the program itself is empty. */
export type Place = {
  path: string;
  subcommands: readonly { name: string; help: string }[];
  /** Without a `value` the next word is not the option's. */
  options: readonly { name: string; help: string; value: Value | undefined }[];
  /** Values of each argument, in order. */
  positions: readonly (readonly string[])[];
};

/** A program and its commands. */
export type CompletionSpec = { program: string; places: readonly Place[] };

/** The script of each shell. */
export const completionScripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export type CompletionScript = keyof typeof completionScripts;

/** A `case` of bash and zsh: keys are quoted, so that a blank or a bar in them is nothing special. */
function cases(subject: string, branches: readonly (readonly [keys: readonly string[], act: string])[]): string[] {
  const lines = branches
    .filter(([keys]) => keys.length > 0)
    .map(([keys, act]) => `    ${keys.map((key) => `'${key}'`).join('|')}) ${act} ;;`);
  return [`  case "${subject}" in`, ...lines, '  esac'];
}

/**
 * What bash and zsh have in common: from the words before the cursor, the command, the number of its arguments so far, and the option whose
 * value comes next. `path` would be a special variable in zsh.
 */
const walk = `_tmdb_pipeline_walk() {
  local tp_word
  tp_place= tp_position=0 tp_option=
  for tp_word in "$@"; do
    if [ "$tp_word" = '=' ]; then continue; fi
    if [ -n "$tp_option" ]; then tp_option=; continue; fi
    case "$tp_word" in -*) _tmdb_pipeline_takes "$tp_place|$tp_word" && tp_option=$tp_word; continue ;; esac
    if _tmdb_pipeline_has "\${tp_place:+$tp_place }$tp_word"; then
      tp_place="\${tp_place:+$tp_place }$tp_word" tp_position=0
    else
      tp_position=$((tp_position + 1))
    fi
  done
}`;

/** That, and what may stand at the cursor. */
function sharedText({ places }: CompletionSpec): string {
  const subcommands = places.filter(({ path }) => path !== '').map(({ path }) => path);
  const ofOption = places.flatMap(({ path, options }) =>
    options.flatMap(({ name, value }) => (value === undefined ? [] : [[[`${path}|${name}`], kindOf(value)] as const])),
  );
  const ofPosition = places.flatMap(({ path, subcommands: names, positions }) => [
    ...(names.length > 0 ? [[[`${path}|0`], offer(names.map(({ name }) => name))] as const] : []),
    ...positions.map((offered, position) => [[`${path}|${position}`], offer(offered)] as const),
  ]);
  const ofPath = places.map(({ path, options }) => [[path], offer(options.map(({ name }) => name))] as const);
  return [
    walk,
    '_tmdb_pipeline_takes() {',
    ...cases('$1', [[takersOf(places), 'return 0']]),
    '  return 1',
    '}',
    '_tmdb_pipeline_has() {',
    ...cases('$1', [[subcommands, 'return 0']]),
    '  return 1',
    '}',
    '_tmdb_pipeline_offer() {',
    '  tp_values= tp_kind=words',
    '  if [ -n "$tp_option" ]; then',
    ...cases('$tp_place|$tp_option', ofOption),
    '  else case "$1" in -*)',
    ...cases('$tp_place', ofPath),
    '  ;; *)',
    ...cases('$tp_place|$tp_position', ofPosition),
    '  esac; fi',
    '}',
  ].join('\n');
}

/** The options that take the next word. */
function takersOf(places: readonly Place[]): string[] {
  return places.flatMap(({ path, options }) =>
    options.filter(({ value }) => value !== undefined).map(({ name }) => `${path}|${name}`),
  );
}

function offer(names: readonly string[]): string {
  return `tp_values='${names.join(' ')}'`;
}

function kindOf(value: Value): string {
  return typeof value === 'string' ? `tp_kind=${value}` : offer(value);
}

function bashScript(spec: CompletionSpec): string {
  return `# Completion of ${spec.program} for bash: eval "$(${spec.program} completion bash)"
${sharedText(spec)}
_tmdb_pipeline() {
  local tp_place tp_position tp_option tp_values tp_kind tp_before current=\${COMP_WORDS[COMP_CWORD]}
  # Bash takes the sign of \`--option=value\` for a word of its own.
  if [ "$current" = = ]; then current=; fi
  _tmdb_pipeline_walk "\${COMP_WORDS[@]:1:COMP_CWORD-1}"
  _tmdb_pipeline_offer "$current"
  COMPREPLY=()
  case "$tp_kind" in
    file) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    folder) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
    *)
      # Of values that are separated by commas the last one is completed.
      tp_before=\${current%"\${current##*,}"}
      COMPREPLY=($(compgen -P "$tp_before" -W "$tp_values" -- "\${current#"$tp_before"}"))
      ;;
  esac
}
complete -F _tmdb_pipeline ${spec.program}`;
}

function zshScript(spec: CompletionSpec): string {
  return `#compdef ${spec.program}
# Completion of ${spec.program} for zsh: eval "$(${spec.program} completion zsh)", after compinit
${sharedText(spec)}
_tmdb_pipeline() {
  local tp_place tp_position tp_option tp_values tp_kind
  _tmdb_pipeline_walk "\${(@)words[2,CURRENT-1]}"
  if [[ $PREFIX == --*=* ]]; then
    tp_option=\${PREFIX%%=*}
    compset -P '*='
  fi
  _tmdb_pipeline_offer "$PREFIX"
  case "$tp_kind" in
    file) _files ;;
    folder) _files -/ ;;
    *)
      # Of values that are separated by commas the last one is completed.
      if [[ -n $tp_option ]]; then compset -P '*,'; fi
      compadd -- \${=tp_values}
      ;;
  esac
}
compdef _tmdb_pipeline ${spec.program}`;
}

function fishScript({ program, places }: CompletionSpec): string {
  const quoted = (keys: readonly string[]) => keys.map((key) => `'${key}'`).join(' ');
  const takers = quoted(takersOf(places));
  const subcommands = quoted(places.flatMap(({ path }) => (path === '' ? [] : [path])));
  return [
    `# Completion of ${program} for fish: ${program} completion fish | source`,
    'function __tmdb_pipeline_at --argument-names wanted_place wanted_position',
    '  set -l place ""; set -l position 0; set -l option ""',
    '  for word in (commandline -opc)[2..]',
    '    if test -n "$option"; set option ""; continue; end',
    '    if string match -q -- "-*" $word',
    `      if contains -- "$place|$word" ${takers}; set option $word; end`,
    '      continue',
    '    end',
    '    set -l deeper (string trim "$place $word")',
    `    if contains -- "$deeper" ${subcommands}; set place $deeper; set position 0`,
    '    else; set position (math $position + 1); end',
    '  end',
    '  test "$place" = "$wanted_place"; and begin; test -z "$wanted_position"; or test "$position" = "$wanted_position"; end',
    'end',
    `complete -c ${program} -f`,
    ...places.flatMap((place) => fishRules(program, place)),
  ].join('\n');
}

function fishRules(program: string, { path, subcommands, options, positions }: Place): string[] {
  const rule = (position: string, more: string) =>
    `complete -c ${program} -n '__tmdb_pipeline_at "${path}" ${position}' ${more}`;
  return [
    ...subcommands.map(({ name, help }) => rule('0', `-a ${name} -d ${fishText(help)}`)),
    ...positions.flatMap((offered, position) =>
      offered.length === 0 ? [] : [rule(String(position), `-a '${offered.join(' ')}'`)],
    ),
    ...options.map(({ name, help, value }) =>
      rule('""', `-l ${name.replace(/^--/, '')} -d ${fishText(help)}${fishValue(value)}`),
    ),
  ];
}

function fishValue(value: Value | undefined): string {
  switch (value) {
    case undefined:
      return '';
    case 'file':
      return ' -r -F';
    case 'folder':
      return " -x -a '(__fish_complete_directories)'";
    default:
      return value.length === 0 ? ' -x' : ` -x -a '${value.join(' ')}'`;
  }
}

function fishText(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
