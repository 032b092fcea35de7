#!/usr/bin/env bash
# Installs schemathesis, pinned with everything that it needs, into target/tools. The test that uses it
# (tests/tests/end_to_end/schemathesis.rs) says so when it is not there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

place=target/tools/schemathesis
wanted=$(sha256sum tests/schemathesis/requirements.txt)
if [ -x "$place/bin/schemathesis" ] && [ "$(cat "$place/installed" 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi
rm -rf "$place"
python3 -m venv "$place"
"$place/bin/python" -m pip install -q --disable-pip-version-check --require-hashes --only-binary :all: \
    -r tests/schemathesis/requirements.txt
echo "$wanted" >"$place/installed"
