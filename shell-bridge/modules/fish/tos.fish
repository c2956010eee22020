# Makes Fish speak the Shell API (SHELL-API.md). Fish sources this file after the user's own configuration.
#
# Nothing here starts a process, unless the user calls `open`. What is said goes to the terminal itself: an event may come
# while the output of a function is being captured.

status is-interactive; or exit
set -q TOS_NONCE; or exit

# Programs that run in this shell are not to know it.
set -g __tos_nonce $TOS_NONCE
set -e TOS_NONCE

# --- saying ------------------------------------------------------------------------------------------------------------

function __tos_say --argument-names verb json
    printf '\e]9001;%s;%s;%s\a' $verb $__tos_nonce (string escape --style=url -- $json) >/dev/tty
end

# A JSON string of each argument, one a line. Newlines go by another character for a while, as lines are what functions give.
function __tos_json
    set -l texts (string replace --all \n \x1e -- $argv)
    set texts (string replace --all \\ \\\\ -- $texts)
    set texts (string replace --all '"' \\'"' -- $texts)
    set texts (string replace --all \t \\t -- $texts)
    set texts (string replace --all \x1e \\n -- $texts)
    string replace --regex --all '[\x01-\x1f]' \uFFFD -- '"'$texts'"'
end

# An empty list gives an empty text, not none.
function __tos_joined
    string join , -- $argv | string collect --allow-empty
end

# As many as fit in a sequence.
function __tos_fitting
    set -l length 0
    set -l fit
    for member in $argv
        set length (math $length + (string length -- (string escape --style=url -- $member)) + 3)
        test $length -gt 60000; and break
        set -a fit $member
    end
    __tos_joined $fit
end

# --- where, and when a command runs ------------------------------------------------------------------------------------

function __tos_moved --on-variable PWD
    set -g __tos_place "file://$hostname"(string escape --style=url -- $PWD)"#tos=$__tos_nonce"
    set -g __tos_look_for_git
    printf '\e]7;%s\a' $__tos_place >/dev/tty
end

# Fish 4 would say the same without the nonce, unless there is a function of this name.
function __fish_update_cwd_osc
end

function __tos_preexec --on-event fish_preexec
    set -l told
    if test "$argv[1]" = "$__tos_padded"
        set argv[1] (string sub --end -1 -- "$argv[1]" | string collect)
    end
    set -e __tos_padded
    # Part of a command would be another command.
    if test (string length -- "$argv[1]") -le 4096
        set told ';cmdline_url='(string escape --style=url -- "$argv[1]")
    end
    string match --quiet --regex '\bgit\b' -- "$argv[1]"; and set -g __tos_look_for_git
    printf '\e]133;C%s;tos=%s\a' "$told" $__tos_nonce >/dev/tty
end

function __tos_postexec --on-event fish_postexec
    printf '\e]133;D;%d;tos=%s\a' $status $__tos_nonce >/dev/tty
    # What is put into the command line here is in it at the next prompt.
    if set -q __tos_aside
        commandline --replace -- $__tos_aside
        commandline --cursor $__tos_aside_cursor
        set -e __tos_aside
    end
end

# After Ctrl-C there is a prompt, and no word of it.
function __tos_cancelled --on-event fish_cancel
    printf '\e]133;A;tos=%s\a' $__tos_nonce >/dev/tty
end

function __tos_prompt --on-event fish_prompt
    # A loop may have moved more often than can be heard, so the last word is here.
    printf '\e]7;%s\a\e]133;A;tos=%s\a' $__tos_place $__tos_nonce >/dev/tty
    __tos_env
    __tos_mark_prompt
end

# The end of the prompt is where the user's own prompt function ends.
function __tos_mark_prompt
    test "$__tos_own_prompt" = (functions --details fish_prompt); and return
    functions --erase __tos_user_prompt
    functions --copy fish_prompt __tos_user_prompt
    source $__tos_prompt_file
    set -g __tos_own_prompt (functions --details fish_prompt)
end

# --- what is chosen of the environment ---------------------------------------------------------------------------------

set -g __tos_chosen PATH VIRTUAL_ENV CONDA_DEFAULT_ENV KUBECONFIG AWS_PROFILE DOCKER_HOST

# All of them, whenever one has changed.
function __tos_env
    __tos_branch
    set -l now "$__tos_git_branch"
    for name in $__tos_chosen
        set now $now "$$name"
    end
    test "$now" = "$__tos_env_told"; and return
    set -g __tos_env_told $now
    set -l members
    test -n "$__tos_git_branch"; and set members '"git_branch":'(__tos_json $__tos_git_branch)
    for name in $__tos_chosen
        set -q $name; or continue
        # The lists of Fish are joined with colons for everybody else.
        set -l value (string join : -- $$name)
        test (string length -- "$value") -le 4096; and set -a members '"'$name'":'(__tos_json "$value")
    end
    __tos_say env '{'(__tos_fitting $members)'}'
end

