# Sourced by ./run and ./test: checks that both need before they can start.

# need_dotnet FOLDER: ends with a message if the .NET SDK is missing or cannot build in the folder.
need_dotnet() {
    if ! command -v dotnet >/dev/null 2>&1 || ! dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then
        echo "The .NET 10 SDK is needed: https://dotnet.microsoft.com/download/dotnet/10.0" >&2
        exit 1
    fi
    export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
    # An SDK that was unpacked, not installed as a package, does not install ICU.
    [ -n "${DOTNET_SYSTEM_GLOBALIZATION_INVARIANT:-}" ] || [ -n "$(dotnet --version 2>/dev/null)" ] ||
        need_packages "by the .NET SDK" 'libicu72|libicu74|libicu76|libicu78' || exit 1
    if ! [ -w "$1" ]; then
        echo "The build writes into $1, but $(id -un) may not write there. Make a copy of your own: git clone $1" >&2
        exit 1
    fi
}

# need_packages PURPOSE PACKAGE[|ALTERNATIVE]...: installs missing packages, and says so first. Returns 1, with a message, if it cannot.
# An alternative is used if the distribution has no package with the first name.
need_packages() {
    local why=$1 missing=() nowhere=() wanted=() as=() choice name log
    shift
    for choice in "$@"; do
        is_installed "$choice" || missing+=("$choice")
    done
    [ ${#missing[@]} -eq 0 ] && return 0

    if ! command -v apt-get >/dev/null 2>&1 || ! command -v apt-cache >/dev/null 2>&1; then
        echo "There is no apt-get here. Install by hand the packages needed $why; their names on Debian: ${missing[*]//|*/}" >&2
        return 1
    fi
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null && as=(sudo -n)
    fi
    # Without the right to install, apt's index cannot be updated, so it is used as it is.
    [ "$(id -u)" -ne 0 ] && [ ${#as[@]} -eq 0 ] || apt_index "${as[@]}"
    for choice in "${missing[@]}"; do
        if name=$(offered "$choice"); then wanted+=("$name"); else nowhere+=("$choice"); fi
    done
    if [ "$(id -u)" -ne 0 ] && [ ${#as[@]} -eq 0 ]; then
        echo "Not installed, and $(id -un) has no right to install: ${wanted[*]:-${missing[*]//|*/}}" >&2
        echo "The packages are needed $why. Ask an administrator to run: apt-get install ${wanted[*]:-${missing[*]//|*/}}" >&2
        return 1
    fi
    if [ ${#wanted[@]} -gt 0 ]; then
        echo "Installing packages needed $why: ${wanted[*]}"
        log=$(mktemp)
        # A new machine may be installing updates at this moment, so wait for apt's lock.
        if ! "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
            -o DPkg::Lock::Timeout=300 "${wanted[@]}" >"$log" 2>&1 </dev/null; then
            tail -n 5 "$log" >&2
            rm -f "$log"
            return 1
        fi
        rm -f "$log"
    fi
    [ ${#nowhere[@]} -eq 0 ] || {
        echo "No package source here has ${nowhere[*]}, needed $why." >&2
        return 1
    }
}

# is_installed PACKAGE[|ALTERNATIVE]...: succeeds if one of them is installed.
is_installed() {
    local name
    for name in ${1//|/ }; do
        dpkg-query -W -f='${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed && return 0
    done
    return 1
}

# offered PACKAGE[|ALTERNATIVE]...: prints the first one that can be installed; fails if there is none.
offered() {
    local name version
    for name in ${1//|/ }; do
        version=$(LC_ALL=C apt-cache policy "$name" 2>/dev/null | sed -n 's/^ *Candidate: //p')
        case "$version" in '' | '(none)') continue ;; esac
        echo "$name"
        return 0
    done
    return 1
}

# Updates apt's index, once in a run.
apt_index() {
    [ -n "${RETROVUE_APT_INDEX:-}" ] && return 0
    "$@" apt-get update -q >/dev/null 2>&1 </dev/null || true
    RETROVUE_APT_INDEX=1
}

# The packages of FFmpeg's libraries; the names are those of Debian 12, Ubuntu 24.04, Debian 13, and later.
ffmpeg_libraries=('libavformat59|libavformat60|libavformat61|libavformat62' 'libavfilter8|libavfilter9|libavfilter10|libavfilter11'
    'libswscale6|libswscale7|libswscale8|libswscale9' 'libswresample4|libswresample5|libswresample6')
