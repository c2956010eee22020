"""A small editor of Qt 6: a menu, a text, a dialog for the name."""

import sys

from PyQt6.QtGui import QAction, QGuiApplication, QKeySequence
from PyQt6.QtWidgets import QApplication, QFileDialog, QMainWindow, QPlainTextEdit


class Editor(QMainWindow):
    def __init__(self):
        super().__init__()
        self.text = QPlainTextEdit()
        self.file = None
        self.setCentralWidget(self.text)
        menu = self.menuBar().addMenu("&File")
        for words, key, does in (
            ("&Save", QKeySequence.StandardKey.Save, self.save),
            ("&Quit", QKeySequence("Ctrl+Q"), self.close),
        ):
            action = QAction(words, self)
            action.setShortcut(key)
            action.triggered.connect(does)
            menu.addAction(action)

    def save(self):
        if self.file is None:
            name, _ = QFileDialog.getSaveFileName(self, options=QFileDialog.Option.DontUseNativeDialog)
            if not name:
                return
            self.file = name
        with open(self.file, "w", encoding="utf-8") as file:
            file.write(self.text.toPlainText())


application = QApplication(sys.argv)
QGuiApplication.setDesktopFileName("editor-qt6")
editor = Editor()
editor.show()
editor.text.setFocus()
sys.exit(application.exec())
