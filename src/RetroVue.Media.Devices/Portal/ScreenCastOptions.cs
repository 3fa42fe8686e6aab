using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Portal;

/// <summary>The options of a <see cref="ScreenCast"/>.</summary>
public sealed record ScreenCastOptions
{
    /// <summary>The message bus's address, such as "unix:path=/run/user/1000/bus"; null for the session's own.</summary>
    public string? Bus { get; init; }

    /// <summary>The kinds from which the user may choose; kinds that the portal does not support are not offered.</summary>
    public ScreenCastKinds Kinds { get; init; } = ScreenCastKinds.Monitor | ScreenCastKinds.Window;

    /// <summary>True if the user may choose more than one screen or window; each becomes a stream of its own.</summary>
    public bool Multiple { get; init; }

    /// <summary>The place of the pointer, exactly one; None for the picture, if the portal supports that.</summary>
    public ScreenCastCursors Cursor { get; init; }

    /// <summary>How long the user's choice is stored; a portal before version 4 does not store it.</summary>
    public ScreenCastPersistence Persistence { get; init; }

    /// <summary>
    /// The last value of <see cref="ScreenCast.RestoreToken"/>: the user's last choice is then shared again without a question. A token can
    /// be used once. If it is no longer valid, or the portal is older than version 4, the user is asked.
    /// </summary>
    public string? RestoreToken { get; init; }

    /// <summary>The longest time for the start, including the user's answer; None for no limit.</summary>
    public ClockTime AnswerLimit { get; init; } = ClockTime.FromSeconds(120);
}
