#!/usr/bin/env bash
# Unpacks MediaWiki for the tests: mediawiki.sh FOLDER. It installs nothing into the system, and the folder can be moved. Each test copies
# `data`, gives the path and the address of the copy in the environment, and serves `program` with PHP.
set -euo pipefail
folder=$1

fail() { echo "error: $*" >&2; exit 1; }
fetch() { (cd "$folder/packages" && apt-get download -q mediawiki mediawiki-classes >"$folder/packages/log" 2>&1); }
# Without root or sudo the lists of packages cannot be updated, but often they are up to date.
update() { if [ "$(id -u)" = 0 ]; then apt-get update -qq; else sudo -n apt-get update -qq; fi; }

mkdir -p "$folder/packages" "$folder/data/images" "$folder/data/cache"
command -v apt-get >/dev/null || fail "apt-get is missing; it downloads MediaWiki"
fetch || { update && fetch; } || { cat "$folder/packages/log" >&2; fail "apt-get cannot download the package mediawiki"; }
for package in "$folder"/packages/*.deb; do dpkg -x "$package" "$folder/unpacked"; done
mv "$folder/unpacked/usr/share/mediawiki" "$folder/program"
rm -rf "$folder/packages" "$folder/unpacked"

cd "$folder/program"
# These links refer to folders of the system. The tests need only two extensions and one skin.
rm -f LocalSettings.php config extensions images
mkdir extensions
mv extensions-core/Cite extensions-core/SyntaxHighlight_GeSHi extensions/
rm -rf extensions-core skins/MinervaNeue skins/MonoBook skins/Timeless tests docs

export STORYBANK_TEST_WIKI="$folder/data" STORYBANK_TEST_ADDRESS=http://127.0.0.1
attempt() { php "$@" >>"$folder/install.log" 2>&1 || { cat "$folder/install.log" >&2; fail "MediaWiki cannot be set up"; }; }
attempt maintenance/install.php --dbtype=sqlite --dbpath="$folder/data" --dbname=wiki --server="$STORYBANK_TEST_ADDRESS" --scriptpath= \
    --lang=en --pass=Secret-Passw0rd-1 'Story Wiki' Admin

# The installer's settings contain the paths of this folder. These settings contain no paths.
rm LocalSettings.php
cat >"$folder/data/LocalSettings.php" <<'SETTINGS'
<?php
$wgSitename = 'Story Wiki';
$wgServer = getenv( 'STORYBANK_TEST_ADDRESS' );
$wgScriptPath = '';
$wgDBtype = 'sqlite';
$wgDBname = 'wiki';
$wgSQLiteDataDir = getenv( 'STORYBANK_TEST_WIKI' );
$wgMainCacheType = CACHE_NONE;
$wgLocalisationCacheConf['store'] = 'array';
$wgLocalisationCacheConf['storeDirectory'] = "$wgSQLiteDataDir/cache";
$wgEnableUploads = true;
$wgUploadDirectory = "$wgSQLiteDataDir/images";
$wgUploadPath = '/img_auth.php';
$wgDiff3 = '/usr/bin/diff3';
$wgLanguageCode = 'en';
$wgLocaltimezone = 'UTC';
# This need not be secret: the wiki exists only during a test, on this machine.
$wgSecretKey = 'tests';
$wgJobRunRate = 0;
$wgPygmentizePath = false;
$wgGroupPermissions['*']['edit'] = false;
$wgGroupPermissions['*']['createaccount'] = false;
wfLoadSkin( 'Vector' );
wfLoadExtension( 'Cite' );
wfLoadExtension( 'SyntaxHighlight_GeSHi' );
SETTINGS
export MW_CONFIG_FILE="$folder/data/LocalSettings.php"
attempt maintenance/createBotPassword.php --appid publisher \
    --grants basic,editpage,createeditmovepage,uploadfile,uploadeditmovefile,delete Admin 0123456789abcdef0123456789abcdef
attempt maintenance/createAndPromote.php Editor Another-Passw0rd-2
attempt maintenance/createBotPassword.php --appid hand --grants basic,editpage,createeditmovepage Editor abcdef0123456789abcdef0123456789
