// What the shells read. Each asks this program for the words that may follow, inserts what is left of them, quoted as it quotes, and puts a
// space behind a word unless it goes on: after `/`, `=`, `@` and `:`.

const ask = 'coapstone completion --words --'

const bash = `# Completion of coapstone in bash, 3.2 or newer.
_coapstone() {
  local rest="\${COMP_LINE:0:COMP_POINT}" words n=-1 i word before current quote='' prefix='' breaks='' reply
  words=()
  # bash cuts words at ':', '=' and '@', of which URIs and flags are full: what has no space between is one word.
  for ((i = 0; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    before="\${rest%%"$word"*}"
    rest="\${rest#"$before$word"}"
    if ((n < 0)) || [[ -n "$before" ]]; then words[++n]="$word"; else words[n]+="$word"; fi
  done
  current="\${rest#"\${rest%%[![:space:]]*}"}"
  if [[ "$current" != "$rest" ]]; then words[++n]="$current"; else words[n]+="$current"; fi
  current="\${words[n]}"
  case "$current" in [\\"\\']*) quote="\${current:0:1}" current="\${current:1}" ;; esac
  # It replaces what is behind the last of them.
  if [[ -z "$quote" ]]; then
    for i in : =; do case "$COMP_WORDBREAKS" in *"$i"*) breaks="$breaks$i" ;; esac; done
    [[ -n "$breaks" ]] && prefix="\${current%"\${current##*[$breaks]}"}"
    # An '@' is a part of what it begins.
    rest="\${current#"$prefix"}"
    case "$COMP_WORDBREAKS$rest" in *@*@*) prefix="$prefix\${rest%@*}" ;; esac
  fi
  words[n]="$current"
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    word="\${word#"$prefix"}"
    [[ -z "$word" ]] && continue
    if [[ -n "$quote" ]]; then COMPREPLY+=("$word"); continue; fi
    printf -v reply %q "$word"
    case "$reply" in '\\~/'*) reply="\${reply:1}" ;; esac
    case "$word" in *[/=@:]) ;; *) reply="$reply " ;; esac
    COMPREPLY+=("$reply")
  done < <(${ask} "\${words[@]:1}" 2>/dev/null)
}
complete -o nospace -F _coapstone coapstone
`

const zsh = `#compdef coapstone
# Completion of coapstone in zsh: to be read after compinit, or as a file _coapstone in a folder of $fpath.
_coapstone() {
  local line word
  local -a whole wholeShown open openShown
  for line in "\${(@f)$(${ask} "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}"; do
    word="\${line%%$'\\t'*}"
    [[ -z "$word" ]] && continue
    # Quoted, it would be no home folder.
    if [[ "$word" == \\~/*/ ]]; then compadd -Q -S '' -- "~/\${(q)word#\\~/}"; continue; fi
    if [[ "$word" == \\~/* ]]; then compadd -Q -- "~/\${(q)word#\\~/}"; continue; fi
    line="\${line#*$'\\t'}"
    [[ -n "$line" ]] && line="$word  -- $line" || line="$word"
    if [[ "$word" == *[/=@:] ]]; then open+=("$word") openShown+=("$line"); else whole+=("$word") wholeShown+=("$line"); fi
  done
  (( $#whole )) && compadd -l -d wholeShown -a whole
  (( $#open )) && compadd -l -S '' -d openShown -a open
}
if [[ "\${funcstack[1]}" == _coapstone ]]; then _coapstone "$@"; else compdef _coapstone coapstone; fi
`

const fish = `# Completion of coapstone in fish, 3.0 or newer.
function __coapstone_words
  set -l words (commandline -opc)
  set -e words[1]
  set -l current (commandline -ct)
  ${ask} $words "$current" 2>/dev/null
end
complete -c coapstone -f -a '(__coapstone_words)'
`

/** By the name of the shell. */
export const completionScripts: Readonly<Record<string, string>> = { bash, zsh, fish }
