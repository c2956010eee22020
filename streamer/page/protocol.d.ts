// Generated from streamer/src/protocol.rs. Do not edit: `TOS_UPDATE=1 cargo test -p streamer typescript` writes it anew.

/**
 * A message from a page.
 */
export type FromPage = { "t": "motion",
/**
 * Normalised.
 */
x: number,
/**
 * Normalised.
 */
y: number,
/**
 * Order on the unordered channel.
 */
seq: number, } | { "t": "relative",
/**
 * Logical pixels.
 */
dx: number,
/**
 * Logical pixels.
 */
dy: number,
/**
 * Order on the unordered channel, shared with `motion`.
 */
seq: number, } | { "t": "button",
/**
 * DOM `MouseEvent.button`: 0 left, 1 middle, 2 right, 3 back, 4 forward.
 */
button: number,
/**
 * Down or up.
 */
pressed: boolean,
/**
 * Normalised; absent while the pointer is locked.
 */
x?: number | null,
/**
 * Normalised; absent while the pointer is locked.
 */
y?: number | null,
/**
 * Names the input for [`ToPage::Marker`].
 */
id: number, } | { "t": "wheel",
/**
 * Logical pixels to the right.
 */
dx: number,
/**
 * Logical pixels down.
 */
dy: number,
/**
 * 120ths of a notch to the right; 0 when unknown.
 */
v120_x: number,
/**
 * 120ths of a notch down; 0 when unknown.
 */
v120_y: number,
/**
 * What it came from.
 */
source: WheelSource,
/**
 * The fingers were lifted: kinetic scrolling may begin.
 */
stop: boolean, } | { "t": "key",
/**
 * `KeyboardEvent.code`, such as `KeyA`.
 */
code: string,
/**
 * Down or up. Repeats are not sent: clients repeat by themselves.
 */
pressed: boolean,
/**
 * Names the input for [`ToPage::Marker`].
 */
id: number, } | { "t": "text",
/**
 * At most [`MAX_TEXT`] bytes.
 */
text: string, } | { "t": "touch",
/**
 * At most [`MAX_TOUCHES`].
 */
points: Array<TouchPoint>,
/**
 * Names the input for [`ToPage::Marker`].
 */
id: number, } | { "t": "pinch",
/**
 * Begin, update, end or cancel.
 */
phase: Phase,
/**
 * How many.
 */
fingers: number,
/**
 * Movement of the centre since the last message, logical pixels.
 */
dx: number,
/**
 * Movement of the centre since the last message, logical pixels.
 */
dy: number,
/**
 * Distance between the fingers over that at the beginning.
 */
scale: number,
/**
 * Degrees clockwise since the last message.
 */
rotation: number, } | { "t": "swipe",
/**
 * Begin, update, end or cancel.
 */
phase: Phase,
/**
 * How many.
 */
fingers: number,
/**
 * Movement since the last message, logical pixels.
 */
dx: number,
/**
 * Movement since the last message, logical pixels.
 */
dy: number, } | { "t": "pen",
/**
 * What it does.
 */
phase: PenPhase,
/**
 * Normalised.
 */
x: number,
/**
 * Normalised.
 */
y: number,
/**
 * 0 to 1.
 */
pressure: number,
/**
 * Degrees from upright, -90 to 90, to the right.
 */
tilt_x: number,
/**
 * Degrees from upright, -90 to 90, towards the user.
 */
tilt_y: number,
/**
 * It is the pen's other end, which erases.
 */
eraser: boolean, } | { "t": "resize",
/**
 * Physical pixels.
 */
width: number,
/**
 * Physical pixels.
 */
height: number,
/**
 * Physical pixels per logical pixel (`devicePixelRatio`).
 */
scale: number, } | { "t": "blur" } | { "t": "leave_lock" } | { "t": "clipboard",
/**
 * Plain text; empty where there is none, or it is one of `more`.
 */
text: string,
/**
 * Names it when one of `more` is asked for.
 */
offer: number,
/**
 * What else it is there as, to be had with [`ToPage::ClipboardWanted`]; at most [`MAX_FORMS`].
 */
more: Array<ClipboardForm>, } | { "t": "file_drag",
/**
 * Still, or no longer.
 */
over: boolean,
/**
 * Normalised.
 */
x: number,
/**
 * Normalised.
 */
y: number, } | { "t": "file_drop",
/**
 * Where they were let go, normalised.
 */
x: number,
/**
 * Where they were let go, normalised.
 */
y: number,
/**
 * As they are called now; at most [`MAX_DROPPED`], of at most 255 bytes each.
 */
names: Array<string>, } | { "t": "layout",
/**
 * Such as `us` or `de,ru`.
 */
layout: string,
/**
 * Such as `neo`; empty for the plain one.
 */
variant: string, } | { "t": "activate",
/**
 * Of the node.
 */
id: string,
/**
 * What the secondary button does.
 */
secondary: boolean, } | { "t": "focus_node",
/**
 * Of the node.
 */
id: string, } | { "t": "command",
/**
 * One JSON object of at most [`MAX_COMMAND`] bytes; what it means, only the session knows.
 */
command: Record<string, unknown>, } | { "t": "stage",
/**
 * Comes back in the answer.
 */
ask: number,
/**
 * One line. What cannot be staged is refused with the reason.
 */
text: string,
/**
 * In whose terminal it is to run; that of the focused pane where none is named.
 */
sector?: number | null, } | { "t": "commit",
/**
 * Comes back in the answer.
 */
ask: number,
/**
 * Of the staged text, at most [`MAX_STAGED_NAME`] bytes.
 */
id: string,
/**
 * SHA-256 of the text that was shown, in hexadecimal digits, at most [`MAX_STAGED_NAME`] bytes.
 */
hash: string,
/**
 * Somebody confirmed it, where it is dangerous; takes the role admin.
 */
confirm: boolean,
/**
 * What the portal gave for it, at most [`MAX_PROOF`] bytes; see [`ToPage::StepUp`].
 */
proof?: string | null, } | { "t": "discard",
/**
 * Comes back in the answer.
 */
ask: number,
/**
 * Of the staged text, at most [`MAX_STAGED_NAME`] bytes.
 */
id: string, } | { "t": "reduced_motion",
/**
 * `prefers-reduced-motion: reduce`.
 */
on: boolean, } | { "t": "ping",
/**
 * Comes back.
 */
id: number, };

