#!/bin/sh
# Not yet run: steps for macOS 13 or later with Xcode's command line tools.
# Makes dist/Coterie.app out of dist/coterie (`make bundle`), signs it, puts it into a .dmg and has
# that notarised. Without SIGN_AS it is signed for this computer only and not notarised.
#   VERSION=0.1.0 SIGN_AS="Developer ID Application: NAME (TEAM)" NOTARY_PROFILE=coterie \
#       sh packaging/macos/make_dmg.sh
# The profile is made once: xcrun notarytool store-credentials coterie --apple-id … --team-id …
set -eu

here="$(cd "$(dirname "$0")" && pwd)"
checkout="$(cd "$here/../.." && pwd)"
: "${VERSION:?Give the version: VERSION=0.1.0}"
sign_as="${SIGN_AS:--}"
app="$checkout/dist/Coterie.app"
dmg="$checkout/dist/coterie-$VERSION-macos-$(uname -m).dmg"

# The icon, from the drawings that packaging/linux/icons.py makes.
icons="$(mktemp -d)/coterie.iconset"
mkdir "$icons"
for size in 16 32 128 256 512; do
    cp "$checkout/assets/app-icon/coterie-$size.png" "$icons/icon_${size}x${size}.png"
done
mkdir -p "$checkout/build"
iconutil --convert icns --output "$checkout/build/coterie.icns" "$icons"

python3 "$here/make_app.py" "$checkout/dist/coterie" "$VERSION" "$checkout/dist"

# From the inside out: libraries, then the second program, then the whole.
find "$app/Contents/Frameworks" -type f \( -name '*.so' -o -name '*.dylib' -o -perm -u+x \) -print0 |
    xargs -0 codesign --force --timestamp --options runtime --sign "$sign_as"
codesign --force --timestamp --options runtime --entitlements "$here/entitlements.plist" \
    --sign "$sign_as" "$app/Contents/MacOS/coterie-part"
codesign --force --timestamp --options runtime --entitlements "$here/entitlements.plist" \
    --sign "$sign_as" "$app"
codesign --verify --strict --verbose=2 "$app"

folder="$(mktemp -d)"
cp -R "$app" "$folder/"
ln -s /Applications "$folder/Applications"
rm -f "$dmg"
hdiutil create -volname Coterie -srcfolder "$folder" -format UDZO "$dmg"

if [ "$sign_as" != - ]; then
    codesign --timestamp --sign "$sign_as" "$dmg"
    xcrun notarytool submit "$dmg" --keychain-profile "${NOTARY_PROFILE:-coterie}" --wait
    xcrun stapler staple "$dmg"
    spctl --assess --type open --context context:primary-signature --verbose "$dmg"
fi
echo "$dmg"
