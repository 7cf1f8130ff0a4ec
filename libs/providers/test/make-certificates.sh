#!/bin/sh
# Writes certificates.ts anew: an authority of nobody's, and certificates by it that are good, of another host, and past their end.
# Needs OpenSSL 3. The keys are in the repository for all to see, and open nothing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null; }
issue() { # name, host, days
  key "$1"
  openssl req -new -key "$1.key" -subj "/CN=$2" -out "$1.csr"
  printf 'subjectAltName=DNS:%s\n' "$2" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA authority.crt -CAkey authority.key -CAcreateserial -days "$3" -extfile "$1.ext" -out "$1.crt" 2>/dev/null
}

key authority
openssl req -x509 -new -key authority.key -subj '/CN=Nobody' -days 36500 -out authority.crt
issue good localhost 36500
issue elsewhere vendor.test 36500
issue expired localhost -1

text() { printf '`'; cat "$1"; printf '`'; }
pair() { printf '  %s: {\n    key: ' "$1"; text "$1.key"; printf ',\n    cert: '; text "$1.crt"; printf ',\n  },\n'; }
{
  echo '/** Made by make-certificates.sh; good for nothing but tests. */'
  printf 'export const AUTHORITY = '
  text authority.crt
  printf ';\n\n/** By that authority: for `localhost`, for another host, and for `localhost` until the day before. */\n'
  echo 'export const CERTIFICATES = {'
  pair good
  pair elsewhere
  pair expired
  echo '} as const;'
} >"$here/certificates.ts"