/**
 * A message to a page.
 */
export type ToPage = { "t": "hello",
/**
 * Of tos-comp.
 */
version: string,
/**
 * Of this viewer.
 */
role: Role,
/**
 * Layout in force, as XKB names it.
 */
layout: string,
/**
 * The picture's number; the first is 0. `?output=` and this number show it to another page.
 */
output: number, } | { "t": "size",
/**
 * Physical pixels.
 */
width: number,
/**
 * Physical pixels.
 */
height: number,
/**
 * Physical pixels per logical pixel.
 */
scale: number, } | { "t": "cursor",
/**
 * Which.
 */
cursor: CursorImage, } | { "t": "pointer_lock",
/**
 * Locked.
 */
locked: boolean, } | { "t": "caret",
/**
 * Something told. Else the rest means nothing.
 */
known: boolean,
/**
 * Logical pixels of the picture.
 */
x: number,
/**
 * Logical pixels of the picture.
 */
y: number,
/**
 * Logical pixels of the picture.
 */
w: number,
/**
 * Logical pixels of the picture.
 */
h: number, } | { "t": "semantics",
/**
 * These are all the nodes there are; else each takes the place of the one with its `id`.
 */
whole: boolean,
/**
 * More of the same follows; until then nothing is to be shown.
 */
more: boolean,
/**
 * At most [`MAX_NODES`] with all that follow.
 */
nodes: Array<SemanticNode>, } | { "t": "clipboard",
/**
 * Plain text; empty where there is none, or it is one of `more`.
 */
text: string,
/**
 * Names it when one of `more` is fetched.
 */
offer: number,
/**
 * What else it is there as, to be fetched over HTTP.
 */
more: Array<ClipboardForm>, } | { "t": "clipboard_wanted",
/**
 * Names the answer.
 */
ask: number,
/**
 * As the page named it.
 */
offer: number,
/**
 * What it is wanted as.
 */
form: ClipboardForm, } | { "t": "pong",
/**
 * As it came.
 */
id: number, } | { "t": "marker",
/**
 * Of the input message.
 */
id: number,
/**
 * 90 kHz, as `requestVideoFrameCallback` shows it.
 */
rtp: number, } | { "t": "stats",
/**
 * `H264` or `VP8`, and who encodes it.
 */
encoder: string,
/**
 * Frames drawn in the last second, of all outputs.
 */
drawn: number,
/**
 * Frames encoded in the last second.
 */
encoded: number,
/**
 * Damages that waited because an encoder was busy, last second, of all outputs.
 */
deferred: number,
/**
 * Median of the encoder's time in the last second, milliseconds.
 */
encode_ms: number,
/**
 * What the congestion controller allows, bits a second.
 */
target_bitrate: number,
/**
 * Viewers of this output.
 */
viewers: number, } | { "t": "staging",
/**
 * As it came.
 */
ask: number,
/**
 * What is to be said about a text that was staged.
 */
staged?: StagedText,
/**
 * Why it was not done.
 */
refused?: StagingRefused, } | { "t": "step_up",
/**
 * Of the staged text.
 */
id: string,
/**
 * SHA-256 of the text, in hexadecimal digits.
 */
hash: string, } | { "t": "download",
/**
 * Relative to the page; good once, and not for long.
 */
url: string, } | { "t": "portal" } | { "t": "notice",
/**
 * How urgent.
 */
level: NoticeLevel,
/**
 * Plain text.
 */
text: string, } | { "t": "bye",
/**
 * Plain text.
 */
reason: string, };

