using RetroVue.Media;

namespace RetroVue.Runtime;

/// <summary>
/// An error of a station, a channel or a schedule. All exceptions of the runtime derive from it; exceptions of your producers can derive
/// from it too. <see cref="MediaException.IsTransient"/> says whether the same call may succeed later.
/// </summary>
public abstract class StationException : MediaException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="message">The failure, its cause, and the remedy.</param>
    /// <param name="innerException">The exception that caused it; null if it is not known.</param>
    protected StationException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
