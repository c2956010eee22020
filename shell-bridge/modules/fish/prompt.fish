# Sourced by tos.fish whenever the prompt is somebody else's: the user's prompt, and behind it the mark where it ends.

function fish_prompt
    __tos_user_prompt
    printf '\e]133;B;tos=%s\a' $__tos_nonce
end
