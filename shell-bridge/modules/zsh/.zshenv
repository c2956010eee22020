# Makes Zsh speak the Shell API (SHELL-API.md). Zsh reads this file as its first, because ZDOTDIR points here; it gives
# ZDOTDIR back and reads the user's own, so that all the others are the user's. What is defined here is defined before any
# alias or option of the user's could change what it means; it begins with the first prompt.

if [[ -n ${TOS_ZDOTDIR+given} ]]; then
    builtin export ZDOTDIR=$TOS_ZDOTDIR
    builtin unset TOS_ZDOTDIR
else
    builtin unset ZDOTDIR
fi

if [[ -o interactive && -n $TOS_NONCE ]]; then
    # Programs that run in this shell are not to know it.
    builtin typeset -g +x _tos_nonce=$TOS_NONCE
    builtin unset TOS_NONCE

    # --- saying ----------------------------------------------------------------------------------------------------

    # Byte by byte, into REPLY.
    _tos_url() {
        emulate -L zsh -o extended_glob -o no_multibyte
        REPLY=${1//(#m)[^A-Za-z0-9_.~\/-]/%${(l:2::0:)$(( [##16] #MATCH ))}}
    }

    # A JSON string, into REPLY.
    _tos_json() {
        emulate -L zsh -o extended_glob -o no_multibyte
        local text=${1//\\/\\\\}
        text=${text//\"/\\\"}
        text=${text//$'\n'/\\n}
        text=${text//$'\t'/\\t}
        REPLY="\"${text//(#m)[$'\x01'-$'\x1f']/\\u00${(l:2::0:)$(( [##16] #MATCH ))}}\""
    }

    _tos_say() {
        emulate -L zsh
        local REPLY
        _tos_url "$2"
        builtin print -rn -- $'\e]9001;'"$1;$_tos_nonce;$REPLY"$'\a' >$TTY
    }

    # As many of its arguments as fit in a sequence, joined, into REPLY.
    _tos_fitting() {
        emulate -L zsh
        local member
        local -i length=0
        local -a fit
        for member in "$@"; do
            _tos_url "$member"
            (( (length += $#REPLY + 3) > 60000 )) && break
            fit+=("$member")
        done
        REPLY=${(j:,:)fit}
    }

    # --- where, and when a command runs ------------------------------------------------------------------------------

    _tos_chpwd() {
        emulate -L zsh
        # A subshell moves nobody but itself.
        (( ZSH_SUBSHELL )) && return
        local REPLY
        _tos_url "$PWD"
        _tos_place="file://$HOST$REPLY#tos=$_tos_nonce"
        builtin print -rn -- $'\e]7;'$_tos_place$'\a' >$TTY
    }

    _tos_preexec() {
        emulate -L zsh
        _tos_running=1
        local REPLY told=
        # Part of a command would be another command.
        if (( $#1 <= 4096 )); then
            _tos_url "$1"
            told=";cmdline_url=$REPLY"
        fi
        builtin print -rn -- $'\e]133;C'"$told;tos=$_tos_nonce"$'\a' >$TTY
    }

    _tos_precmd() {
        local code=$? percent=0
        [[ -o prompt_percent ]] && percent=1
        emulate -L zsh
        local said=
        if [[ -n $_tos_running ]]; then
            said=$'\e]133;D;'"$code;tos=$_tos_nonce"$'\a'
            _tos_running=
        fi
        # The last one sees the prompt as it will be.
        if [[ $precmd_functions[-1] != _tos_precmd ]]; then
            precmd_functions=(${precmd_functions:#_tos_precmd} _tos_precmd)
        fi
        _tos_mark=$'\e]133;B;tos='$_tos_nonce$'\a'
        (( percent )) && _tos_mark="%{$_tos_mark%}"
        [[ $PS1 == *$_tos_mark ]] || PS1=${PS1//$_tos_mark}$_tos_mark
        builtin print -rn -- $said$'\e]7;'$_tos_place$'\a\e]133;A;tos='$_tos_nonce$'\a' >$TTY
        _tos_env
    }

    # --- what is chosen of the environment ---------------------------------------------------------------------------

    typeset -ga _tos_chosen=(PATH VIRTUAL_ENV CONDA_DEFAULT_ENV KUBECONFIG AWS_PROFILE DOCKER_HOST)

    # All of them, whenever one has changed.
    _tos_env() {
        emulate -L zsh
        local REPLY name branch
        local -a members
        _tos_branch
        [[ -n $branch ]] && { _tos_json $branch; members+="\"git_branch\":$REPLY" }
        for name in $_tos_chosen; do
            if [[ -n ${(P)name+given} ]] && (( ${#${(P)name}} <= 4096 )); then
                _tos_json "${(P)name}"
                members+="\"$name\":$REPLY"
            fi
        done
        _tos_fitting $members
        local now="{$REPLY}"
        [[ $now == $_tos_env_told ]] && return
        _tos_env_told=$now
        _tos_say env $now
    }

    # The branch is read from the repository's HEAD; git itself would be a process.
    _tos_branch() {
        local directory=$PWD line head
        while true; do
            if [[ -d $directory/.git ]]; then
                head=$directory/.git/HEAD
                break
            elif [[ -f $directory/.git ]]; then
                read -r line <$directory/.git
                line=${line#gitdir: }
                [[ $line == /* ]] || line=$directory/$line
                head=$line/HEAD
                break
            fi
            [[ -n $directory ]] || return
            directory=${directory%/*}
        done
        [[ -r $head ]] && read -r line <$head && [[ $line == 'ref: refs/heads/'* ]] && branch=${line#ref: refs/heads/}
    }

    # --- what is asked of the shell, by keys that no keyboard has -----------------------------------------------------

    # What stands half typed is put aside until the next prompt; at a secondary prompt it is first brought back whole, and
    # put aside when this is pressed again.
    _tos_clear() {
        emulate -L zsh
        if [[ $CONTEXT == cont ]]; then
            zle .push-line-or-edit
        elif [[ -n $BUFFER ]]; then
            zle .push-line
        fi
        [[ $KEYMAP == vicmd || $KEYMAP == visual ]] && zle .vi-insert
        return 0
    }

    # The text is to run as it stands, so `!` and `^` are no history expansion in it: for this one time, other characters
    # have their meaning.
    _tos_run() {
        emulate -L zsh
        if [[ -z $_tos_histchars ]]; then
            _tos_histchars=${histchars-}
            histchars=$'\x01\x02'${histchars[3]}
        fi
        zle .accept-line
    }

    _tos_expand_again() {
        [[ -n $_tos_histchars ]] && histchars=$_tos_histchars
        _tos_histchars=
    }

    _tos_suggest() {
        emulate -L zsh
        local REPLY number
        local -a members
        zmodload -F zsh/parameter p:history || return
        for (( number = HISTCMD - 1; number > HISTCMD - 41 && number > 0; number-- )); do
            [[ -n ${history[$number]} ]] && (( ${#history[$number]} <= 512 )) || continue
            _tos_json "${history[$number]}"
            members+="{\"text\":$REPLY}"
        done
        _tos_fitting $members
        _tos_say suggest "[$REPLY]"
    }

    _tos_listing() {
        emulate -L zsh
        local REPLY name kind rest truncated=false
        local -i bytes=0
        local -a members
        local -A stat
        zmodload -F zsh/stat b:zstat
        for name in *(ND); do
            _tos_url "$name"
            bytes+=$(( $#REPLY + 150 ))
            if (( bytes > 60000 || $#members >= 1000 )); then
                truncated=true
                break
            fi
            if [[ -L $name ]]; then kind=link
            elif [[ -d $name ]]; then kind=directory
            elif [[ -f $name ]]; then kind=file
            else kind=other
            fi
            rest=
            zstat -L -H stat -- $name 2>/dev/null && rest=",\"size\":$stat[size],\"mtime\":$stat[mtime],\"mode\":$stat[mode]"
            _tos_json "$name"
            members+="{\"name\":$REPLY,\"kind\":\"$kind\"$rest}"
        done
        _tos_json "$PWD"
        _tos_say dir "{\"directory\":$REPLY,\"files\":[${(j:,:)members}],\"truncated\":$truncated}"
    }

    # Zsh's completion, with every match kept instead of inserted.
    _tos_matches() {
        typeset -ga _tos_found=()
        (( $+functions[_main_complete] )) || return 1
        compadd() {
            # Those that only ask, or fill an array, go on.
            if [[ ${argv[(I)-[OAD]*]} -gt 0 ]]; then
                builtin compadd "$@"
                return
            fi
            local -a _tos_hits
            builtin compadd -A _tos_hits "$@"
            _tos_found+=($_tos_hits)
            (( $#_tos_hits ))
        }
        { _main_complete } always { unfunction compadd }
        compstate[insert]=
        compstate[list]=
        return 0
    }

    _tos_complete() {
        local REPLY text=$LBUFFER found
        local -a members
        zle _tos_matches 2>/dev/null
        for found in ${${(u)_tos_found}[1,100]}; do
            (( $#found <= 255 )) || continue
            _tos_json "$found"
            members+="{\"text\":$REPLY}"
        done
        _tos_json "$text"
        text=$REPLY
        _tos_fitting $members
        _tos_say complete "{\"text\":$text,\"candidates\":[$REPLY]}"
    }

    # --- for the user --------------------------------------------------------------------------------------------------

    # Puts a command in the prompt.
    tos-stage() {
        emulate -L zsh
        local REPLY
        _tos_json "$*"
        _tos_say stage "{\"text\":$REPLY}"
    }

    # Shows JSON as the result of this command.
    tos-result() {
        emulate -L zsh
        local json=$1
        (( $# )) || IFS= read -rd '' json
        _tos_say result $json
    }

    # Opens files where they are seen.
    _tos_open() {
        emulate -L zsh -o extended_glob
        if (( ! $# )); then
            builtin print -u2 'open: which file?'
            return 2
        fi
        local file
        local -i failed=0
        for file in "$@"; do
            if [[ $file == [a-zA-Z][a-zA-Z0-9+.-]#://* || -z $TOS_SOCKET ]] || ! builtin whence -p tos-comp >/dev/null; then
                command xdg-open $file || failed=$?
            else
                command tos-comp msg open ${file:a} || failed=$?
            fi
        done
        return failed
    }

    # --- here we are ---------------------------------------------------------------------------------------------------

    # Runs with the first prompt, when the user's files have been read; and with the user's options, as every hook.
    _tos_begin() {
        local code=$?
        _tos_install
        # Of this prompt only the hooks that were there are called.
        _tos_precmd
        return $code
    }

    # Hooks of the user's that come after the first of ours may have made the first prompt anew.
    _tos_line_init() {
        [[ -n $_tos_line_init_theirs ]] && "$_tos_line_init_theirs" "$@"
        _tos_mark_again
    }

    _tos_mark_again() {
        emulate -L zsh
        [[ $PS1 == *$_tos_mark ]] && return
        PS1+=$_tos_mark
        zle reset-prompt
    }

    _tos_install() {
        emulate -L zsh
        precmd_functions=(${precmd_functions:#_tos_begin} _tos_expand_again _tos_precmd)
        preexec_functions+=(_tos_expand_again _tos_preexec)
        chpwd_functions+=(_tos_chpwd)
        zmodload -F zsh/zleparameter p:widgets
        _tos_line_init_theirs=${${(M)widgets[zle-line-init]:#user:*}#user:}
        zle -N zle-line-init _tos_line_init
        # Names that the user's plugins may wrap are not used.
        zle -N _tos_clear
        zle -A .bracketed-paste _tos_paste
        zle -N _tos_run
        zle -N _tos_suggest
        zle -N _tos_listing
        zle -C _tos_matches .complete-word _tos_matches
        zle -N _tos_complete
        local map
        for map in emacs viins vicmd; do
            bindkey -M $map '\e[983041u' _tos_clear
            bindkey -M $map '\e[983042u' _tos_paste
            bindkey -M $map '\e[983043u' _tos_run
            bindkey -M $map '\e[983044u' _tos_suggest
            bindkey -M $map '\e[983045u' _tos_listing
            bindkey -M $map '\e[983046u' _tos_complete
        done
        (( $+functions[open] || $+aliases[open] )) || functions -c _tos_open open
        _tos_say ready "{\"shell\":\"zsh\",\"version\":\"$ZSH_VERSION\"}"
        _tos_chpwd
    }
    builtin typeset -ga precmd_functions
    precmd_functions+=(_tos_begin)
fi

[[ -r ${ZDOTDIR:-$HOME}/.zshenv ]] && builtin source ${ZDOTDIR:-$HOME}/.zshenv
