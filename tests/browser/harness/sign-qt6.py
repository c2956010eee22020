"""A sign in the tray, of Qt 6, with a menu. Says as JSON what is done to it."""

import json
import sys

from PyQt6.QtGui import QAction, QColor, QIcon, QPixmap
from PyQt6.QtWidgets import QApplication, QMenu, QSystemTrayIcon


def say(what):
    print(json.dumps({"sign": what}), flush=True)


def icon(colour):
    pixmap = QPixmap(64, 64)
    pixmap.fill(QColor(colour))
    return QIcon(pixmap)


application = QApplication(sys.argv)
application.setApplicationName("sign-qt6")
application.setQuitOnLastWindowClosed(False)

menu = QMenu()
mute = QAction("&Mute", menu)
mute.setCheckable(True)
mute.toggled.connect(lambda on: say(f"mute {on}"))
menu.addAction(mute)
menu.addSeparator()
never = QAction("Never", menu)
never.setEnabled(False)
menu.addAction(never)
more = menu.addMenu("More")
turn = QAction("Turn blue", more)
more.addAction(turn)
end = QAction("Quit", more)
more.addAction(end)

sign = QSystemTrayIcon(icon("#ff0000"))
sign.setToolTip("Post office")
sign.setContextMenu(menu)
sign.activated.connect(lambda why: say(f"activated {why.name}"))


def turns():
    sign.setIcon(icon("#0000ff"))
    sign.setToolTip("Post office, closed")
    say("blue")


turn.triggered.connect(turns)
end.triggered.connect(application.quit)
sign.show()
say("shown")
sys.exit(application.exec())
