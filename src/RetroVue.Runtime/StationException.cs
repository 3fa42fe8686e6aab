using RetroVue.Media;

namespace RetroVue.Runtime;

/// <summary>
/// What a station, a channel or its schedule fails with. All exceptions of the runtime derive from it, also those of your producers if you
/// wish. <see cref="MediaException.IsTransient"/> says whether the same may succeed later.
/// </summary>
public abstract class StationException : MediaException
{
    /// <summary>A failure.</summary>
    /// <param name="message">What failed, why, and what to do about it.</param>
    /// <param name="innerException">What caused it, if that is known.</param>
    protected StationException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
