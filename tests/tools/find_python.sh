#!/bin/sh
# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Print the path of a Python that works and can make virtual environments.
#
#   find_python.sh          the newest one from 3.11 on
#   find_python.sh 3.11     that version
#
# A command that exists is not enough: pyenv's shims answer 127 for versions that are not switched on, and Debian's python3
# comes without venv. Prints nothing and returns 1 when there is none.

wanted=${1:-}

works() {
    "$1" -c '
import ensurepip, sys, venv
wanted = sys.argv[1]
found = "%d.%d" % sys.version_info[:2]
sys.exit(found != wanted if wanted else sys.version_info < (3, 11))
' "$wanted" 2>/dev/null
}

real_path() {
    "$1" -c 'import sys; print(sys.executable)'
}

for version in ${wanted:-3.14 3.13 3.12 3.11}; do
    for candidate in "$HOME/.pyenv/versions/$version".*/bin/python3 "python$version" "/usr/bin/python$version" python3; do
        if works "$candidate" && [ "$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])')" = "$version" ]; then
            real_path "$candidate"
            exit 0
        fi
    done
done
exit 1
