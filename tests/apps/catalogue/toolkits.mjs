// The toolkits' own shows of what they have.

export default [
    {
        name: "gtk3-widget-factory",
        packages: ["gtk-3-examples"],
        command: "gtk3-widget-factory",
        id: /widget-factory/i,
        quick: true,
        async drive(trial) {
            await trial.fills();
            await trial.menu(() => trial.click(470, 250));
            await trial.tries("typing", async () => {
                await trial.click(150, 250);
                await trial.keyboard.press("Control+a");
                await trial.keyboard.type("Grüße");
                await trial.holds("Grüße");
            });
            await trial.takes("pasted: äß 日本");
            await trial.dialog(() => trial.click(470, 338));
            await trial.resizes();
            await trial.closes(() => trial.keyboard.press("Meta+w"));
        },
    },
    {
        name: "gtk4-demo",
        packages: ["gtk-4-examples"],
        command: "gtk4-demo",
        id: /gtk4-demo|Demo4/i,
        quick: true,
        async drive(trial) {
            await trial.fills();
            await trial.menu(() => trial.click(-71, 23));
            await trial.tries("typing", async () => {
                await trial.keyboard.press("Control+f");
                await trial.settles();
                await trial.keyboard.type("dialogs");
                await trial.settles();
                await trial.holds("dialogs");
            });
            await trial.takes("äß 日本");
            await trial.keyboard.press("Escape");
            await trial.resizes();
            await trial.closes(() => trial.keyboard.press("Meta+w"));
        },
    },
];
