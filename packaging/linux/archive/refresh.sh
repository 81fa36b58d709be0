#!/bin/sh
# Tells the desktop, where it has the tools for it, that the files in the folder $1 have changed.
if command -v update-desktop-database >/dev/null; then
    update-desktop-database "$1/applications" || true
fi
if command -v update-mime-database >/dev/null; then
    update-mime-database "$1/mime" || true
fi
if [ -e "$1/icons/hicolor/icon-theme.cache" ] && command -v gtk-update-icon-cache >/dev/null; then
    gtk-update-icon-cache -q -t -f "$1/icons/hicolor" || true
fi
