using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Portal;

/// <summary>What the user is asked to share, and how.</summary>
public sealed record ScreenCastOptions
{
    /// <summary>The message bus's address, such as "unix:path=/run/user/1000/bus"; the session's own if null.</summary>
    public string? Bus { get; init; }

    /// <summary>What the user may choose from; of this, what the portal can share is offered.</summary>
    public ScreenCastKinds Kinds { get; init; } = ScreenCastKinds.Monitor | ScreenCastKinds.Window;

    /// <summary>True: the user may choose more than one, each a stream of its own.</summary>
    public bool Multiple { get; init; }

    /// <summary>Where the pointer goes, one of them; into the picture where the portal can do that where None.</summary>
    public ScreenCastCursors Cursor { get; init; }

    /// <summary>How long the user's choice is to hold; a portal before version 4 keeps none.</summary>
    public ScreenCastPersistence Persistence { get; init; }

    /// <summary>
    /// What <see cref="ScreenCast.RestoreToken"/> was the last time: what the user chose then is shared again without a question. It is
    /// good once. One that is good no more, and any on a portal before version 4, is as good as none: the user is asked.
    /// </summary>
    public string? RestoreToken { get; init; }

    /// <summary>How long starting may take, the user's answer included; without an end where None.</summary>
    public ClockTime AnswerLimit { get; init; } = ClockTime.FromSeconds(120);
}
