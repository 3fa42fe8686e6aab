using System.Text.RegularExpressions;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>Keeps what opens a server to its owner out of what is said about it: messages and logs are read by others.</summary>
internal static partial class Secrets
{
    /// <summary>
    /// A text without the user and password of the URLs in it, the values of their parameters that are secrets by their names (as SRT's
    /// passphrase), and the value of an HTTP authorization.
    /// </summary>
    public static string Hide(string text) =>
        text.Contains("://", StringComparison.Ordinal) || text.Contains("uthorization:", StringComparison.Ordinal)
            ? Authorization().Replace(Parameter().Replace(UserInfo().Replace(text, ""), "…"), "…")
            : text;

    // The last @ before the path ends the user's part, as in FFmpeg's av_url_split.
    [GeneratedRegex("""(?<=://)[^/?#\s]*@""")]
    private static partial Regex UserInfo();

    [GeneratedRegex("""(?<=[?&][\w-]*(?:pass|secret|token|key|auth|streamid)[\w-]*=)[^&#\s'"]+""", RegexOptions.IgnoreCase)]
    private static partial Regex Parameter();

    [GeneratedRegex("(?<=Authorization:).+", RegexOptions.IgnoreCase)]
    private static partial Regex Authorization();
}
