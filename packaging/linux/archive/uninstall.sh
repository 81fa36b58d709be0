#!/bin/sh
# Takes Coterie out of the menu again, and asks what of its data is to go. It ends by naming this
# folder, which is then all that is left.
set -eu

here="$(cd "$(dirname "$0")" && pwd -P)"
data="${XDG_DATA_HOME:-$HOME/.local/share}"
bin="$HOME/.local/bin"

if [ -t 0 ]; then
    "$here/coterie" remove-data || echo "What Coterie keeps was left as it is." >&2
else
    echo "There is no terminal to ask on: models, chats and settings stay."
fi

if [ "$(readlink "$bin/coterie" || true)" = "$here/coterie" ]; then
    rm -f "$bin/coterie"
fi
# Another copy of Coterie may be the one in the menu.
if grep -qsF "Exec=\"$here/coterie\"" "$data/applications/coterie.desktop"; then
    rm -f "$data/applications/coterie.desktop" "$data/mime/packages/coterie.xml"
    (cd "$here/share/icons/hicolor" && find . -type f) | while IFS= read -r icon; do
        rm -f "$data/icons/hicolor/$icon"
    done
    "$here/share/refresh.sh" "$data"
fi

echo "Coterie is no longer in the menu. The program itself is in this folder: $here"
