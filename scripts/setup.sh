# Sourced by ./run and ./test: what both need before they can start.

# Ends with a message where the .NET SDK is missing.
need_dotnet() {
    if ! command -v dotnet >/dev/null 2>&1 || ! dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then
        echo "The .NET 10 SDK is needed: https://dotnet.microsoft.com/download/dotnet/10.0" >&2
        exit 1
    fi
    export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
}

# need_packages WHY PACKAGE[|ALTERNATIVE]...: installs what is not there; says so first. Returns 1, with a message, where it cannot.
# An alternative is taken where the distribution has no package of the first name.
need_packages() {
    local why=$1 missing=() choice name
    shift
    command -v dpkg-query >/dev/null 2>&1 || {
        echo "This system has no dpkg. Install by hand what $why: $*" >&2
        return 1
    }
    for choice in "$@"; do
        local found=
        for name in ${choice//|/ }; do
            dpkg-query -W -f='${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed && found=1 && break
        done
        [ -n "$found" ] || missing+=("$choice")
    done
    [ ${#missing[@]} -eq 0 ] && return 0

    local as=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! sudo -n true 2>/dev/null; then
            echo "Not installed, and no right to install here: ${missing[*]}" >&2
            echo "They $why. Ask an administrator for: apt-get install ${missing[*]//|*/}" >&2
            return 1
        fi
        as=(sudo -n)
    fi
    local wanted=()
    apt_index "${as[@]}"
    for choice in "${missing[@]}"; do
        for name in ${choice//|/ }; do
            if apt-cache show "$name" >/dev/null 2>&1; then
                wanted+=("$name")
                break
            fi
        done
    done
    [ ${#wanted[@]} -eq 0 ] && { echo "No package source has ${missing[*]}." >&2; return 1; }
    echo "Installing what $why: ${wanted[*]}"
    "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${wanted[@]}" >/tmp/retrovue-apt.$$ 2>&1 || {
        tail -n 5 /tmp/retrovue-apt.$$ >&2
        rm -f /tmp/retrovue-apt.$$
        return 1
    }
    rm -f /tmp/retrovue-apt.$$
}

# Brings apt's index up to date once a run.
apt_index() {
    [ -n "${RETROVUE_APT_INDEX:-}" ] && return 0
    "$@" apt-get update -q >/dev/null 2>&1 || true
    RETROVUE_APT_INDEX=1
}

# FFmpeg's libraries by the names of Debian 12, Ubuntu 24.04, Debian 13 and later.
ffmpeg_libraries=('libavformat59|libavformat60|libavformat61|libavformat62' 'libavfilter8|libavfilter9|libavfilter10|libavfilter11'
    'libswscale6|libswscale7|libswscale8|libswscale9' 'libswresample4|libswresample5|libswresample6')