# The branch is read from the repository's HEAD; git itself would be a process.
function __tos_branch
    if set -q __tos_look_for_git
        set -e __tos_look_for_git
        set -g __tos_git_head
        set -l directory $PWD
        while true
            if test -d $directory/.git
                set __tos_git_head $directory/.git/HEAD
                break
            else if test -f $directory/.git
                read --local line <$directory/.git
                set -l elsewhere (string replace 'gitdir: ' '' -- $line)
                string match --quiet '/*' -- $elsewhere; or set elsewhere $directory/$elsewhere
                set __tos_git_head $elsewhere/HEAD
                break
            end
            test -n "$directory"; or break
            set directory (string replace --regex '/[^/]*$' '' -- $directory)
        end
    end
    set -g __tos_git_branch
    test -n "$__tos_git_head" -a -r "$__tos_git_head"; or return
    read --local line <$__tos_git_head
    string match --quiet 'ref: refs/heads/*' -- $line; and set __tos_git_branch (string replace 'ref: refs/heads/' '' -- $line)
end

# --- what is asked of the shell, by keys that no keyboard has ------------------------------------------------------------

# What stands half typed is put aside until the next prompt.
function __tos_clear
    commandline --paging-mode; and commandline --function cancel
    set -l line (commandline | string collect)
    if test -n "$line"
        set -g __tos_aside $line
        set -g __tos_aside_cursor (commandline --cursor)
    end
    commandline --replace ''
    switch "$fish_key_bindings"
        case fish_default_key_bindings ''
            set fish_bind_mode default
        case '*'
            set fish_bind_mode insert
    end
end

function __tos_paste
    set -g __tos_mode $fish_bind_mode
    set fish_bind_mode tos_paste
end

function __tos_pasted
    set fish_bind_mode $__tos_mode
end

# An abbreviation is expanded where the cursor touches it. The text is to run as it stands, so a space is between.
function __tos_run
    commandline --cursor 1000000
    if not string match --quiet '*\\\\' -- (commandline | string collect)
        commandline --insert ' '
        set -g __tos_padded (commandline | string collect)
    end
    commandline --function execute
end

function __tos_suggest
    set -l commands
    for command in (history search --max=40 --null | string split0)
        test (string length -- "$command") -le 512; and set -a commands $command
    end
    set -l members
    for text in (__tos_json $commands)
        set -a members '{"text":'$text'}'
    end
    __tos_say suggest '['(__tos_fitting $members)']'
end

function __tos_listing
    set -l members
    set -l bytes 0
    set -l truncated false
    for name in .* *
        set bytes (math $bytes + (string length -- (string escape --style=url -- $name)) + 60)
        if test $bytes -gt 60000 -o (count $members) -ge 1000
            set truncated true
            break
        end
        set -l kind other
        if test -L $name
            set kind link
        else if test -d $name
            set kind directory
        else if test -f $name
            set kind file
        end
        set -a members '{"name":'(__tos_json $name)',"kind":"'$kind'"}'
    end
    __tos_say dir '{"directory":'(__tos_json $PWD)',"files":['(__tos_joined $members)'],"truncated":'$truncated'}'
end

function __tos_complete
    set -l text (commandline --cut-at-cursor | string collect)
    set -l members
    for line in (complete --escape "--do-complete=$text")[1..100]
        set -l parts (string split --max 1 \t -- $line)
        test (string length -- "$parts[1]") -le 255; or continue
        set -a members '{"text":'(__tos_json "$parts[1]")',"description":'(__tos_json (string sub --length 100 -- "$parts[2]"))'}'
    end
    __tos_say complete '{"text":'(__tos_json "$text")',"candidates":['(__tos_fitting $members)']}'
end

for mode in default insert visual replace replace_one paste
    bind --mode $mode \e'[983041u' __tos_clear
    bind --mode $mode \e'[983042u' __tos_paste
    bind --mode $mode \e'[983043u' __tos_run
    bind --mode $mode \e'[983044u' __tos_suggest
    bind --mode $mode \e'[983045u' __tos_listing
    bind --mode $mode \e'[983046u' __tos_complete
end
# Everything is text until the paste ends; Fish's own paste would drop a space at the beginning.
bind --mode tos_paste '' self-insert
for key in \t \n
    bind --mode tos_paste $key 'commandline --insert '(string escape -- $key)
end
bind --mode tos_paste \e'[983047u' __tos_pasted
# If the end never comes.
bind --mode tos_paste \cc '__tos_pasted; commandline --function cancel-commandline'

# --- for the user --------------------------------------------------------------------------------------------------------

function tos-stage --description 'Put a command in the prompt'
    __tos_say stage '{"text":'(__tos_json "$argv")'}'
end

function tos-result --argument-names json --description 'Show JSON as the result of this command'
    if test -z "$json"
        read --null json
    end
    __tos_say result "$json"
end

# Fish has one, which a user's own goes before.
if string match --quiet -- "$__fish_data_dir/*" (functions --details open); or not functions --query open
    function open --description 'Open files where they are seen'
        set -q argv[1]; or begin
            echo 'open: which file?' >&2
            return 2
        end
        set -l failed 0
        for file in $argv
            if string match --quiet --regex '^[a-zA-Z][a-zA-Z0-9+.-]*://' -- $file; or not set -q TOS_SOCKET; or not command --query tos-comp
                command xdg-open $file; or set failed $status
            else
                command tos-comp msg open (path resolve -- $file); or set failed $status
            end
        end
        return $failed
    end
end

# --- here we are -----------------------------------------------------------------------------------------------------------

set -g __tos_prompt_file (status dirname)/prompt.fish
__tos_say ready '{"shell":"fish","version":"'$version'"}'
__tos_moved
