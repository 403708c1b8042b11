#!/usr/bin/env bash
# Unpacks DokuWiki from Debian's packages for the tests: dokuwiki.sh FOLDER. It installs nothing into the system. The folder can be moved.
set -euo pipefail
folder=$(cd "$1" && pwd)
packages="dokuwiki php-geshi libphp-simplepie php-phpseclib php-random-compat"

fail() { echo "error: $*" >&2; exit 1; }
command -v apt-get >/dev/null || fail "apt-get is missing; it downloads DokuWiki"
command -v dpkg-deb >/dev/null || fail "dpkg-deb is missing; it unpacks the packages"

mkdir "$folder/packages"
cd "$folder/packages"
# apt-get warns that its own user may not write here, and downloads anyway. The lists of packages may be missing or old.
apt-get download -qq $packages 2>/dev/null || {
    if [ "$(id -u)" = 0 ]; then apt-get update -qq; else sudo -n apt-get update -qq; fi && apt-get download -qq $packages 2>/dev/null
} || fail "apt-get cannot download $packages; can it reach its mirror?"
for package in *.deb; do dpkg-deb -x "$package" "$folder/root"; done
cd "$folder"
rm -r packages

# The packages refer to each other with absolute paths.
wiki=root/usr/share/dokuwiki
for link in tpl plugins; do
    rm -f "$wiki/lib/$link"
    ln -s "../../../../var/lib/dokuwiki/lib/$link" "$wiki/lib/$link"
done
sed -i "s#\$vendorDir \. '/usr/share#__DIR__ . '/../../../../../usr/share#; s#'/usr/share/php#__DIR__ . '/../../../../../usr/share/php#g" "$wiki"/vendor/composer/autoload_*.php
sed -i "s#'/usr/share/php#__DIR__ . '/../../../../usr/share/php#g" "$wiki/inc/load.php" "$wiki/inc/parserutils.php"

# Each test has its own settings and pages, in the folder of the variable DOKUWIKI_FOLDER.
cat > "$wiki/inc/preload.php" <<'PHP'
<?php
define('DOKU_CONF', getenv('DOKUWIKI_FOLDER') . '/conf/');
define('DOKU_MAIN_CONF', DOKU_CONF);
PHP
chmod -R u+rwX,go+rX root
