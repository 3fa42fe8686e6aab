using System.Text.RegularExpressions;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>Removes passwords from messages and logs, because other people may read them.</summary>
internal static partial class Secrets
{
    /// <summary>
    /// Returns a text without user and password in its URLs, without the values of secret parameters (such as SRT's passphrase), and
    /// without the value of an HTTP authorization.
    /// </summary>
    public static string Hide(string text) =>
        text.Contains("://", StringComparison.Ordinal) || text.Contains("uthorization:", StringComparison.Ordinal)
            ? Authorization().Replace(Parameter().Replace(UserInfo().Replace(text, ""), "…"), "…")
            : text;

    // The last @ before the path ends the user part, as in FFmpeg's av_url_split.
    [GeneratedRegex("""(?<=://)[^/?#\s]*@""")]
    private static partial Regex UserInfo();

    [GeneratedRegex("""(?<=[?&][\w-]*(?:pass|secret|token|key|auth|streamid)[\w-]*=)[^&#\s'"]+""", RegexOptions.IgnoreCase)]
    private static partial Regex Parameter();

    [GeneratedRegex("(?<=Authorization:).+", RegexOptions.IgnoreCase)]
    private static partial Regex Authorization();
}
