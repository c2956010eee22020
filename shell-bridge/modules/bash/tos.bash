# Makes Bash speak the Shell API (SHELL-API.md). Bash takes this file for its .bashrc; it reads the user's own. What is
# defined here is defined before any alias of the user's could change what it means; it begins when the user's file is read.

if [[ $- == *i* && -n $TOS_NONCE ]]; then
    # Programs that run in this shell are not to know it.
    _tos_nonce=$TOS_NONCE
    unset TOS_NONCE
    _tos_void=

    # --- saying ----------------------------------------------------------------------------------------------------

    # Byte by byte, into REPLY.
    _tos_url() {
        local LC_ALL=C text=$1 index byte code
        REPLY=
        for ((index = 0; index < ${#text}; index++)); do
            byte=${text:index:1}
            case $byte in
                [A-Za-z0-9_.~/-]) REPLY+=$byte ;;
                *)
                    printf -v code %d "'$byte"
                    printf -v byte %%%02X "$((code & 255))"
                    REPLY+=$byte
                    ;;
            esac
        done
    }

    # A JSON string, into REPLY.
    _tos_json() {
        local text=$1 code control byte quote='"'
        text=${text//\\/\\\\}
        text=${text//$quote/\\$quote}
        text=${text//$'\n'/\\n}
        text=${text//$'\t'/\\t}
        if [[ $text == *[$'\x01'-$'\x1f']* ]]; then
            for ((code = 1; code < 32; code++)); do
                printf -v control %02x "$code"
                printf -v byte "\\x$control"
                text=${text//"$byte"/"\\u00$control"}
            done
        fi
        REPLY="\"$text\""
    }

    _tos_say() {
        local REPLY
        _tos_url "$2"
        printf '\e]9001;%s;%s;%s\a' "$1" "$_tos_nonce" "$REPLY" >/dev/tty
    }

    # As many of its arguments as fit in a sequence, joined, into REPLY.
    _tos_fitting() {
        local member length=0 fit=
        for member in "$@"; do
            _tos_url "$member"
            (((length += ${#REPLY} + 3) > 60000)) && break
            fit+=,$member
        done
        REPLY=${fit#,}
    }

    # --- where, and when a command runs ------------------------------------------------------------------------------

    # Is expanded after a command was read and before it runs, in a process of its own.
    _tos_preexec() {
        local REPLY text number told=
        text=$(HISTTIMEFORMAT= builtin history 1)
        text=${text#"${text%%[! ]*}"}
        number=${text%%[!0-9]*}
        text=${text#"$number"}
        text=${text#\*}
        text=${text#"${text%%[! ]*}"}
        # A command that is kept out of the history must not be told as the one before it, nor a part as the whole.
        if [[ $number != "$_tos_history" ]] && ((${#text} <= 4096)); then
            _tos_url "$text"
            told=";cmdline_url=$REPLY"
        fi
        printf '\e]133;C%s;tos=%s\a' "$told" "$_tos_nonce"
    }

    # The first of PROMPT_COMMAND: the status is the command's.
    _tos_precmd() {
        local code=$?
        if [[ -n $_tos_running ]]; then
            printf '\e]133;D;%d;tos=%s\a' "$code" "$_tos_nonce" >/dev/tty
            _tos_running=
        fi
        [[ -n $_tos_banged ]] && set -H
        _tos_banged=
        _tos_continued=
        return "$code"
    }

    # The last of PROMPT_COMMAND: the prompt is as it will be.
    _tos_prompt() {
        local code=$? REPLY
        local mark='\[\e]133;B;tos='$_tos_nonce'\a\]'
        [[ $PS1 == *"$mark" ]] || PS1=${PS1//"$mark"}$mark
        [[ $PS0 == *"$_tos_ps0" ]] || PS0+=$_tos_ps0
        [[ $PS2 == *"$_tos_ps2" ]] || PS2+=$_tos_ps2
        if [[ $PWD != "$_tos_directory" ]]; then
            _tos_directory=$PWD
            _tos_url "$PWD"
            _tos_place="file://$HOSTNAME$REPLY#tos=$_tos_nonce"
        fi
        _tos_history=$((HISTCMD - 1))
        printf '\e]7;%s\a\e]133;A;tos=%s\a' "$_tos_place" "$_tos_nonce" >/dev/tty
        _tos_env
        return "$code"
    }

    # --- what is chosen of the environment ---------------------------------------------------------------------------

    _tos_chosen=(PATH VIRTUAL_ENV CONDA_DEFAULT_ENV KUBECONFIG AWS_PROFILE DOCKER_HOST)

    # All of them, whenever one has changed.
    _tos_env() {
        local REPLY name value branch= now
        local -a members=()
        _tos_branch
        now=$branch
        for name in "${_tos_chosen[@]}"; do
            now+=$'\n'${!name}
        done
        [[ $now == "$_tos_env_told" ]] && return
        _tos_env_told=$now
        if [[ -n $branch ]]; then
            _tos_json "$branch"
            members=("\"git_branch\":$REPLY")
        fi
        for name in "${_tos_chosen[@]}"; do
            value=${!name}
            if [[ -n $value ]] && ((${#value} <= 4096)); then
                _tos_json "$value"
                members+=("\"$name\":$REPLY")
            fi
        done
        _tos_fitting "${members[@]}"
        _tos_say env "{$REPLY}"
    }

    # The branch is read from the repository's HEAD; git itself would be a process.
    _tos_branch() {
        local directory=$PWD line head
        while true; do
            if [[ -d $directory/.git ]]; then
                head=$directory/.git/HEAD
                break
            elif [[ -f $directory/.git ]]; then
                read -r line <"$directory/.git"
                line=${line#gitdir: }
                [[ $line == /* ]] || line=$directory/$line
                head=$line/HEAD
                break
            fi
            [[ -n $directory ]] || return
            directory=${directory%/*}
        done
        [[ -r $head ]] && read -r line <"$head" && [[ $line == 'ref: refs/heads/'* ]] && branch=${line#ref: refs/heads/}
    }

    # --- what is asked of the shell, by keys that no keyboard has -----------------------------------------------------

    # Lines that were read already can only be given up, as Ctrl-C does.
    _tos_break() {
        [[ -n $_tos_continued ]] && kill -INT $$
    }

    # The text is to run as it stands, so `!` is no history expansion in it.
    _tos_literal() {
        [[ $- == *H* ]] || return
        _tos_banged=1
        set +H
    }

    _tos_suggest() {
        local REPLY text
        local -a members=()
        while IFS= read -r text; do
            text=${text#"${text%%[! ]*}"}
            text=${text#"${text%%[!0-9]*}"}
            text=${text#\*}
            text=${text#"${text%%[! ]*}"}
            [[ -n $text ]] && ((${#text} <= 512)) || continue
            _tos_json "$text"
            members=("{\"text\":$REPLY}" "${members[@]}")
        done < <(HISTTIMEFORMAT= builtin history 40)
        _tos_fitting "${members[@]}"
        _tos_say suggest "[$REPLY]"
    }

    _tos_listing() {
        local REPLY name kind truncated=false members= bytes=0 count=0
        for name in .[!.]* ..?* *; do
            [[ -e $name || -L $name ]] || continue
            _tos_url "$name"
            ((bytes += ${#REPLY} + 60))
            if ((bytes > 60000 || ++count > 1000)); then
                truncated=true
                break
            fi
            if [[ -L $name ]]; then kind=link
            elif [[ -d $name ]]; then kind=directory
            elif [[ -f $name ]]; then kind=file
            else kind=other
            fi
            _tos_json "$name"
            members+=",{\"name\":$REPLY,\"kind\":\"$kind\"}"
        done
        _tos_json "$PWD"
        _tos_say dir "{\"directory\":$REPLY,\"files\":[${members#,}],\"truncated\":$truncated}"
    }

    # What Bash's own completion would offer, found in a process of its own.
    _tos_matches() {
        local line=${READLINE_LINE:0:READLINE_POINT} word function
        read -ra COMP_WORDS <<<"$line"
        [[ $line == *[![:space:]] ]] || COMP_WORDS+=('')
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        COMP_LINE=$line
        COMP_POINT=${#line}
        word=${COMP_WORDS[COMP_CWORD]}
        if ((COMP_CWORD == 0)); then
            compgen -A command -- "$word"
            return
        fi
        function=$(_tos_completes "${COMP_WORDS[0]}")
        if [[ -z $function ]]; then
            # Bash-completion reads the file of a command when it is first completed.
            function=$(_tos_completes -D)
            if [[ -n $function ]]; then
                "$function" "${COMP_WORDS[0]}" "$word" "${COMP_WORDS[COMP_CWORD - 1]}"
                function=$(_tos_completes "${COMP_WORDS[0]}")
            fi
        fi
        COMPREPLY=()
        [[ -n $function ]] && "$function" "${COMP_WORDS[0]}" "$word" "${COMP_WORDS[COMP_CWORD - 1]}"
        ((${#COMPREPLY[@]})) || mapfile -t COMPREPLY < <(compgen -f -- "$word")
        printf '%s\n' "${COMPREPLY[@]}"
    }

    # The function that completes a command.
    _tos_completes() {
        local spec
        spec=$(complete -p "$1" 2>/dev/null) || return
        [[ $spec == *' -F '* ]] || return
        spec=${spec#* -F }
        printf %s "${spec%% *}"
    }

    _tos_complete() {
        local REPLY match text count=0
        local -a members=()
        while IFS= read -r match; do
            ((${#match} <= 255 && count++ < 100)) || continue
            _tos_json "$match"
            members+=("{\"text\":$REPLY}")
        done < <(_tos_matches 2>/dev/null </dev/null)
        _tos_json "${READLINE_LINE:0:READLINE_POINT}"
        text=$REPLY
        _tos_fitting "${members[@]}"
        _tos_say complete "{\"text\":$text,\"candidates\":[$REPLY]}"
    }

    # --- for the user --------------------------------------------------------------------------------------------------

    # Puts a command in the prompt.
    tos-stage() {
        local REPLY
        _tos_json "$*"
        _tos_say stage "{\"text\":$REPLY}"
    }

    # Shows JSON as the result of this command.
    tos-result() {
        local json=$1
        (($#)) || IFS= read -rd '' json
        _tos_say result "$json"
    }

    # Opens files where they are seen.
    _tos_open() {
        if ((!$#)); then
            printf 'open: which file?\n' >&2
            return 2
        fi
        local file failed=0
        for file in "$@"; do
            if [[ $file =~ ^[a-zA-Z][a-zA-Z0-9+.-]*:// || -z $TOS_SOCKET ]] || ! type -P tos-comp >/dev/null; then
                command xdg-open "$file" || failed=$?
            else
                [[ $file == /* ]] || file=$PWD/$file
                command tos-comp msg open "$file" || failed=$?
            fi
        done
        return "$failed"
    }

    # --- here we are ---------------------------------------------------------------------------------------------------

    # Runs when the user's files have been read.
    _tos_begin() {
        local REPLY map
        # The assignments happen in this shell, the command in one of its own.
        _tos_ps0='$(_tos_preexec)${_tos_void:((_tos_running=1)):0}'
        _tos_ps2='${_tos_void:((_tos_continued=1)):0}'
        if ((BASH_VERSINFO[0] > 5 || BASH_VERSINFO[0] == 5 && BASH_VERSINFO[1] >= 1)); then
            PROMPT_COMMAND=(_tos_precmd "${PROMPT_COMMAND[@]}" _tos_prompt)
        else
            PROMPT_COMMAND=_tos_precmd$'\n'"$PROMPT_COMMAND"$'\n'_tos_prompt
        fi
        for map in emacs-standard vi-insert vi-command; do
            bind -m "$map" -x '"\e[9001;11~": _tos_break'
            bind -m "$map" '"\e[9001;12~": kill-whole-line'
            bind -m "$map" -x '"\e[9001;13~": _tos_literal'
            bind -m "$map" '"\e[9001;14~": accept-line'
            bind -m "$map" '"\e[983041u": "\e[9001;11~\e[9001;12~"'
            bind -m "$map" '"\e[983042u": bracketed-paste-begin'
            bind -m "$map" '"\e[983043u": "\e[9001;13~\e[9001;14~"'
            bind -m "$map" -x '"\e[983044u": _tos_suggest'
            bind -m "$map" -x '"\e[983045u": _tos_listing'
            bind -m "$map" -x '"\e[983046u": _tos_complete'
        done
        # In the command mode of vi there is no typing.
        bind -m vi-command '"\e[983041u": "\e[9001;11~\e[9001;12~i"'
        if ! declare -F open >/dev/null && ! alias open &>/dev/null; then
            open() { _tos_open "$@"; }
        fi
        _tos_say ready "{\"shell\":\"bash\",\"version\":\"${BASH_VERSION%%(*}\"}"
    }
fi

[[ -r ~/.bashrc ]] && source ~/.bashrc
[[ -n $_tos_nonce ]] && _tos_begin
