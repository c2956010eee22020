// Editors of GTK and Qt: what is typed and pasted comes back by Save, and by the clipboard.

/**
 * Types, copies, pastes, saves under a name that its dialog asks for, resizes, closes.
 * @param {import("../trial.mjs").Trial} trial
 */
async function edits(trial, quits = "Control+q") {
    const saved = trial.file("letter.txt");
    // After a menu the keyboard stays with what opened it.
    await trial.click(600, 300);
    await trial.types("Grüße from outside");
    await trial.takes("pasted: äß 日本");
    await trial.dialog(() => trial.keyboard.press("Control+s"), () => writesName(trial, saved));
    await trial.tries("shortcuts", async () => {
        await trial.keyboard.press("Control+s");
        await trial.contains(saved, "pasted: äß 日本");
    });
    await trial.resizes();
    await trial.closes(() => trial.keyboard.press(quits));
}

/**
 * GTK's dialog and Qt's both begin with the name selected. Qt completes it in a list that comes and goes with each letter,
 * and a key that is on its way to a list that goes is lost: the name comes in one go.
 */
async function writesName(trial, file) {
    await trial.keyboard.press("Control+a");
    await trial.pastes(file);
    await trial.settles();
    await trial.keyboard.press("Enter");
}

export default [
    {
        name: "gnome-text-editor",
        packages: ["gnome-text-editor", "adwaita-icon-theme"],
        command: "gnome-text-editor",
        args: ["--standalone"],
        id: /TextEditor|text-editor/i,
        async drive(trial) {
            await trial.fills();
            await trial.menu(() => trial.keyboard.press("F10"));
            await edits(trial, "Meta+w");
        },
    },
    {
        name: "featherpad (Qt 5)",
        packages: ["featherpad", "qtwayland5"],
        command: "featherpad",
        args: ["--standalone"],
        id: /featherpad/i,
        quick: true,
        async drive(trial) {
            await trial.fills();
            await trial.menu(() => trial.keyboard.press("Alt+f"));
            await edits(trial);
        },
    },
    {
        name: "kate (Qt 5)",
        packages: ["kate", "qtwayland5"],
        command: "kate",
        args: ["--startanon"],
        id: /kate/i,
        async drive(trial) {
            await trial.fills();
            await trial.keyboard.press("Control+n");
            await trial.settles();
            await trial.menu(() => trial.keyboard.press("Alt+f"));
            await edits(trial);
        },
    },
    {
        name: "a PyQt 6 editor",
        packages: ["python3-pyqt6", "qt6-wayland"],
        command: "/usr/bin/python3",
        args: [new URL("../editor-qt6.py", import.meta.url).pathname],
        id: /editor-qt6/i,
        quick: true,
        async drive(trial) {
            await trial.fills();
            await trial.menu(() => trial.keyboard.press("Alt+f"));
            await edits(trial);
        },
    },
];