/**
 * What the page should draw for the pointer.
 */
export type CursorImage = { "kind": "hidden" } | { "kind": "named",
/**
 * Such as `text` or `grab`.
 */
name: string, } | { "kind": "image",
/**
 * A PNG, Base64.
 */
png: string,
/**
 * Physical pixels of the picture.
 */
width: number,
/**
 * Physical pixels of the picture.
 */
height: number,
/**
 * The hot spot, physical pixels from the left.
 */
hotspot_x: number,
/**
 * The hot spot, physical pixels from the top.
 */
hotspot_y: number,
/**
 * Physical pixels of the picture per logical pixel.
 */
scale: number, };

/**
 * One part of the picture that says or does something.
 */
export type SemanticNode = {
/**
 * Names it, as long as it is the same part.
 */
id: string,
/**
 * As WAI-ARIA names it, such as `button`.
 */
role: string,
/**
 * What it is called.
 */
name: string,
/**
 * What it says beside its name: a reading, a badge, the text in a box.
 */
value?: string,
/**
 * Logical pixels from the left edge of the picture.
 */
x: number,
/**
 * Logical pixels from the top edge of the picture.
 */
y: number,
/**
 * Logical pixels.
 */
w: number,
/**
 * Logical pixels.
 */
h: number,
/**
 * The node that it is part of: an earlier one.
 */
parent?: string,
/**
 * It cannot be used now.
 */
disabled?: boolean,
/**
 * It is the chosen one of its row.
 */
selected?: boolean,
/**
 * The desktop's keyboard is here.
 */
focused?: boolean,
/**
 * What it opens is open.
 */
expanded?: boolean,
/**
 * Nothing outside of it can be used while it is there.
 */
modal?: boolean,
/**
 * Pressing it does something.
 */
actionable?: boolean,
/**
 * So does a long press, or the secondary button.
 */
menu?: boolean, };

/**
 * What is to be said about a staged text.
 */
export type StagedText = {
/**
 * Names it.
 */
id: string,
/**
 * What would run.
 */
text: string,
/**
 * SHA-256 of the text, in hexadecimal digits.
 */
hash: string,
/**
 * `safe`, `caution`, `danger` or `refused`.
 */
class: string,
/**
 * Why it is of that class, the most serious first.
 */
reasons: Array<string>,
/**
 * What is known of what it would do.
 */
details: Array<StagedDetail>,
/**
 * In how many seconds it cannot be committed any more.
 */
expires_in: number, };

/**
 * A line about a staged text.
 */
export type StagedDetail = {
/**
 * Such as `WHERE`.
 */
label: string,
/**
 * Such as `/home/ada/projects`.
 */
text: string, };

/**
 * Why something about a staged text was not done.
 */
export type StagingRefused = {
/**
 * For programs, such as `expired`.
 */
reason: string,
/**
 * For people.
 */
message: string, };

/**
 * What something copied is there as.
 */
export type ClipboardForm = "text" | "html" | "png";

/**
 * One finger of a touch message.
 */
export type TouchPoint = {
/**
 * Names the finger for as long as it touches; the page reuses small numbers.
 */
id: number,
/**
 * What it does.
 */
phase: Phase,
/**
 * Normalised.
 */
x: number,
/**
 * Normalised.
 */
y: number, };

/**
 * A phase of a touch point or a gesture.
 */
export type Phase = "begin" | "update" | "end" | "cancel";

/**
 * What a pen does.
 */
export type PenPhase = "hover" | "down" | "move" | "up" | "leave";

/**
 * What the wheel event came from, as `wl_pointer.axis_source` tells it.
 */
export type WheelSource = "wheel" | "finger";

/**
 * How urgent a notice is.
 */
export type NoticeLevel = "info" | "warning";

/**
 * What a viewer may do.
 */
export type Role = "view" | "control" | "admin";
