#!/usr/bin/env bash
# Lays out a DokuWiki for the tests, from the packages of Debian: dokuwiki.sh FOLDER. Nothing is installed, and the folder can be moved.
set -euo pipefail
folder=$(cd "$1" && pwd)
packages="dokuwiki php-geshi libphp-simplepie php-phpseclib php-random-compat"

fail() { echo "error: $*" >&2; exit 1; }
command -v apt-get >/dev/null || fail "the DokuWiki of the tests comes through apt-get, which is not there"
command -v dpkg-deb >/dev/null || fail "the packages are taken apart by dpkg-deb, which is not there"

mkdir "$folder/packages"
cd "$folder/packages"
# The user that apt-get downloads as may not write here, which it says and then downloads as it is; the lists may be missing or old.
apt-get download -qq $packages 2>/dev/null || {
    if [ "$(id -u)" = 0 ]; then apt-get update -qq; else sudo -n apt-get update -qq; fi && apt-get download -qq $packages 2>/dev/null
} || fail "apt-get cannot download $packages; does it reach its mirror?"
for package in *.deb; do dpkg-deb -x "$package" "$folder/root"; done
cd "$folder"
rm -r packages

# The packages name each other by absolute paths.
wiki=root/usr/share/dokuwiki
for link in tpl plugins; do
    rm -f "$wiki/lib/$link"
    ln -s "../../../../var/lib/dokuwiki/lib/$link" "$wiki/lib/$link"
done
sed -i "s#\$vendorDir \. '/usr/share#__DIR__ . '/../../../../../usr/share#; s#'/usr/share/php#__DIR__ . '/../../../../../usr/share/php#g" "$wiki"/vendor/composer/autoload_*.php
sed -i "s#'/usr/share/php#__DIR__ . '/../../../../usr/share/php#g" "$wiki/inc/load.php" "$wiki/inc/parserutils.php"

# Each test has settings and pages of its own, in a folder that it names.
cat > "$wiki/inc/preload.php" <<'PHP'
<?php
define('DOKU_CONF', getenv('DOKUWIKI_FOLDER') . '/conf/');
define('DOKU_MAIN_CONF', DOKU_CONF);
PHP
chmod -R u+rwX,go+rX root
