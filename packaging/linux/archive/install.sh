#!/bin/sh
# Puts Coterie into the menu of this desktop, for this person only. The program stays in this folder.
set -eu

here="$(cd "$(dirname "$0")" && pwd -P)"
data="${XDG_DATA_HOME:-$HOME/.local/share}"
bin="$HOME/.local/bin"

case "$here" in
    *[\"\`\$\\%]*) echo "Move this folder to a path without \" \` \$ \\ % first: $here" >&2; exit 1 ;;
esac

mkdir -p "$bin" "$data/applications" "$data/mime/packages"
if [ -e "$bin/coterie" ] && [ ! -L "$bin/coterie" ]; then
    echo "$bin/coterie is another program; it was left alone." >&2
else
    ln -sfn "$here/coterie" "$bin/coterie"
fi

# A menu does not look in ~/.local/bin, and a path may have spaces.
while IFS= read -r line; do
    case "$line" in
        Exec=coterie*) printf 'Exec="%s"%s\n' "$here/coterie" "${line#Exec=coterie}" ;;
        TryExec=*) printf 'TryExec=%s\n' "$here/coterie" ;;
        *) printf '%s\n' "$line" ;;
    esac
done <"$here/share/applications/coterie.desktop" >"$data/applications/coterie.desktop"

cp "$here/share/mime/packages/coterie.xml" "$data/mime/packages/coterie.xml"
(cd "$here/share/icons/hicolor" && find . -type f) | while IFS= read -r icon; do
    mkdir -p "$data/icons/hicolor/$(dirname "$icon")"
    cp "$here/share/icons/hicolor/$icon" "$data/icons/hicolor/$icon"
done

"$here/share/refresh.sh" "$data"
echo "Coterie is in the menu. To take it out again: $here/uninstall.sh"
case ":$PATH:" in
    *":$bin:"*) ;;
    *) echo "To type coterie in a terminal, add $bin to the PATH." ;;
esac
